"""The list of cases: whose turn it is and what is due, for a group of agents and a hundred thousand cases."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from cases.actions import assign_case, change_status, move_to_queue
from cases.admin.base import actor_of
from cases.due import due_mark
from cases.forms import AgentForm, QueueForm
from cases.models import Case, CaseStatus, Category

MOST_COUNTED = 2_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than MOST_COUNTED: whoever looks for a case beyond searches or filters."""

    most = MOST_COUNTED

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Case]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()


class StateFilter(admin.SimpleListFilter):
    """Active cases unless the reader says otherwise."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("late", _("Late")), ("closed", _("Closed")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        return [{**first, "display": _("Active")}, *others]

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
    title = gettext_lazy("whose")
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


class CaseListAdmin(admin.ModelAdmin[Case]):
    list_display = ("number", "subject", "due", "status", "priority_mark", "customer", "looked_after")
    list_display_links = ("number", "subject")
    list_filter = (StateFilter, WhoseFilter, "queue", "status", "priority", "request_type", "product")
    list_select_related = ("account", "contact", "assigned_to", "status", "queue")
    list_per_page = 50
    ordering = ("due_at", "id")
    search_fields = ("account__name", "contact__email", "contact__first_name", "contact__last_name")
    search_help_text = gettext_lazy("Number, words of the subject, account, or the contact's name or address.")
    show_full_result_count = False
    paginator = CappedPaginator
    actions = ("assign_to_me", "assign_to_agent", "move_to_queue", "resolve")

    @admin.display(description=gettext_lazy("due"), ordering="due_at")
    def due(self, case: Case) -> SafeString:
        mark = due_mark(case, timezone.now())
        return format_html('<span class="case-due is-{}">{}</span>', mark.tone, mark.text)

    @admin.display(description=gettext_lazy("priority"), ordering="urgency")
    def priority_mark(self, case: Case) -> SafeString:
        words = case.get_priority_display()
        escalated = format_html(' <span class="case-due is-late">{}</span>', _("escalated")) if case.escalated_at else ""
        return format_html('<span class="case-priority is-{}">{}</span>{}', case.priority, words, escalated)

    @admin.display(description=gettext_lazy("customer"), ordering="account__name")
    def customer(self, case: Case) -> SafeString:
        return format_html("{}<br><small>{}</small>", case.contact.full_name, case.account.name if case.account else "")

    @admin.display(description=gettext_lazy("agent, queue"), ordering="assigned_to")
    def looked_after(self, case: Case) -> SafeString:
        agent = case.assigned_to.get_full_name() if case.assigned_to else "–"
        return format_html("{}<br><small>{}</small>", agent, case.queue.name if case.queue else "")

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Case], search_term: str) -> tuple[QuerySet[Case], bool]:
        """The subject's words are found by their index; the other fields as in any list of the administration."""
        people, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return people, may_repeat
        matching = Case.objects.matching(search_term).values("pk")
        return queryset.filter(Q(pk__in=matching) | Q(pk__in=people.order_by().values("pk"))), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"queues": queue_counts(), **(extra_context or {})})

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["change"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        for case in queryset:
            assign_case(actor=actor_of(request), case=case, to=actor_of(request).user)
        self._tell(request, len(queryset))

    @admin.action(description=gettext_lazy("Assign to an agent …"), permissions=["change"])
    def assign_to_agent(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        form = AgentForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, form, "assign_to_agent", _("Assign cases"))
        for case in queryset:
            assign_case(actor=actor_of(request), case=case, to=form.cleaned_data["to"])
        self._tell(request, len(queryset))
        return None

    @admin.action(description=gettext_lazy("Move to a queue …"), permissions=["change"])
    def move_to_queue(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        form = QueueForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, form, "move_to_queue", _("Move cases"))
        for case in queryset:
            move_to_queue(actor=actor_of(request), case=case, queue=form.cleaned_data["to"])
        self._tell(request, len(queryset))
        return None

    @admin.action(description=gettext_lazy("Resolve"), permissions=["change"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        """What cannot be resolved is named; the others are."""
        status, done = CaseStatus.objects.first_of(Category.RESOLVED), 0
        for case in queryset:
            try:
                change_status(actor=actor_of(request), case=case, status=status)
                done += 1
            except ValidationError as error:
                messages.error(request, f"{case.number}: {error.messages[0]}")
        self._tell(request, done)

    def _ask(self, request: HttpRequest, queryset: QuerySet[Case], form: Any, action: str, title: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "form": form,
            "action": action,
            "cases": queryset[:20],
            "count": queryset.count(),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/cases/case/choose.html", context)

    def _tell(self, request: HttpRequest, count: int) -> None:
        if count:
            messages.success(request, ngettext("%(count)d case changed.", "%(count)d cases changed.", count) % {"count": count})


def queue_counts() -> list[Any]:
    """Of active cases, for each queue and for those in none; one query."""
    counts = {
        "total": Count("pk"),
        "late": Count("pk", Q(due_at__lte=timezone.now())),
        "unassigned": Count("pk", Q(assigned_to=None)),
    }
    active = Case.objects.active().order_by("queue__position", "queue__name")
    return list(active.values("queue", "queue__name").annotate(**counts))
