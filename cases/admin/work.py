"""What agents worked for a case: entered, and put right."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of
from cases.actions import enter_time
from cases.actions.work import take_back_time
from cases.admin.base import CaseModelAdmin, agent_of, by_post, show_again, to_case
from cases.forms import TimeEntryForm
from cases.models import Case, TimeEntry
from lib.admin_parts import AdminPage, AdminPart


@by_post
def time_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    form = TimeEntryForm(request.POST)
    if not (form.is_valid() and _entered(request, case, form)):
        return show_again(model_admin, request, case, time_form=form)
    messages.success(request, _("Time logged."))
    return to_case(request, case)


@by_post
def time_back_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """A wrong entry stays to be seen; what was deducted for it is given back."""
    pk = request.POST.get("entry", "")
    is_key = pk.isascii() and pk.isdigit() and len(pk) < 19
    entry = TimeEntry.objects.filter(case=case, pk=pk if is_key else 0).first()
    if entry:
        take_back_time(actor=actor_of(request), entry=entry)
        messages.success(request, _("The entry has been reversed."))
    else:
        messages.error(request, _("This case has no such entry."))
    return to_case(request, case)


def _entered(request: HttpRequest, case: Case, form: TimeEntryForm) -> bool:
    try:
        entry = enter_time(actor=actor_of(request), case=case, agent=agent_of(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    if (entry.minutes, entry.note) != (form.cleaned_data["minutes"], form.cleaned_data["note"]):
        form.renew()
    return form.is_valid()


WORK = AdminPart(
    pages=(
        AdminPage("time", "<int:pk>/time/", time_view),
        AdminPage("time_back", "<int:pk>/time-back/", time_back_view),
    )
)
