"""The log of an account, for those who look after its contacts: who signed in, was invited, got a role or
lost access."""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity, Contact
from accounts.models.activity import ActivityQuerySet
from accounts.views.users.gate import colleagues, manager_of
from lib.paging import PARAMETERS, paginate
from lib.spreadsheets import csv_lines
from portal.history.account_log import Kind, line_of, verbs_of

PAGE_SIZE = 50
MOST_EXPORTED = 10_000


class LogFilterForm(forms.Form):
    """The log's address. What is not valid there narrows nothing."""

    q = forms.CharField(label=gettext_lazy("Person"), required=False, max_length=150)
    kind = forms.ChoiceField(
        label=gettext_lazy("About"), required=False, choices=[("", gettext_lazy("Everything")), *Kind.choices]
    )
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_valid()

    @property
    def chosen(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def query(self) -> str:
        return f"?{urlencode(self.chosen)}" if self.chosen else ""


@require_safe
def user_log(request: PortalRequest) -> HttpResponse:
    manager = _manager(request)
    filters = LogFilterForm(request.GET)
    page = paginate(_lines(manager, filters), by="at", query=request.GET, size=PAGE_SIZE)
    context = {
        "page": page,
        "lines": [line_of(activity) for activity in page.rows],
        "filters": filters,
        "is_filtered": bool(
            filters.chosen or filters.errors or any(name in request.GET for name in PARAMETERS)
        ),
        "export_url": reverse("user_log_export") + filters.query,
        "most_exported": MOST_EXPORTED,
        "crumbs": [(_("Manage users"), reverse("user_list")), (_("Access log"), "")],
    }
    return render(request, "portal/log.html", context)


@require_POST
def user_log_export(request: PortalRequest) -> StreamingHttpResponse:
    """The lines that the filters in the address leave, the latest first. That somebody took them along is a
    line, too."""
    manager = _manager(request)
    lines = _lines(manager, LogFilterForm(request.GET))
    record_activity(actor=Actor.of(request), verb="account.log_exported", record=manager.account)
    rows = _rows(lines, translation.get_language(), timezone.get_current_timezone())
    headers = {
        "Content-Disposition": f'attachment; filename="access-log-{timezone.localdate():%Y-%m-%d}.csv"'
    }
    return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _manager(request: PortalRequest) -> Contact:
    manager_of(request, "read")
    return manager_of(request, "write")


def _lines(manager: Contact, filters: LogFilterForm) -> ActivityQuerySet:
    chosen = filters.chosen
    lines = (
        Activity.objects.about_people(manager)
        .filter(verb__in=verbs_of(chosen.get("kind", "")))
        .select_related("contact")
    )
    if words := chosen.get("q"):
        people = colleagues(manager).matching(words).order_by()
        lines = lines.filter(Q(contact__in=people.values("pk")) | Q(actor__in=people.values("user")))
    if since := chosen.get("since"):
        lines = lines.filter(at__gte=_at(since, time.min))
    if until := chosen.get("until"):
        lines = lines.filter(at__lte=_at(until, time.max))
    return lines


def _at(day: date, moment: time) -> datetime:
    """Days begin and end where the reader is."""
    return timezone.make_aware(datetime.combine(day, moment))


def _rows(lines: ActivityQuerySet, language: str | None, zone: tzinfo) -> Iterator[list[str]]:
    """Read while the file is sent: by then the request's language and time zone are no longer set."""
    with translation.override(language), timezone.override(zone):
        yield [
            _("When (%(zone)s)") % {"zone": zone},
            _("Person or record"),
            _("Event"),
            _("Details"),
            _("By"),
            _("IP address"),
        ]
        for activity in lines[:MOST_EXPORTED].iterator(chunk_size=1000):
            line = line_of(activity)
            at = timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S")
            yield [at, line.about, line.what, "; ".join(line.facts), line.by, line.client_ip]
