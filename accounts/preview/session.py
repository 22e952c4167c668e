"""The preview that a session holds: a member of staff sees the portal as one contact does, for half an hour
at most."""

import time
from typing import Any, cast

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.previews import record_end_of_preview, record_preview
from accounts.actors import Actor
from accounts.http import PortalRequest, Preview
from accounts.models import Contact
from accounts.second_factor.rules import may_administer

KEY = "preview"
"""Session key: whom the preview shows, and since when, in seconds since 1970."""

PERMISSION = "accounts.preview_contact"


class End(models.TextChoices):
    """Why a preview is over."""

    BUTTON = "button", _("ended by the user")
    OTHER = "other", _("another preview began")
    TIME = "time", _("the 30 minutes are over")
    RIGHTS = "rights", _("permission or two-factor authentication no longer given")
    SIGN_OUT = "sign-out", _("signed out")


def may_preview(request: HttpRequest) -> bool:
    """Asked with every page: staff, with the permission, who gave the second factor if one is due."""
    user: Any = request.user
    return bool(
        user.is_staff and user.has_perm(PERMISSION) and may_administer(cast("PortalRequest", request))
    )


def begin(request: HttpRequest, contact: Contact) -> None:
    """Show this contact from now on, in place of another."""
    end(request, End.OTHER)
    request.session[KEY] = {"contact": contact.pk, "started_at": int(time.time())}
    record_preview(actor=_actor(request), contact=contact)


def preview_of(request: HttpRequest) -> Preview | None:
    """The session's preview, whether it is over or not."""
    kept: dict[str, int] | None = request.session.get(KEY)
    if kept is None:
        return None
    contact = Contact.objects.filter(pk=kept["contact"]).select_related("account").with_rights().first()
    return Preview(contact, kept["started_at"]) if contact else None


def end(request: HttpRequest, reason: End) -> Preview | None:
    """Back to the user's own pages; the preview that ended, if there was one."""
    preview = preview_of(request)
    if request.session.pop(KEY, None) and preview:
        record_end_of_preview(
            actor=_actor(request), contact=preview.contact, reason=reason.value, seconds=preview.seconds
        )
    return preview


def _actor(request: HttpRequest) -> Actor:
    """The system, where the user was switched off meanwhile."""
    user = request.user if request.user.is_authenticated else None
    return Actor(user=user, client_ip=getattr(request, "client_ip", None))
