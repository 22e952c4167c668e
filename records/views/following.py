from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import PortalRequest
from records.actions.following import follow, unfollow
from records.surfaces import Surface


@require_POST
def record_follow(
    request: PortalRequest, surface: Surface[Any], number: str | int, **way: str
) -> HttpResponse:
    """Get the mails about a record, or no more of them: one click. ``way`` is the rest of its address."""
    record = get_object_or_404(surface.visible_to(request.contact), **{surface.key: number})
    change_following(request, record)
    return redirect(record)


def change_following(request: PortalRequest, record: models.Model) -> None:
    """As the button says: ``follow=no`` for no more mails. Staff without a contact have nobody to follow
    as."""
    if request.contact is None:
        raise PermissionDenied
    if request.POST.get("follow") == "no":
        unfollow(contact=request.contact, record=record)
        messages.success(request, _("You will no longer receive emails about this."))
    else:
        follow(contact=request.contact, record=record)
        messages.success(request, _("You will receive emails about this from now on."))
