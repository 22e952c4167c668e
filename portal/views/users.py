"""Deactivating a colleague: the shell knows what they leave behind in the features, and gives it to whoever
inherits it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions.activity import record_activity
from accounts.actions.users import deactivate_colleague
from accounts.actors import Actor
from accounts.forms.users import HeirForm
from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.views.users.gate import colleague, colleagues, manager_of
from records.surfaces import Handover, surfaces


@require_http_methods(["GET", "HEAD", "POST"])
def user_deactivate(request: PortalRequest, pk: int) -> HttpResponse:
    contact = colleague(request, pk)
    heirs = colleagues(manager_of(request)).usable().exclude(pk=pk)
    form = HeirForm(request.POST if request.method == "POST" else None, heirs=heirs)
    if form.is_valid():
        try:
            handed_over = _deactivate(Actor.of(request), contact, form.cleaned_data["heir"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _told(contact, handed_over))
            return redirect("user_list")
    context = {
        "colleague": contact,
        "is_self": contact == request.contact,
        "left": [handover.left(count) for handover in _handovers() if (count := handover.count(contact))],
        "form": form,
        "crumbs": [
            (_("Manage users"), reverse("user_list")),
            (contact.full_name, reverse("user_edit", args=[pk])),
            (_("Deactivate"), ""),
        ],
    }
    return render(request, "accounts/users/user_deactivate.html", context)


def _handovers() -> list[Handover]:
    return [surface.handover for surface in surfaces() if surface.handover]


@transaction.atomic
def _deactivate(actor: Actor, contact: Contact, heir: Contact | None) -> dict[Handover, int]:
    """The account's rules come first, and lock it; the features follow in the same transaction."""
    deactivate_colleague(actor=actor, contact=contact)
    return {handover: _hand_over(actor, contact, heir, handover) for handover in _handovers()}


def _hand_over(actor: Actor, contact: Contact, heir: Contact | None, handover: Handover) -> int:
    count = handover.give(actor=actor, contact=contact, heir=heir) if heir else 0
    if heir and count:
        record_activity(actor=actor, verb=handover.verb, record=contact, count=count, to=heir.full_name)
    return count


def _told(contact: Contact, handed_over: dict[Handover, int]) -> str:
    left = _("%(name)s can no longer sign in to this account.") % {"name": contact.full_name}
    went = [
        _("%(what)s: %(count)d.") % {"what": handover.given, "count": count}
        for handover, count in handed_over.items()
    ]
    return " ".join([left, *went])
