"""Who can open a page, in words for administrators: the rules that lead to it, and what they come to."""

from dataclasses import dataclass

from accounts.models import WebRole
from portal.site.configuration import Configuration
from portal.site.readers import Reader
from portal.site.sitemap import PageEntry


@dataclass(frozen=True)
class RuleLine:
    """The rule of one page on the way down."""

    page: PageEntry | None
    path: str
    roles: list[str]
    is_here: bool
    reopens: bool
    counts: bool
    """A rule above a page that reopens its branch does not."""


@dataclass(frozen=True)
class PageAccess:
    """What the rules come to. The first that is true of these says it all: nobody, visitors, everyone,
    contacts, roles."""

    lines: list[RuleLine]
    is_for_nobody: bool
    is_for_visitors: bool
    is_for_everyone: bool
    """Who is signed in, staff without a contact included."""
    is_for_contacts: bool
    """Every contact who is signed in."""
    roles: list[str]
    """One of these is enough."""
    needs_several: bool
    """A role of each rule is needed; ``roles``, if there are any, are in all of them."""
    reopens: bool
    """A rule on the way makes those above it count no more."""


def access_to(page: PageEntry, configuration: Configuration) -> PageAccess:
    roles = {role.pk: role for role in WebRole.objects.all()}
    counting = configuration.counting_rules(page.path)
    everybodys = {pk for pk, role in roles.items() if role.for_authenticated or role.for_anonymous}
    narrowing = [rule.roles for _path, rule in counting if not rule.roles & everybodys]
    enough = frozenset.intersection(*narrowing) if narrowing else frozenset()
    return PageAccess(
        lines=_lines(page, configuration, roles),
        is_for_nobody=any(not rule.roles for _path, rule in counting),
        is_for_visitors=Reader(configuration, None, is_signed_in=False).may_open(page),
        is_for_everyone=not counting,
        is_for_contacts=not narrowing,
        roles=sorted(roles[pk].name for pk in enough),
        needs_several=len(narrowing) > 1,
        reopens=any(rule.reopens for _path, rule in counting),
    )


def _lines(page: PageEntry, configuration: Configuration, roles: dict[int, WebRole]) -> list[RuleLine]:
    counting = {path for path, _rule in configuration.counting_rules(page.path)}
    return [
        RuleLine(
            page=configuration.pages.get(path),
            path=path,
            roles=sorted(roles[pk].name for pk in rule.roles),
            is_here=path == page.path,
            reopens=rule.reopens,
            counts=path in counting,
        )
        for path, rule in configuration.rules_along(page.path)
    ]
