"""Who is kept in the loop of a case, as agents arrange it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of, changeable
from accounts.models import Contact
from cases.actions import add_participants, remove_participant
from cases.admin.base import CaseModelAdmin, by_post, to_case
from cases.forms import LoopForm
from cases.models import Case
from lib.admin_parts import AdminPage, AdminPart, show


def loop_view(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Choose colleagues of the customer."""
    case: Case = changeable(model_admin, request, pk, posts=False)
    context = {"title": _("Add the customer's colleagues"), "subtitle": str(case), "case": case}
    return show(model_admin, request, "admin/desk/case_loop.html", **context, form=LoopForm(case=case))


@by_post
def people_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """Take one out (``remove``), or add the chosen ones."""
    if "remove" in request.POST:
        _take_out(request, case, request.POST["remove"])
    else:
        _bring_in(request, case, LoopForm(request.POST, case=case))
    return to_case(request, case)


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


PEOPLE = AdminPart(
    pages=(
        AdminPage("people", "<int:pk>/people/", people_view),
        AdminPage("loop", "<int:pk>/loop/", loop_view, ("GET", "HEAD")),
    )
)
