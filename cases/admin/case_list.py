"""The list of cases: whose turn it is and what is due, for a group of agents and a hundred thousand cases."""

from typing import Any, cast

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from cases.display.due_marks import due_mark
from cases.models import Case

MOST_COUNTED = 2_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED: whoever looks for a case beyond searches or filters."""

    most = MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Case]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class StateFilter(admin.SimpleListFilter):
    """Active cases unless the reader says otherwise, or looks for words: what is found may be closed."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.usual = "all" if request.GET.get("q", "").strip() else "active"
        return [("active", _("Active")), ("late", _("Late")), ("closed", _("Closed")), ("all", _("All"))]

    def value(self) -> str:
        return super().value() or self.usual

    def choices(self, changelist: Any) -> Any:
        _none, *others = super().choices(changelist)
        return others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "all":
                return queryset
            case "closed":
                return queryset.filter(closed_at__isnull=False)
            case "late":
                return queryset.filter(closed_at=None, due_at__lte=timezone.now())
        return queryset.filter(closed_at=None)


class WhoseFilter(admin.SimpleListFilter):
    title = gettext_lazy("assignment")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        agents = User.objects.filter(is_staff=True, is_active=True).order_by("first_name", "last_name")
        named = [(str(agent.pk), agent.get_full_name()) for agent in agents if agent != request.user]
        return [("mine", _("My cases")), ("nobody", _("Unassigned")), ("queues", _("My queues")), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        match self.value():
            case "mine":
                return queryset.filter(assigned_to=request.user.pk)
            case "nobody":
                return queryset.filter(assigned_to=None)
            case "queues":
                return queryset.filter(queue__agents=request.user.pk)
            case str(pk) if pk.isascii() and pk.isdigit() and len(pk) < 10:
                return queryset.filter(assigned_to=int(pk))
        return queryset


@admin.display(description=gettext_lazy("case"), ordering="number")
def matter(case: Case) -> SafeString:
    """Two lines: what it is about; whose it is, on both sides."""
    agent = case.assigned_to.get_full_name() if case.assigned_to else _("unassigned")
    whose = [
        case.contact.full_name,
        case.account.name if case.account else "",
        agent,
        case.queue.name if case.queue else "",
    ]
    url, line = reverse("admin:cases_case_change", args=[case.pk]), " · ".join(filter(None, whose))
    return format_html(
        '<a class="case-matter" href="{}">{} {}</a><span class="case-of">{}</span>',
        url,
        case.number,
        case.subject,
        line,
    )


@admin.display(description=gettext_lazy("due"), ordering="due_at")
def due(case: Case) -> SafeString:
    mark = due_mark(case, timezone.now())
    return format_html('<span class="case-due is-{}">{}</span>', mark.tone, mark.text)


@admin.display(description=gettext_lazy("priority"), ordering="urgency")
def priority_mark(case: Case) -> SafeString:
    words = case.get_priority_display()
    escalated = (
        format_html(' <span class="case-due is-late">{}</span>', _("escalated")) if case.escalated_at else ""
    )
    return format_html('<span class="case-priority is-{}">{}</span>{}', case.priority, words, escalated)
