"""How support went, for staff: by account, type, agent or month."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.charts import in_words, month_name
from cases.insight import GROUPS, MEASURES, MOST_GROUPS, by_group, by_month, deflection, last_months, promises
from cases.models import Case

PERIODS = [("1", gettext_lazy("This month")), ("3", gettext_lazy("Three months")), ("12", gettext_lazy("Twelve months"))]


class InsightForm(forms.Form):
    by = forms.ChoiceField(
        label=gettext_lazy("By"),
        required=False,
        choices=[
            ("month", gettext_lazy("month")),
            ("account", gettext_lazy("account")),
            ("type", gettext_lazy("type")),
            ("agent", gettext_lazy("agent")),
        ],
    )
    months = forms.ChoiceField(label=gettext_lazy("Time"), required=False, choices=PERIODS)

    def chosen(self) -> tuple[str, list[date]]:
        """What makes no sense is ignored."""
        self.is_valid()
        return self.cleaned_data.get("by") or "month", last_months(timezone.localdate(), int(self.cleaned_data.get("months") or 12))


class InsightAdmin(admin.ModelAdmin[Case]):
    def get_urls(self) -> list[URLPattern]:
        return [path("insight/", self.admin_site.admin_view(self.insight_view), name="cases_case_insight"), *super().get_urls()]

    def insight_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = InsightForm({"by": "month", "months": "12", **request.GET.dict()})
        by, months = form.chosen()
        context = {
            **self.admin_site.each_context(request),
            "title": _("Insight"),
            "opts": self.opts,
            "form": form,
            "rows": month_rows(months) if by == "month" else group_rows(by, months),
            "most": MOST_GROUPS,
            "deflection": _deflection(months),
        }
        return TemplateResponse(request, "admin/cases/case/insight.html", context)


def month_rows(months: list[date]) -> list[list[str]]:
    """The latest first; a query for each measure, and one for the promises."""
    cases, kept = Case.objects.all(), promises("month", months)
    measured = {name: by_month(cases, name, months) for name in MEASURES}
    rows = [
        [month_name(month), *_measures({name: measured[name][index] for name in MEASURES}), *_promises(kept.get(month))]
        for index, month in enumerate(months)
    ]
    return rows[::-1]


def group_rows(by: str, months: list[date]) -> list[list[str]]:
    kept = promises(by, months)
    key, *names = GROUPS[by]
    return [
        [" ".join(row[name] or "" for name in names).strip() or "–", *_measures(row), *_promises(kept.get(row[key]))]
        for row in by_group(Case.objects.all(), by, months)
    ]


def _measures(row: dict[str, Any]) -> list[str]:
    return [in_words(name, row[name]) for name in MEASURES]


def _promises(counts: dict[str, int] | None) -> list[str]:
    counts = counts or {"kept": 0, "missed": 0, "running": 0}
    settled = counts["kept"] + counts["missed"]
    rate = _percent(counts["kept"], settled)
    return [*(number_format(counts[name]) for name in ("kept", "missed", "running")), rate]


def _percent(part: int, whole: int) -> str:
    return f"{number_format(100 * part / whole, 0)} %" if whole else "–"


def _deflection(months: list[date]) -> dict[str, Any]:
    counts = deflection(months, timezone.now())
    return {**counts, "rate": _percent(counts["solved"], counts["read"])}
