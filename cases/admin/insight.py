"""How support went, for staff: by account, type, agent or month."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cases.admin.base import CaseModelAdmin
from cases.admin.desk.filters import ALL, NO_ACCOUNT, NOBODY, DeskFilter
from cases.admin.desk.following import list_address
from cases.display.insight_charts import in_words, month_name
from cases.insight import GROUPS, MEASURES, MOST_GROUPS, by_group, by_month, deflection, last_months, promises
from cases.models import Case
from lib.admin_parts import AdminPage, AdminPart, show
from lib.charts import Chart, Column, bar_chart

PERIODS = [
    ("1", gettext_lazy("This month")),
    ("3", gettext_lazy("Last three months")),
    ("12", gettext_lazy("Last twelve months")),
]

GROUPINGS = [
    ("month", gettext_lazy("month")),
    ("account", gettext_lazy("account")),
    ("type", gettext_lazy("type")),
    ("agent", gettext_lazy("agent")),
]
MOST_BARS, LABEL = 8, 10
NUMBER = "account__number"


class InsightForm(forms.Form):
    by = forms.ChoiceField(
        label=gettext_lazy("Group by"),
        required=False,
        choices=GROUPINGS,
    )
    months = forms.ChoiceField(label=gettext_lazy("Period"), required=False, choices=PERIODS)

    def chosen(self) -> tuple[str, list[date]]:
        """What makes no sense is ignored."""
        self.is_valid()
        return self.cleaned_data.get("by") or "month", last_months(
            timezone.localdate(), int(self.cleaned_data.get("months") or 12)
        )


def insight_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = InsightForm({"by": "month", "months": "12", **request.GET.dict()})
    by, months = form.chosen()
    rows = rows_by(by, months)
    context = {
        "form": form,
        "rows": rows,
        "chart": _chart(rows, by),
        "by": dict(GROUPINGS)[by],
        "most": MOST_GROUPS,
        "deflection": _deflection(months),
    }
    return show(model_admin, request, "admin/cases/case/insight.html", title=_("Insight"), **context)


@dataclass(frozen=True)
class InsightRow:
    name: str
    label: str
    """The name below a bar."""
    opened: int
    url: str
    """The cases behind the first number."""
    cells: list[str]


def rows_by(by: str, months: list[date]) -> list[InsightRow]:
    return _by_month(months) if by == "month" else _by_group(by, months)


def _by_month(months: list[date]) -> list[InsightRow]:
    """The latest first; a query for each measure, and one for the promises."""
    cases, kept = Case.objects.all(), promises("month", months)
    measured = {name: by_month(cases, name, months) for name in MEASURES}
    rows = []
    for index, month in enumerate(months):
        values = {name: measured[name][index] for name in MEASURES}
        cells = [*_measures(values), *_promises(kept.get(month))]
        rows.append(
            InsightRow(
                month_name(month), date_format(month, "M"), values["opened"], _list_url([month]), cells
            )
        )
    return rows[::-1]


def _by_group(by: str, months: list[date]) -> list[InsightRow]:
    kept = promises(by, months)
    key, *names = GROUPS[by]
    rows = []
    for row in by_group(Case.objects.all(), by, months):
        name = " ".join(row[part] or "" for part in names if part != NUMBER).strip() or "–"
        cells = [*_measures(row), *_promises(kept.get(row[key]))]
        rows.append(
            InsightRow(name, name[:LABEL], row["opened"], _list_url(months, **_filter(by, row)), cells)
        )
    return rows


def _filter(by: str, row: dict[str, Any]) -> dict[str, str]:
    """As the desk is narrowed to a group."""
    if by == "account":
        return {"account": row[NUMBER] or NO_ACCOUNT}
    return {by: str(row[GROUPS[by][0]] or NOBODY)}


def _list_url(months: list[date], **narrowed: str) -> str:
    """Whatever was opened in these months."""
    last = (months[-1] + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    shown = DeskFilter(state=ALL, since=months[0].isoformat(), until=last.isoformat(), **narrowed)
    return list_address(shown.as_query())


def _chart(rows: list[InsightRow], by: str) -> Chart:
    """Cases opened, in the order of time or the most first."""
    shown = rows[::-1] if by == "month" else rows[:MOST_BARS]
    count = sum(row.opened for row in rows)
    words = ngettext(
        "%(count)d case was opened in this period.", "%(count)d cases were opened in this period.", count
    ) % {"count": count}
    columns = [
        Column(row.label, row.name, row.opened, number_format(row.opened), number_format(row.opened))
        for row in shown
    ]
    return bar_chart(_("Cases opened"), words, columns)


def _measures(row: dict[str, Any]) -> list[str]:
    return [
        _in_hours(row[name]) if isinstance(row[name], timedelta) else in_words(name, row[name])
        for name in MEASURES
    ]


def _in_hours(length: timedelta) -> str:
    """One unit for a whole column, so that its numbers can be compared."""
    return _("%(count)s h") % {"count": number_format(length.total_seconds() / 3600, 1)}


def _promises(counts: dict[str, int] | None) -> list[str]:
    counts = counts or {"kept": 0, "missed": 0, "running": 0}
    settled = counts["kept"] + counts["missed"]
    rate = number_format(100 * counts["kept"] / settled, 0) if settled else "–"
    return [*(number_format(counts[name]) for name in ("kept", "missed", "running")), rate]


def _percent(part: int, whole: int) -> str:
    return f"{number_format(100 * part / whole, 0)} %" if whole else "–"


def _deflection(months: list[date]) -> dict[str, Any]:
    counts = deflection(months, timezone.now())
    return {**counts, "rate": _percent(counts["solved"], counts["read"])}


INSIGHT = AdminPart(pages=(AdminPage("insight", "insight/", insight_view),))
