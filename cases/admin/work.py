"""What agents worked for a case: entered, and put right."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from cases.actions import enter_time
from cases.actions.work import take_back_time
from cases.admin.base import actor_of, agent_of, by_post
from cases.forms import TimeEntryForm
from cases.models import Case, TimeEntry


class WorkAdmin(admin.ModelAdmin[Case]):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/time/", view(self.time_view), name="cases_case_time"),
            path("<int:pk>/time-back/", view(self.time_back_view), name="cases_case_time_back"),
            *super().get_urls(),
        ]

    @by_post
    def time_view(self, request: HttpRequest, case: Case) -> HttpResponse:
        form = TimeEntryForm(request.POST)
        if not (form.is_valid() and _entered(request, case, form)):
            return self._again(request, case, time_form=form)  # type: ignore[attr-defined, no-any-return]
        messages.success(request, _("Time logged."))
        return redirect("admin:cases_case_change", case.pk)

    @by_post
    def time_back_view(self, request: HttpRequest, case: Case) -> HttpResponse:
        """A wrong entry stays to be seen; what was deducted for it is given back."""
        pk = request.POST.get("entry", "")
        entry = TimeEntry.objects.filter(
            case=case, pk=pk if pk.isascii() and pk.isdigit() and len(pk) < 19 else 0
        ).first()
        if entry:
            take_back_time(actor=actor_of(request), entry=entry)
            messages.success(request, _("The entry has been reversed."))
        else:
            messages.error(request, _("This case has no such entry."))
        return redirect("admin:cases_case_change", case.pk)


def _entered(request: HttpRequest, case: Case, form: TimeEntryForm) -> bool:
    try:
        enter_time(actor=actor_of(request), case=case, agent=agent_of(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
