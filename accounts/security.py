"""What a person's security page lists: each way in and each place they are in, with a link to its page."""

from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.http import PortalRequest
from accounts.models import Activity, Contact, TrustedBrowser, User
from accounts.second_factor.rules import Method, chosen_methods, is_required, recovery_codes_left
from accounts.sessions.overview import live_sessions
from accounts.sign_in.social import provider_names


@dataclass(frozen=True)
class SecurityRow:
    """For components/list_row.html."""

    title: str
    url: str
    icon: str
    text: str = ""
    badge: tuple[str, str] = ("", "")
    """Machine value and label."""
    time: datetime | None = None

    @property
    def meta(self) -> list[str]:
        return [self.text]


def security_rows(request: PortalRequest) -> list[SecurityRow]:
    user = request.user
    ways_in = [_password(request), _email(user), _identities(request), _second_factor(request)]
    return [row for row in [*ways_in, _sessions(request), _browsers(user)] if row]


def unconfirmed_address(user: User) -> str:
    """The address whose confirmation is waited for: the only one, or the one that is to take its place."""
    addresses = list(EmailAddress.objects.filter(user=user).order_by("-pk"))
    return next(
        (address.email for address in addresses if not address.verified), "" if addresses else user.email
    )


def _password(request: PortalRequest) -> SecurityRow | None:
    """Whoever signs in elsewhere, and has no use for a password, is not asked for one."""
    if request.user.has_usable_password():
        changed = _password_changed_at(request.user)
        return SecurityRow(
            _("Password"),
            reverse("account_change_password"),
            "key",
            _("Last changed") if changed else _("Used to sign in"),
            time=changed,
        )
    if request.sign_in_policy.lets_in_by_password(request.user):
        return SecurityRow(
            _("Password"),
            reverse("account_set_password"),
            "key",
            _("Not set. You sign in through another service."),
        )
    return None


def _password_changed_at(user: User) -> datetime | None:
    """By the log of the user's contacts, whose index answers it. Staff have none there."""
    contacts = [str(pk) for pk in Contact.objects.filter(user=user).values_list("pk", flat=True)]
    changes = Activity.objects.filter(
        record_type=Contact.record_type.name, record_id__in=contacts, verb="contact.password_changed"
    )
    return changes.order_by("-at").values_list("at", flat=True).first()


def _email(user: User) -> SecurityRow:
    waiting = unconfirmed_address(user)
    confirmed = (
        EmailAddress.objects.filter(user=user, verified=True)
        .order_by("-primary")
        .values_list("email", flat=True)
        .first()
    )
    badge = ("unverified", _("Not confirmed yet")) if waiting else ("verified", _("Confirmed"))
    text = (
        _("%(old)s, changing to %(new)s") % {"old": confirmed, "new": waiting}
        if confirmed and waiting
        else confirmed or waiting
    )
    return SecurityRow(_("Email address"), reverse("account_email"), "envelope", text, badge)


def _identities(request: PortalRequest) -> SecurityRow | None:
    names = provider_names(request)
    connected = (
        SocialAccount.objects.filter(user=request.user)
        .order_by("date_joined")
        .values_list("provider", flat=True)
    )
    known = [names.get(provider, provider) for provider in connected]
    if not names and not known:
        return None
    return SecurityRow(
        _("Other ways to sign in"),
        reverse("socialaccount_connections"),
        "link-45deg",
        ", ".join(known) or _("None connected"),
    )


def _second_factor(request: PortalRequest) -> SecurityRow:
    chosen = chosen_methods(request.user)
    badge = ("active", _("On")) if chosen or _is_obliged(request) else ("inactive", _("Off"))
    return SecurityRow(
        _("Two-factor authentication"),
        reverse("second_factor"),
        "shield-lock",
        _methods(request, chosen),
        badge,
    )


def _is_obliged(request: PortalRequest) -> bool:
    return is_required(request.sign_in_policy, request.user, request.contacts)


def _methods(request: PortalRequest, chosen: list[Method]) -> str:
    if not chosen:
        return str(Method.EMAIL.label) if _is_obliged(request) else _("You sign in with only your password.")
    left = recovery_codes_left(request.user)
    codes = ngettext("%(n)s recovery code left", "%(n)s recovery codes left", left) % {"n": left}
    return ", ".join([*(str(method.label) for method in chosen), codes])


def _sessions(request: PortalRequest) -> SecurityRow:
    count = len(live_sessions(request))
    text = _("In %(n)s browsers") % {"n": count} if count > 1 else _("Only in this browser")
    return SecurityRow(_("Where you are signed in"), reverse("session_list"), "globe", text)


def _browsers(user: User) -> SecurityRow | None:
    count = TrustedBrowser.objects.valid().filter(user=user).count()
    if not count:
        return None
    text = ngettext("%(n)s browser skips the code", "%(n)s browsers skip the code", count) % {"n": count}
    return SecurityRow(_("Remembered browsers"), f"{reverse('second_factor')}#browsers", "shield-check", text)
