"""What surrounds every page: its header, and what ends it. Both look the same from click to click, so they
are drawn once for what they show, and kept in the process."""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.models import Contact, User
from portal.site.http import SiteRequest
from portal.site.navigation import MenuItem, Navigation

TOKEN, HERE = secrets.token_hex(16), secrets.token_hex(16)
"""Stand where each answer has a value of its own: the token of its forms, and the address to come back to.
Nobody can write them."""


@dataclass(frozen=True)
class Person:
    """``detail``: the account, or the address. ``initials`` is empty for somebody without a contact."""

    name: str
    detail: str
    initials: str
    is_staff: bool


@dataclass(frozen=True)
class ActingFor:
    pk: int
    name: str
    is_current: bool


@dataclass(frozen=True)
class SiteHeader:
    """Everything that the header shows. ``q``: what was searched for."""

    title: str
    logo_url: str
    logo_dark_url: str
    language: str
    theme: str
    q: str
    offers_search: bool
    person: Person | None
    accounts: tuple[ActingFor, ...]
    primary: tuple[MenuItem, ...]
    profile: tuple[MenuItem, ...]


@dataclass(frozen=True)
class SiteEnd:
    """Everything that the end of a page shows: footer, and the pattern of passing messages."""

    title: str
    support_email: str
    language: str
    theme: str
    is_visitor: bool
    """Visitors choose the theme here, all others in their menu."""
    note: SafeString
    leads_to_mailbox: bool
    items: tuple[MenuItem, ...]


def site_header(
    request: SiteRequest,
    navigation: Navigation,
    *,
    token: object,
    theme: str,
    q: str,
    offers_search: bool,
    here: str = "",
) -> SafeString:
    """``token`` and ``here`` are for its forms. ``here``: where they lead back to, if that is not the address
    itself, which may hold a secret."""
    site = request.configuration.site
    header = SiteHeader(
        site.title, site.logo_url, site.logo_dark_url, get_language() or "", theme, q, offers_search,
        _person(request), _accounts(request), navigation.primary, navigation.profile,
    )  # fmt: skip
    drawn = _draw_header(header) if q else _kept_header(header)
    return addressed(drawn, token, here or request.get_full_path())


def site_end(
    request: SiteRequest,
    navigation: Navigation,
    *,
    token: object,
    note: SafeString,
    theme: str,
    here: str = "",
) -> SafeString:
    """``note``: what administrators wrote for the footer."""
    site, is_visitor = request.configuration.site, not request.user.is_authenticated
    end = SiteEnd(
        site.title, site.support_email, get_language() or "", theme if is_visitor else "", is_visitor,
        note, settings.DEMO_MODE, navigation.footer,
    )  # fmt: skip
    return addressed(_kept_end(end), token, here or request.get_full_path())


def addressed(drawn: str, token: object, here: str) -> SafeString:
    """Django makes the token when somebody asks for it, and that costs more than the rest."""
    filled = drawn.replace(TOKEN, str(token)) if TOKEN in drawn else drawn
    html = filled.replace(HERE, escape(here))
    return mark_safe(html)  # noqa: S308 -- what a template drew, with a token and an escaped address


def _person(request: SiteRequest) -> Person | None:
    return _described(request.user, request.contact) if request.user.is_authenticated else None


def _described(user: User, contact: Contact | None) -> Person:
    name = contact.full_name if contact else user.get_full_name()
    account = contact.account.name if contact and contact.account else ""
    return Person(
        name or user.email, account or user.email, contact.initials if contact else "", user.is_staff
    )


def _accounts(request: SiteRequest) -> tuple[ActingFor, ...]:
    """Between which the person switches; empty for somebody who has one."""
    if len(request.contacts) < 2:
        return ()
    return tuple(
        ActingFor(
            contact.pk,
            contact.account.name if contact.account else contact.full_name,
            contact == request.contact,
        )
        for contact in request.contacts
    )


def _draw_header(header: SiteHeader) -> str:
    current = next((account.name for account in header.accounts if account.is_current), "")
    context: dict[str, Any] = {"header": header, "acting_for": current, "csrf_token": TOKEN, "here": HERE}
    return render_to_string("components/site_header.html", context)


def _draw_end(end: SiteEnd) -> str:
    context: dict[str, Any] = {"end": end, "csrf_token": TOKEN, "here": HERE}
    return render_to_string("components/site_end.html", context)


_kept_header, _kept_end = lru_cache(maxsize=1_000)(_draw_header), lru_cache(maxsize=1_000)(_draw_end)
