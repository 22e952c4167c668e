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
from cases.actions import count_open_cases, hand_over_cases


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
            text = _("%(name)s can no longer sign in to this account. Cases transferred: %(count)d.")
            messages.success(request, text % {"name": contact.full_name, "count": handed_over})
            return redirect("user_list")
    context = {
        "colleague": contact,
        "is_self": contact == request.contact,
        "open_cases": count_open_cases(contact),
        "form": form,
        "crumbs": [
            (_("Manage users"), reverse("user_list")),
            (contact.full_name, reverse("user_edit", args=[pk])),
            (_("Deactivate"), ""),
        ],
    }
    return render(request, "accounts/users/user_deactivate.html", context)


@transaction.atomic
def _deactivate(actor: Actor, contact: Contact, heir: Contact | None) -> int:
    """The account's rules come first, and lock it; the features follow in the same transaction."""
    deactivate_colleague(actor=actor, contact=contact)
    cases = hand_over_cases(actor=actor, contact=contact, heir=heir) if heir else 0
    if heir and cases:
        record_activity(
            actor=actor, verb="contact.cases_handed_over", record=contact, cases=cases, to=heir.full_name
        )
    return cases
