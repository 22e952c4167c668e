"""What managers read in the log of their account. The home page tells less, and more kindly: see
portal.history.timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Activity, Contact
from accounts.second_factor.rules import Method
from records.surfaces import surfaces


class Kind(models.TextChoices):
    """What the log can be narrowed to."""

    SIGN_IN = "sign-in", gettext_lazy("Sign-ins")
    SECURITY = "security", gettext_lazy("Passwords and two-factor authentication")
    INVITATION = "invitation", gettext_lazy("Invitations and requests")
    ROLES = "roles", gettext_lazy("Roles")
    ACCESS = "access", gettext_lazy("Access")
    DATA = "data", gettext_lazy("Details and imports")
    DOWNLOAD = "download", gettext_lazy("Downloads")


@dataclass(frozen=True)
class Deed:
    """``words``: what was done. ``facts``: what else is told, each if the activity's details have all that it
    names."""

    kind: Kind
    words: Promise | str
    facts: tuple[Promise | str, ...] = ()


SENT_TO = gettext_lazy("To %(email)s")
ROLES = gettext_lazy("Roles: %(roles)s")
METHOD = "%(method)s"
PROVIDER = gettext_lazy("At %(provider)s")
COUNT_TO = gettext_lazy("%(count)s to %(to)s")
OLD_AND_NEW = gettext_lazy("From %(old)s to %(new)s")

OF_PEOPLE = {
    "contact.signed_in": Deed(Kind.SIGN_IN, gettext_lazy("Signed in")),
    "contact.signed_out": Deed(Kind.SIGN_IN, gettext_lazy("Signed out")),
    "contact.sign_in_failed": Deed(Kind.SIGN_IN, gettext_lazy("Incorrect password")),
    "contact.locked": Deed(
        Kind.SIGN_IN, gettext_lazy("Locked after incorrect passwords"), (gettext_lazy("Until %(until)s"),)
    ),
    "contact.unlocked": Deed(Kind.SIGN_IN, gettext_lazy("Unlocked")),
    "second_factor.refused": Deed(Kind.SIGN_IN, gettext_lazy("Sign-in stopped after five incorrect codes")),
    "session.ended": Deed(
        Kind.SIGN_IN,
        gettext_lazy("Signed out on other devices"),
        (gettext_lazy("Sign-ins ended: %(sessions)s"),),
    ),
    "contact.password_changed": Deed(Kind.SECURITY, gettext_lazy("Password changed")),
    "contact.identity_connected": Deed(Kind.SECURITY, gettext_lazy("Sign-in method connected"), (PROVIDER,)),
    "contact.identity_disconnected": Deed(
        Kind.SECURITY, gettext_lazy("Sign-in method disconnected"), (PROVIDER,)
    ),
    "contact.claimed": Deed(
        Kind.SECURITY, gettext_lazy("Address confirmed; sign-in methods set up by others removed")
    ),
    "contact.terms_accepted": Deed(Kind.SECURITY, gettext_lazy("Terms of use accepted")),
    "second_factor.switched_on": Deed(
        Kind.SECURITY, gettext_lazy("Two-factor authentication turned on"), (METHOD,)
    ),
    "second_factor.switched_off": Deed(
        Kind.SECURITY, gettext_lazy("Two-factor authentication turned off"), (METHOD,)
    ),
    "second_factor.removed": Deed(Kind.SECURITY, gettext_lazy("Two-factor authentication removed")),
    "second_factor.recovery_codes_made": Deed(Kind.SECURITY, gettext_lazy("New recovery codes created")),
    "browser.remembered": Deed(Kind.SECURITY, gettext_lazy("Browser remembered")),
    "browser.forgotten": Deed(Kind.SECURITY, gettext_lazy("Remembered browser removed")),
    "contact.invited": Deed(Kind.INVITATION, gettext_lazy("Invited"), (SENT_TO, ROLES)),
    "contact.invitation_sent_again": Deed(Kind.INVITATION, gettext_lazy("Invitation resent"), (SENT_TO,)),
    "contact.invitation_revoked": Deed(Kind.INVITATION, gettext_lazy("Invitation revoked"), (SENT_TO,)),
    "contact.invitation_redeemed": Deed(Kind.INVITATION, gettext_lazy("Invitation accepted"), (ROLES,)),
    "contact.joined": Deed(Kind.INVITATION, gettext_lazy("Request to join approved")),
    "account.group_invited": Deed(
        Kind.INVITATION,
        gettext_lazy("Group invited"),
        (gettext_lazy("People: %(maximum)s"), gettext_lazy("Only from %(domain)s"), ROLES),
    ),
    "account.invitation_sent_again": Deed(Kind.INVITATION, gettext_lazy("Group invitation resent")),
    "account.invitation_revoked": Deed(Kind.INVITATION, gettext_lazy("Group invitation revoked")),
    "account.join_asked": Deed(Kind.INVITATION, gettext_lazy("Requested to join")),
    "account.join_declined": Deed(Kind.INVITATION, gettext_lazy("Request to join declined")),
    "contact.roles_changed": Deed(
        Kind.ROLES,
        gettext_lazy("Roles changed"),
        (gettext_lazy("Added: %(added)s"), gettext_lazy("Removed: %(removed)s")),
    ),
    "contact.deactivated": Deed(Kind.ACCESS, gettext_lazy("Deactivated")),
    "contact.reactivated": Deed(Kind.ACCESS, gettext_lazy("Reactivated")),
    "contact.access_reset": Deed(Kind.ACCESS, gettext_lazy("Access reset: all sign-in methods removed")),
    "account.access_reviewed": Deed(
        Kind.ACCESS,
        gettext_lazy("Access reviewed"),
        (gettext_lazy("People removed: %(removed)s"), gettext_lazy("Roles removed: %(roles_removed)s")),
    ),
    "contact.registered": Deed(Kind.DATA, gettext_lazy("Registered")),
    "contact.created": Deed(Kind.DATA, gettext_lazy("Added"), (ROLES,)),
    "contact.updated": Deed(
        Kind.DATA, gettext_lazy("Details changed"), (gettext_lazy("Changed: %(fields)s"),)
    ),
    "contact.address_asked": Deed(
        Kind.DATA, gettext_lazy("Confirmation of new address requested"), (gettext_lazy("New: %(new)s"),)
    ),
    "contact.address_changed": Deed(Kind.DATA, gettext_lazy("Address changed"), (OLD_AND_NEW,)),
    "contact.merged": Deed(
        Kind.DATA, gettext_lazy("Merged with another contact"), (gettext_lazy("Other contact: %(name)s"),)
    ),
    "contact.data_exported": Deed(Kind.DOWNLOAD, gettext_lazy("Downloaded their own data")),
    "account.contacts_imported": Deed(
        Kind.DATA, gettext_lazy("List imported"), (gettext_lazy("%(contacts)s people, %(file)s"),)
    ),
    "account.log_exported": Deed(Kind.DOWNLOAD, gettext_lazy("Log downloaded")),
}
"""By verb, what happens to people and to their access."""

NOT_TOLD = {"contact.erasure_asked", "contact.erasure_withdrawn"}
"""Between the person and the company that runs the portal; not their employer's."""


@cache
def downloads() -> dict[str, Deed]:
    """By verb, who took which file of a record."""
    return {
        verb: Deed(Kind.DOWNLOAD, taken.words, taken.facts)
        for surface in surfaces()
        for verb, taken in surface.told_downloads.items()
    }


@cache
def handovers() -> dict[str, Deed]:
    """By verb, what went over to a colleague."""
    given = [surface.handover for surface in surfaces() if surface.handover]
    return {one.verb: Deed(Kind.ACCESS, one.given, (COUNT_TO,)) for one in given}


@cache
def deeds() -> dict[str, Deed]:
    """By verb. Verbs that are not among these are not told."""
    return {**downloads(), **handovers(), **OF_PEOPLE}


@dataclass(frozen=True)
class LogLine:
    at: datetime
    about: str
    contact_id: int | None
    what: str
    facts: list[str]
    by: str
    client_ip: str


def verbs_of(kind: str) -> list[str]:
    """Those of one kind, or all that are told."""
    return [verb for verb, deed in deeds().items() if kind in ("", deed.kind)]


def line_of(activity: Activity) -> LogLine:
    deed = deeds()[activity.verb]
    return LogLine(
        at=activity.at,
        about=activity.label,
        contact_id=activity.contact_id,
        what=str(deed.words),
        facts=_facts(deed, activity.details),
        by=_by(activity),
        client_ip=activity.client_ip or "",
    )


def _by(activity: Activity) -> str:
    """Empty where it is plain: people sign in themselves, and of a wrong password nobody knows who typed
    it."""
    is_own = activity.contact is not None and activity.actor_id == activity.contact.user_id
    return "" if is_own else activity.actor_name


def _facts(deed: Deed, details: Mapping[str, Any]) -> list[str]:
    words = {name: text for name, value in details.items() if (text := _words(name, value))}
    return [fact for template in deed.facts if (fact := _filled(template, words))]


def _filled(template: Promise | str, words: Mapping[str, str]) -> str:
    try:
        return str(template) % words
    except KeyError:
        return ""


def _words(name: str, value: Any) -> str:
    """A detail as people say it; nothing for what is empty or none."""
    if name == "fields":
        return ", ".join(_field(field) for field in value)
    if name == "method":
        return str(Method(value).label) if value in Method.values else ""
    if name == "until":
        return _time(value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _field(name: str) -> str:
    try:
        return capfirst(str(Contact._meta.get_field(name).verbose_name))  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return _("other")


def _time(value: str) -> str:
    at = parse_datetime(value)
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else ""
