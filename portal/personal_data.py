"""What the portal keeps about one person, as they may download it: their own data and words, and nobody
else's.

Records of the features come through ``visible_to``: what a contact can no longer see on the pages is not in
the file either. Names of others, internal notes, passwords, codes and tokens are never in it.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from accounts.actions.activity import record_for_user
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity, Contact, JoinRequest, TrustedBrowser, User
from accounts.second_factor.rules import chosen_methods
from accounts.sessions.overview import live_sessions
from portal.history.account_log import downloads
from records.personal_data import Row, own_drafts, own_views, rows_of
from records.surfaces import surfaces

ENCODER = DjangoJSONEncoder(ensure_ascii=False)


@transaction.atomic
def export_personal_data(request: PortalRequest) -> IO[bytes]:
    """A file on disk that is gone when it is closed: either the whole document is sent, or none."""
    record_for_user(actor=Actor.of(request), verb="contact.data_exported", user=request.user)
    file = TemporaryFile()  # noqa: SIM115 -- the response closes it
    for piece in _document(_sections(request)):
        file.write(piece.encode())
    file.seek(0)
    return file


def _document(sections: dict[str, Iterable[Row]]) -> Iterator[str]:
    """One JSON object with a list for each section, row by row."""
    yield "{"
    for number, (name, rows) in enumerate(sections.items()):
        yield f"{',' if number else ''}\n{ENCODER.encode(name)}: ["
        yield from _list(rows)
        yield "]"
    yield "\n}\n"


def _list(rows: Iterable[Row]) -> Iterator[str]:
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n  {ENCODER.encode(row)}"


def _sections(request: PortalRequest) -> dict[str, Iterable[Row]]:
    return {
        "user": [_user(request.user)],
        **_ways_in(request),
        "contacts": _contacts(request.user),
        "activities": _activities(request.user),
        "requests_to_join": rows_of(
            JoinRequest.objects.filter(user=request.user), "account__name", "message", "created_at"
        ),
        **_of_records(request),
        "drafts": _of_each(request, own_drafts),
        "saved_views": _of_each(request, own_views),
    }


def _of_records(request: PortalRequest) -> dict[str, Iterable[Row]]:
    return {
        section: _of_each(request, own) for surface in surfaces() for section, own in surface.personal.items()
    }


def _of_each(request: PortalRequest, rows_of: Any) -> Iterator[Row]:
    """The rows of each contact that the reader can act as."""
    return chain.from_iterable(rows_of(contact) for contact in request.contacts)


# The person and how they sign in


def _user(user: User) -> Row:
    names = (
        "email",
        "first_name",
        "last_name",
        "language",
        "time_zone",
        "date_joined",
        "last_login",
        "terms_accepted_at",
        "erasure_asked_at",
    )
    return {name: getattr(user, name) for name in names} | {
        "second_factor": [method.value for method in chosen_methods(user)]
    }


def _ways_in(request: PortalRequest) -> dict[str, Iterable[Row]]:
    user = request.user
    browsers = TrustedBrowser.objects.valid().filter(user=user)
    return {
        "email_addresses": rows_of(EmailAddress.objects.filter(user=user), "email", "verified", "primary"),
        "identities": [
            {
                "provider": one.provider,
                "email": one.extra_data.get("email", ""),
                "connected": one.date_joined,
                "last_used": one.last_login,
            }
            for one in SocialAccount.objects.filter(user=user).order_by("pk")
        ],
        "sessions": [
            {
                "browser": one.browser,
                "from": one.client_ip,
                "signed_in": one.started_at,
                "last_seen": one.seen_at,
            }
            for one in live_sessions(request)
        ],
        "remembered_browsers": [
            {"browser": one.name, "since": one.created_at, "until": one.expires_at} for one in browsers
        ],
    }


def _contacts(user: User) -> Iterator[Row]:
    """Deactivated ones, too: they are about the person."""
    for contact in (
        Contact.objects.filter(user=user).select_related("account").prefetch_related("roles").order_by("pk")
    ):
        names = ("first_name", "last_name", "email", "phone", "job_title", "is_active", "created_at")
        account = contact.account.name if contact.account else None
        yield {
            "account": account,
            **{name: getattr(contact, name) for name in names},
            "roles": [role.name for role in contact.roles.all()],
        }


def _activities(user: User) -> Iterator[Row]:
    """What the person did and from where; not to whose record, nor what only staff may know. The files that
    they took are left out: these would be most of the lines."""
    own = models.Q(is_internal=False) | models.Q(record_type="", label=user.email)
    activities = Activity.objects.filter(own, actor=user).exclude(verb__in=downloads())
    return rows_of(activities, "at", "verb", "record_type", "account__name", "client_ip")
