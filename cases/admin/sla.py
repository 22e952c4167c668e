"""When the desk works, and what it promises."""

from datetime import timedelta
from itertools import chain, combinations
from typing import Any

import holidays
from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions import next_entitlement
from cases.admin.handling import RuleTestForm
from cases.forms.minutes import MinutesField, written
from cases.models import BusinessCalendar, BusinessInterval, Case, ClosedDay, SlaPolicy
from cases.models.sla import WHOLE_COUNTRY, public_holidays
from lib.admin_places import Place
from lib.business_time import NeverOpenError

NEXT_HOLIDAYS = 6


class IntervalFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]
    """At least one interval, and none that shares time with another."""

    def clean(self) -> None:
        super().clean()
        kept = [
            form.instance
            for form in self.forms
            if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        for one, other in combinations(kept, 2):
            if one.overlaps(other):
                raise ValidationError(_("%(one)s and %(other)s overlap.") % {"one": one, "other": other})


class IntervalInline(admin.TabularInline[BusinessInterval, BusinessCalendar]):
    model = BusinessInterval
    formset = IntervalFormSet
    extra = 0
    min_num = 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, **kwargs)


class ClosedDayInline(admin.TabularInline[ClosedDay, BusinessCalendar]):
    model = ClosedDay
    extra = 0


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(admin.ModelAdmin[BusinessCalendar]):
    place = Place("settings", 6, gettext_lazy("Working hours"), "clock")
    list_display = ("name", "time_zone", "country", "subdivision")
    list_filter = ("time_zone", "country")
    search_fields = ("name",)
    readonly_fields = ("next_holidays",)
    inlines = (IntervalInline, ClosedDayInline)

    @admin.display(description=gettext_lazy("next public holidays"))
    def next_holidays(self, calendar: BusinessCalendar) -> SafeString | str:
        known = holidays.list_supported_countries()
        if calendar.subdivision not in ("", WHOLE_COUNTRY, *known.get(calendar.country, [])):
            return "–"
        days = _coming_holidays(calendar) if calendar.country in known else []
        rows = ((date_format(day, "DATE_FORMAT"), name) for day, name in days)
        return format_html_join("", "{}: {}<br>", rows) or "–"


def _coming_holidays(calendar: BusinessCalendar) -> list[Any]:
    today = timezone.localdate()
    years = (today.year, today.year + 1)
    known = [public_holidays(calendar.country, calendar.subdivision, year).items() for year in years]
    return sorted((day, name) for day, name in chain(*known) if day >= today)[:NEXT_HOLIDAYS]


class SlaPolicyForm(forms.ModelForm[SlaPolicy]):
    first_reply = MinutesField(label=gettext_lazy("First reply within"), required=False)
    next_reply = MinutesField(label=gettext_lazy("Later replies within"), required=False)
    resolution = MinutesField(
        label=gettext_lazy("Resolution within"), required=False,
        help_text=gettext_lazy(
            "Working time, for example 30 min, 4 h, or 1 h 30 min. Leave blank for no target."
        ),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What the calendar can never reach is no promise."""
        data: dict[str, Any] = super().clean() or {}
        hours = data["calendar"].hours() if data.get("calendar") else None
        for name in ("first_reply", "next_reply", "resolution"):
            if hours and data.get(name):
                try:
                    hours.due(timezone.now(), timedelta(minutes=data[name]))
                except NeverOpenError:
                    self.add_error(name, _("The calendar does not have enough business hours for this."))
        return data

    def clean_resolution(self) -> int | None:
        minutes: int | None = self.cleaned_data["resolution"]
        if minutes and minutes < (self.cleaned_data.get("first_reply") or 0):
            raise ValidationError(_("The resolution target cannot be shorter than the first reply target."))
        return minutes


@admin.register(SlaPolicy)
class SlaPolicyAdmin(admin.ModelAdmin[SlaPolicy]):
    place = Place("settings", 5, gettext_lazy("Service levels"), "stopwatch")
    form = SlaPolicyForm
    list_display = (
        "name",
        "calendar",
        "account",
        "request_type",
        "priority",
        "promised",
        "only_by_entitlement",
        "position",
        "is_active",
    )
    list_editable = ("position", "is_active")
    list_filter = ("is_active", "only_by_entitlement", "calendar", "priority", "request_type")
    list_select_related = ("calendar", "account", "request_type")
    search_fields = ("name", "account__name")
    autocomplete_fields = ("account",)
    readonly_fields = ("preview",)
    change_list_template = "admin/cases/slapolicy/change_list.html"
    fieldsets = (
        (None, {"fields": ("name", "calendar", "is_active")}),
        (
            gettext_lazy("Applies to"),
            {"fields": ("only_by_entitlement", "account", "request_type", "priority", "position")},
        ),
        (
            gettext_lazy("Targets"),
            {"fields": ("first_reply", "next_reply", "resolution", "warn_percent", "preview")},
        ),
    )

    def get_ordering(self, request: HttpRequest) -> Any:
        """As they are tried."""
        return SlaPolicy.objects.most_specific_first().query.order_by

    def get_urls(self) -> list[URLPattern]:
        return [
            path("test/", self.admin_site.admin_view(self.test_view), name="cases_slapolicy_test"),
            *super().get_urls(),
        ]

    def test_view(self, request: HttpRequest) -> HttpResponse:
        """What would be promised for a case, and by which level. Nothing is opened."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RuleTestForm(request.GET if "request_type" in request.GET else None)
        context = {
            "title": _("Test with a sample case"),
            "form": form,
            "opts": self.opts,
            **(self._tried(**form.cleaned_data) if form.is_valid() else {}),
        }
        return TemplateResponse(
            request, "admin/cases/slapolicy/test.html", {**self.admin_site.each_context(request), **context}
        )

    def _tried(self, **data: Any) -> dict[str, Any]:
        account, product = data["account"], data["product"]
        entitlement = next_entitlement(account.pk if account else None, product.pk if product else None)
        policy = Case(**data, entitlement=entitlement).fitting_policy()
        by_entitlement = (
            entitlement if policy and entitlement and entitlement.sla_policy_id == policy.pk else None
        )
        return {
            "policy": policy,
            "entitlement": by_entitlement,
            "promises": self.preview(policy) if policy else "",
        }

    @admin.display(description=gettext_lazy("targets"))
    def promised(self, policy: SlaPolicy) -> str:
        amounts = (policy.first_reply, policy.next_reply, policy.resolution)
        return " · ".join(written(amount) if amount else "–" for amount in amounts)

    @admin.display(description=gettext_lazy("a case opened now"))
    def preview(self, policy: SlaPolicy) -> str:
        if policy._state.adding:
            return _("Save to see the resulting targets.")
        promises = (
            (_("first reply by %(time)s"), policy.first_reply),
            (_("resolution by %(time)s"), policy.resolution),
        )
        due = [words % {"time": _due(policy, amount)} for words, amount in promises if amount]
        return ", ".join(due) or _("No target applies.")


def _due(policy: SlaPolicy, minutes: int) -> str:
    try:
        due = policy.calendar.hours().due(timezone.now(), timedelta(minutes=minutes))
    except NeverOpenError:
        return _("never: the calendar has no business hours")
    return (
        date_format(timezone.localtime(due, policy.calendar.hours().zone), "DATETIME_FORMAT")
        + f" ({policy.calendar.time_zone})"
    )
