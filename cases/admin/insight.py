"""How support went, for staff: in a period and against the one before, by month or by whose cases they were.
Each number leads to exactly the cases that it was taken on."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import actor_of
from accounts.downloads import handing_out
from cases.admin.base import CaseModelAdmin
from cases.admin.insight_rows import LISTED, InsightRow, charts_of, figures_of, row_of, rows_by
from cases.insight import MOST_GROUPS, Span, deflection, in_all, last_months, promises
from cases.models import Case
from lib.admin_parts import AdminPage, AdminPart, show
from lib.spreadsheets import as_csv
from records.forms.lists import DayInput

PERIODS = [
    ("1", gettext_lazy("This month")),
    ("3", gettext_lazy("Last three months")),
    ("12", gettext_lazy("Last twelve months")),
    ("own", gettext_lazy("From … to …")),
]
GROUPINGS = [
    ("month", gettext_lazy("month")),
    ("queue", gettext_lazy("queue")),
    ("agent", gettext_lazy("agent")),
    ("product", gettext_lazy("product")),
    ("type", gettext_lazy("type")),
    ("account", gettext_lazy("account")),
]
EARLIEST = date(2000, 1, 1)
LONGEST_DAYS = 3 * 366
"""Keeps a chart to about 100 monthly bars at most."""


class InsightForm(forms.Form):
    """What makes no sense is said beside the field, and the usual period shown."""

    by = forms.ChoiceField(label=gettext_lazy("Group by"), choices=GROUPINGS)
    months = forms.ChoiceField(label=gettext_lazy("Period"), choices=PERIODS)
    since = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput())
    until = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput())

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        if chosen.get("months") == "own" and not self.errors:
            self._check(chosen.get("since"), chosen.get("until"))
        return chosen

    def _check(self, since: date | None, until: date | None) -> None:
        if since is None or until is None:
            self.add_error("since" if since is None else "until", _("Choose both days."))
        elif until < since:
            self.add_error("until", _("The last day is before the first."))
        elif since < EARLIEST or (until - since).days > LONGEST_DAYS or until > date(2999, 1, 1):
            self.add_error("since", _("Choose at most three years, since 2000."))

    def chosen(self) -> tuple[str, Span]:
        self.is_valid()
        by = self.cleaned_data.get("by") or "month"
        today, months = timezone.localdate(), self.cleaned_data.get("months") or "12"
        if months == "own":
            if self.errors:
                return by, Span(last_months(today, 12)[0], today)
            return by, Span(self.cleaned_data["since"], self.cleaned_data["until"])
        return by, Span(last_months(today, int(months))[0], today)


@dataclass(frozen=True)
class Insight:
    by: str
    span: Span
    rows: list[InsightRow]
    whole: InsightRow
    before: InsightRow


def insight_of(by: str, span: Span) -> Insight:
    cases = Case.objects.all()
    whole, before = (
        row_of(_("All"), "", in_all(cases, one), _together(one), one) for one in (span, span.before)
    )
    return Insight(by, span, rows_by(by, span), whole, before)


def _together(span: Span) -> dict[str, int]:
    """Of all months: what a promise came to."""
    found = promises("month", span).values()
    return {name: sum(counts[name] for counts in found) for name in ("kept", "missed", "running")}


def insight_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = InsightForm({"by": "month", "months": "12", **request.GET.dict()})
    by, span = form.chosen()
    insight = insight_of(by, span)
    if request.GET.get("format") == "csv":
        return _as_file(request, insight)
    query = request.GET.copy()
    query["format"] = "csv"
    context = {
        "form": form,
        "insight": insight,
        "figures": figures_of(insight.whole, insight.before),
        "charts": charts_of(insight.rows, by),
        "by": dict(GROUPINGS)[by],
        "headings": [heading for heading, _name in LISTED],
        "most": MOST_GROUPS,
        "deflection": _deflection(span),
        "csv_query": query.urlencode(),
    }
    return show(model_admin, request, "admin/cases/case/insight.html", title=_("Insight"), **context)


def _as_file(request: HttpRequest, insight: Insight) -> HttpResponse:
    """What is shown, in plain numbers; times in hours."""
    heading = [
        str(dict(GROUPINGS)[insight.by]).capitalize(), _("Opened"), _("First reply (median, h)"),
        _("Replied"), _("Resolution (median, h)"), _("Resolved"), _("Satisfaction"), _("Ratings"),
        _("SLA targets met"), _("SLA targets missed"), _("SLA targets running"),
    ]  # fmt: skip
    rows = [[row.name, *row.plain] for row in (*insight.rows, insight.whole)]
    name = f"insight-{insight.by}-{insight.span.since}-{insight.span.until}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    actor = actor_of(request)
    with handing_out(request, actor=actor, verb="case.insight_exported", record=None, label=name):
        return HttpResponse(as_csv([heading, *rows]), content_type="text/csv; charset=utf-8", headers=headers)


def _deflection(span: Span) -> dict[str, int]:
    counts = deflection(span, timezone.now())
    return {**counts, "percent": round(100 * counts["solved"] / counts["read"]) if counts["read"] else 0}


INSIGHT = AdminPart(pages=(AdminPage("insight", "insight/", insight_view),))
