"""Changes of the tree of pages. Each is written into the log, and old addresses lead to the new ones."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr

from accounts.actions.activity import record_activity
from accounts.actors import Actor
from lib.locks import locked_by_key
from portal.models import ConfigurationRevision, Page, PageAccessRule, Redirect, WebLink
from portal.models.pages import LONGEST_PATH
from portal.site.addresses import is_builtin

MOVED = "The page moved."


class TakenAddress(Exception):  # noqa: N818 -- a decision, not an error
    """A page cannot stand where it is put; the argument is the path in question."""


@transaction.atomic
def save_page(*, actor: Actor, page: Page) -> None:
    """Write a page where its parent and slug say. Its whole branch moves with it, and its old addresses lead
    to the new ones."""
    lock_tree()
    old_path = Page.objects.filter(pk=page.pk).values_list("path", flat=True).first()
    if page.parent:
        page.parent.refresh_from_db(fields=["path"])
    page.place()
    check_address(page)
    page.render()
    page.save()
    if old_path and old_path != page.path:
        _move_branch(old_path, page.path)
        record_activity(actor=actor, verb="page.moved", record=None, label=page.path, before=old_path)
    else:
        record_activity(
            actor=actor, verb="page.changed" if old_path else "page.created", record=None, label=page.path
        )
    Redirect.objects.filter(from_path=page.path).delete()


@transaction.atomic
def delete_pages(*, actor: Actor, pages: Iterable[Page]) -> None:
    for page in pages:
        record_activity(actor=actor, verb="page.deleted", record=None, label=page.path)
        page.delete()


def record_rules(*, actor: Actor, page: Page, before: dict[str, list[str]]) -> None:
    """Note a change of a page's rules; ``before`` is what ``rules_of`` said."""
    after = rules_of(page)
    if after != before:
        record_activity(
            actor=actor, verb="page.rules_changed", record=None, label=page.path, before=before, after=after
        )


def rules_of(page: Page) -> dict[str, list[str]]:
    """The rules of a page in words: right → names of the roles."""
    rules = PageAccessRule.objects.filter(page=page.pk).prefetch_related("roles").order_by("right")
    return {
        f"{rule.right}, opens again" if rule.reopens else rule.right: [role.name for role in rule.roles.all()]
        for rule in rules
    }


def check_address(page: Page) -> None:
    """Raise TakenAddress where the portal itself or another page answers already, for the page and all that
    moves with it."""
    moving = Page.objects.branch_of(page)
    old_path = moving.filter(pk=page.pk).values_list("path", flat=True).first()
    if page.path == old_path:
        return
    if page.parent and moving.filter(pk=page.parent.pk).exists():
        raise TakenAddress(page.parent.path)
    new_paths = [
        page.path,
        *(page.path + path.removeprefix(str(old_path)) for path in moving.values_list("path", flat=True)),
    ]
    taken = set(Page.objects.filter(path__in=new_paths).values_list("path", flat=True))
    for path in new_paths:
        if len(path) > LONGEST_PATH or path in taken or is_builtin(path):
            raise TakenAddress(path)


def put_into_menu(*, page: Page, menu: str) -> None:
    """Add an entry for the page at the end of a menu, unless the menu has one."""
    if WebLink.objects.filter(page=page, menu=menu).exists():
        return
    last = (
        WebLink.objects.filter(menu=menu, parent=None)
        .order_by("-position")
        .values_list("position", flat=True)
        .first()
    )
    WebLink.objects.create(menu=menu, label=page.title[:60], page=page, position=min((last or 0) + 10, 32767))


def lock_tree() -> None:
    """One change of pages and redirects at a time, until the transaction ends: two that are harmless alone
    may make a circle together."""
    locked_by_key(ConfigurationRevision, 1)


def _move_branch(old: str, new: str) -> None:
    below = Page.objects.filter(path__startswith=old)
    moved = {
        old: new,
        **{path: new + path.removeprefix(old) for path in below.values_list("path", flat=True)},
    }
    below.update(path=_moved("path", old, new))
    Redirect.objects.filter(from_path__in=moved.values()).delete()
    to_old = Redirect.objects.filter(to__startswith=old)
    to_old.filter(from_path=_moved("to", old, new)).delete()
    to_old.update(to=_moved("to", old, new))
    Redirect.objects.bulk_create(
        [Redirect(from_path=old_path, to=new_path, note=MOVED) for old_path, new_path in moved.items()],
        update_conflicts=True, unique_fields=["from_path"], update_fields=["to", "status", "note"],
    )  # fmt: skip


def _moved(field: str, old: str, new: str) -> Concat:
    return Concat(Value(new), Substr(field, len(old) + 1))
