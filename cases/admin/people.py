"""Who is kept in the loop of a case, as agents arrange it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of
from accounts.models import Contact
from cases.actions import add_participants, remove_participant
from cases.admin.base import CaseModelAdmin, by_post
from cases.forms import LoopForm
from cases.models import Case
from lib.admin_parts import AdminPage, AdminPart


def beside(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> dict[str, Any]:
    return {"loop_form": LoopForm(case=case)}


@by_post
def people_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """Take one out (``remove``), or add the chosen ones."""
    if "remove" in request.POST:
        _take_out(request, case, request.POST["remove"])
    else:
        _bring_in(request, case, LoopForm(request.POST, case=case))
    return redirect("admin:cases_case_change", case.pk)


def _take_out(request: HttpRequest, case: Case, pk: str) -> None:
    joined = Contact.objects.filter(pk__in=case.participants.values("contact"))
    contact = joined.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    if contact:
        remove_participant(actor=actor_of(request), case=case, contact=contact)
        messages.success(request, _("%(who)s is no longer in the loop.") % {"who": contact.full_name})


def _bring_in(request: HttpRequest, case: Case, form: LoopForm) -> None:
    if not form.is_valid():
        messages.error(request, _("Choose whom to keep in the loop."))
        return
    try:
        add_participants(actor=actor_of(request), case=case, contacts=form.cleaned_data["contacts"])
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("They are now in the loop and will be notified by email."))


PEOPLE = AdminPart(pages=(AdminPage("people", "<int:pk>/people/", people_view),), beside=beside)
