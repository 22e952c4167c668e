"""The list of cases: whose turn it is and what is due, for a group of agents and a hundred thousand cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Contact, User
from cases.actions import assign_case, change_status, move_to_queue
from cases.admin.base import actor_of
from cases.display.due_marks import due_mark
from cases.forms import AgentForm, QueueForm
from cases.models import Case, CaseParticipant, CaseStatus, Queue, StatusCategory
from cases.models.case_queryset import numbers_in

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


class CaseListAdmin(admin.ModelAdmin[Case]):
    list_display = ("matter", "due", "priority_mark", "status")
    list_display_links = None
    list_filter = (StateFilter, WhoseFilter, "queue", "status", "priority", "request_type", "product")
    list_select_related = ("account", "contact", "assigned_to", "status", "queue")
    list_per_page = 50
    ordering = ("due_at", "id")
    search_fields = ("account__name", "contact__email", "contact__first_name", "contact__last_name")
    search_help_text = gettext_lazy(
        "Search by number, subject, conversation, account, or the contact's name or email address."
    )
    show_full_result_count = False
    paginator = CappedPaginator
    actions = ("assign_to_me", "assign_to_agent", "move_to_queue", "resolve")

    @admin.display(description=gettext_lazy("case"), ordering="number")
    def matter(self, case: Case) -> SafeString:
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
    def due(self, case: Case) -> SafeString:
        mark = due_mark(case, timezone.now())
        return format_html('<span class="case-due is-{}">{}</span>', mark.tone, mark.text)

    @admin.display(description=gettext_lazy("priority"), ordering="urgency")
    def priority_mark(self, case: Case) -> SafeString:
        words = case.get_priority_display()
        escalated = (
            format_html(' <span class="case-due is-late">{}</span>', _("escalated"))
            if case.escalated_at
            else ""
        )
        return format_html('<span class="case-priority is-{}">{}</span>{}', case.priority, words, escalated)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Case], search_term: str
    ) -> tuple[QuerySet[Case], bool]:
        """The subject's words are found by their index; the other fields as in any list of the
        administration."""
        people, may_repeat = super().get_search_results(request, queryset, search_term)
        if not search_term:
            return people, may_repeat
        matching = Case.objects.matching(search_term).values("pk")
        return queryset.filter(Q(pk__in=matching) | Q(pk__in=people.order_by().values("pk"))), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The exact number of a case opens it."""
        sought = request.GET.get("q", "").strip() if request.method == "GET" else ""
        if sought and (case := self._numbered(request, sought)):
            return redirect("admin:cases_case_change", case.pk)
        own = {
            **desk_tabs(request),
            "title": _("Cases"),
            "sought": sought,
            "may_open": self.has_change_permission(request),
        }
        return super().changelist_view(request, {**own, **(extra_context or {})})

    def _numbered(self, request: HttpRequest, number: str) -> Case | None:
        """A number and nothing else, as it stands anywhere on the screen."""
        named = numbers_in(number)
        if len(named) != 1 or len(number) > 20 or not self.has_view_permission(request):
            return None
        return self.get_queryset(request).filter(number=named[0]).first()

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["change"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        for case in queryset:
            assign_case(actor=actor_of(request), case=case, to=actor_of(request).user)
        self._tell(request, len(queryset))

    @admin.action(description=gettext_lazy("Assign to agent…"), permissions=["change"])
    def assign_to_agent(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        form = AgentForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, form, "assign_to_agent", _("Assign cases"))
        for case in queryset:
            assign_case(actor=actor_of(request), case=case, to=form.cleaned_data["to"])
        self._tell(request, len(queryset))
        return None

    @admin.action(description=gettext_lazy("Move to queue…"), permissions=["change"])
    def move_to_queue(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        form = QueueForm(request.POST if "apply" in request.POST else None)
        if not form.is_valid():
            return self._ask(request, queryset, form, "move_to_queue", _("Move cases"))
        for case in queryset:
            move_to_queue(actor=actor_of(request), case=case, queue=form.cleaned_data["to"])
        self._tell(request, len(queryset))
        return None

    @admin.action(description=gettext_lazy("Resolve…"), permissions=["change"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Case]) -> HttpResponse | None:
        """Asks first, because customers are told. What cannot be resolved is named; the others are."""
        open_ones = queryset.exclude(category=StatusCategory.RESOLVED)
        if "apply" not in request.POST:
            effects = what_resolving_does(queryset, open_ones)
            return self._ask(request, queryset, forms.Form(), "resolve", _("Resolve cases"), effects=effects)
        status, done = CaseStatus.objects.first_of(StatusCategory.RESOLVED), 0
        for case in open_ones:
            try:
                change_status(actor=actor_of(request), case=case, status=status)
                done += 1
            except ValidationError as error:
                messages.error(request, f"{case.number}: {error.messages[0]}")
        self._tell(request, done)
        return None

    def _ask(
        self,
        request: HttpRequest,
        queryset: QuerySet[Case],
        form: Any,
        action: str,
        title: str,
        *,
        effects: Sequence[str] = (),
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "form": form,
            "action": action,
            "effects": effects,
            "cases": queryset[:20],
            "count": queryset.count(),
            "selected": request.POST.getlist("_selected_action"),
            "select_across": request.POST.get("select_across", "0"),
        }
        return TemplateResponse(request, "admin/cases/case/choose.html", context)

    def _tell(self, request: HttpRequest, count: int) -> None:
        if count:
            messages.success(
                request,
                ngettext("%(count)d case changed.", "%(count)d cases changed.", count) % {"count": count},
            )


def what_resolving_does(chosen: QuerySet[Case], open_ones: QuerySet[Case]) -> list[str]:
    """In sentences, before it is done."""
    done, told = chosen.count() - open_ones.count(), customers_of(open_ones)
    mails = ngettext(
        "%(count)d customer is notified by email.", ("%(count)d customers are notified by email."), told
    ) % {"count": told}
    if not done:
        return [mails]
    already = ngettext(
        "%(count)d of them is already resolved.", "%(count)d of them are already resolved.", done
    ) % {"count": done}
    return [mails, already]


def customers_of(cases: QuerySet[Case]) -> int:
    """How many people have a mail about these cases: their contacts, and who is kept in the loop."""
    rows = cases.order_by().values("pk")
    joined = CaseParticipant.objects.filter(case__in=rows).values("contact")
    people = Contact.objects.filter(
        Q(pk__in=cases.order_by().values("contact")) | Q(pk__in=joined)
    ).select_related("account", "user")
    return sum(person.can_be_told for person in people)


@dataclass(frozen=True)
class Tab:
    """A list that agents come back to, with how much there is of it."""

    label: str
    params: dict[str, str]
    total: int
    is_current: bool
    late: int = 0
    unassigned: int = 0

    @property
    def url(self) -> str:
        return f"?{urlencode(self.params)}"

    @property
    def total_words(self) -> str:
        return ngettext("%(count)d case", "%(count)d cases", self.total) % {"count": self.total}


NO_LIST = {"q", "o", "p", "e", "all", "_facets"}
"""Parameters that say how a list is shown, and not which one."""


def desk_tabs(request: HttpRequest) -> dict[str, Any]:
    """For the list's page: the tabs, and whether a filter is set besides them."""
    queues = queue_counts(request.user.pk)
    chosen = {name: str(value) for name, value in request.GET.items() if name not in NO_LIST}
    kind = {name: value for name, value in chosen.items() if name != "state"}
    tabs = [_tab(request, kind, *row) for row in _lists(queues)]
    is_filtered = "state" in chosen or not any(tab.is_current for tab in tabs)
    return {"queues": queues, "tabs": tabs, "is_filtered": is_filtered, "is_narrowed": bool(chosen)}


def _tab(
    request: HttpRequest, kind: dict[str, str], label: str, params: dict[str, str], counts: dict[str, int]
) -> Tab:
    is_current = params == kind and not ("q" in request.GET and not params)
    return Tab(label, params, counts["total"], is_current, counts.get("late", 0), counts.get("unassigned", 0))


def _lists(queues: list[Any]) -> list[tuple[str, dict[str, str], dict[str, int]]]:
    """All active cases, the reader's, those of nobody, and each queue, empty ones as well."""
    known: dict[int | None, dict[str, int]] = {row["queue"]: row for row in queues}
    empty = {"total": 0}
    total = {name: sum(row[name] for row in queues) for name in ("total", "mine", "unassigned", "late")}
    lists = [
        (_("All active"), {}, {"total": total["total"], "late": total["late"]}),
        (_("My cases"), {"whose": "mine"}, {"total": total["mine"]}),
        (_("Unassigned"), {"whose": "nobody"}, {"total": total["unassigned"]}),
    ]
    lists += [
        (queue.name, {"queue__id__exact": str(queue.pk)}, known.get(queue.pk, empty))
        for queue in Queue.objects.all()
    ]
    return (
        [*lists, (_("No queue"), {"queue__isnull": "True"}, known[None])]
        if None in known and len(queues) > 1
        else lists
    )


def queue_counts(agent: int | None) -> list[Any]:
    """Of active cases, for each queue and for those in none; one query."""
    counts = {
        "total": Count("pk"),
        "late": Count("pk", Q(due_at__lte=timezone.now())),
        "unassigned": Count("pk", Q(assigned_to=None)),
        "mine": Count("pk", Q(assigned_to=agent)),
    }
    active = Case.objects.active().order_by("queue__position", "queue__name")
    return list(active.values("queue", "queue__name").annotate(**counts))
