"""How cases reach agents, what they answer with, and the settings of all that."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import NoDelete
from accounts.models import Account, User
from cases.admin.base import PrioritiesField
from cases.models import (
    Case,
    CaseDesk,
    Checklist,
    ChecklistStep,
    Priority,
    Product,
    Queue,
    RequestType,
    RoutingRule,
    SavedReply,
)
from lib.admin_pickers import PICKERS
from lib.admin_places import Place


class CaseDeskForm(forms.ModelForm[CaseDesk]):
    priorities = PrioritiesField()


@admin.register(CaseDesk)
class CaseDeskAdmin(NoDelete, admin.ModelAdmin[CaseDesk]):
    """One row: its list leads straight to it."""

    place = Place("settings", 2, gettext_lazy("Case handling"), "sliders")
    form = CaseDeskForm
    fields = (
        "priorities",
        "needs_entitlement",
        "reopen_days",
        "edit_minutes",
        "answering_takes",
        "reminder_days",
        "closing_days",
        "escalations_to",
    )
    formfield_overrides = PICKERS

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("admin:cases_casedesk_change", CaseDesk.objects.stored().pk)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, queryset=staff(), **kwargs)


@admin.register(Queue)
class QueueAdmin(admin.ModelAdmin[Queue]):
    place = Place("settings", 3, gettext_lazy("Queues"), "kanban")
    list_display = ("name", "people", "lead", "open_cases", "position")
    list_editable = ("position",)
    list_select_related = ("lead",)
    search_fields = ("name",)
    formfield_overrides = PICKERS
    autocomplete_fields = ("lead",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Queue]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("agents")
            .annotate(open_count=Count("cases", Q(cases__closed_at=None), distinct=True))
        )

    @admin.display(description=gettext_lazy("agents"))
    def people(self, queue: Queue) -> str:
        return ", ".join(agent.get_full_name() for agent in queue.agents.all())

    @admin.display(description=gettext_lazy("active cases"), ordering="open_count")
    def open_cases(self, queue: Any) -> int:
        return int(queue.open_count)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, queryset=staff(), **kwargs)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Cases stay, in no queue: whoever deletes one is told how many."""
        deleted, counts, refused, protected = super().get_deleted_objects(objs, request)
        cases = Case.objects.filter(queue__in=[queue.pk for queue in objs]).aggregate(
            all=Count("pk"), active=Count("pk", Q(closed_at=None))
        )
        told = {
            _("active cases that will be in no queue"): cases["active"],
            _("cases that will be in no queue"): cases["all"],
        }
        return deleted, {**counts, **told}, refused, protected


def staff() -> QuerySet[User]:
    return User.objects.filter(is_staff=True).order_by("first_name", "last_name")


class RuleTestForm(forms.Form):
    """A case that is not opened: where would it go?"""

    request_type = forms.ModelChoiceField(label=gettext_lazy("Type"), queryset=RequestType.objects.all())
    product = forms.ModelChoiceField(
        label=gettext_lazy("Product"), queryset=Product.objects.all(), required=False
    )
    account = forms.CharField(label=gettext_lazy("Account number"), required=False, max_length=30)
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"), choices=Priority.choices, initial=Priority.NORMAL
    )

    def clean_account(self) -> Account | None:
        number = self.cleaned_data["account"]
        found = Account.objects.filter(number__iexact=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no account with this number."))
        return found


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin[RoutingRule]):
    place = Place("settings", 4, gettext_lazy("Routing"), "arrow-right")
    list_display = ("fits", "position", "queue", "whom", "is_active")
    list_editable = ("position", "is_active")
    list_filter = ("is_active", "queue", "request_type", "product", "priority")
    list_select_related = ("request_type", "product", "account", "queue", "agent")
    search_fields = ("queue__name", "account__name", "product__name")
    autocomplete_fields = ("account", "agent")
    change_list_template = "admin/cases/routingrule/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [
            path("test/", self.admin_site.admin_view(self.test_view), name="cases_routingrule_test"),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("cases"))
    def fits(self, rule: RoutingRule) -> str:
        parts = (
            rule.request_type,
            rule.product,
            rule.account,
            rule.get_priority_display() if rule.priority else None,
        )
        return " · ".join(str(part) for part in parts if part) or _("all")

    @admin.display(description=gettext_lazy("agent"))
    def whom(self, rule: RoutingRule) -> str:
        if rule.round_robin:
            return _("the queue's agents in turn")
        return rule.agent.get_full_name() if rule.agent else "–"

    def test_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = RuleTestForm(request.GET if "request_type" in request.GET else None)
        rule = RoutingRule.objects.for_case(Case(**form.cleaned_data)) if form.is_valid() else None
        words = {"words": self.fits(rule), "agent": rule.next_agent()} if rule else {}
        context = {
            "title": _("Test with a sample case"),
            "form": form,
            "rule": rule,
            "opts": self.opts,
            **words,
        }
        return TemplateResponse(
            request, "admin/cases/routingrule/test.html", {**self.admin_site.each_context(request), **context}
        )


class StepInline(admin.TabularInline[ChecklistStep, Checklist]):
    model = ChecklistStep
    extra = 3


@admin.register(Checklist)
class ChecklistAdmin(admin.ModelAdmin[Checklist]):
    """Cases keep the steps that were copied into them, whatever becomes of the checklist."""

    place = Place("settings", 10, gettext_lazy("Checklists"), "check-circle")
    list_display = ("name", "how_many", "is_active")
    search_fields = ("name", "steps__text")
    inlines = (StepInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checklist]:
        return super().get_queryset(request).annotate(step_count=Count("steps"))

    @admin.display(description=gettext_lazy("steps"))
    def how_many(self, checklist: Any) -> int:
        return int(checklist.step_count)


@admin.register(SavedReply)
class SavedReplyAdmin(admin.ModelAdmin[SavedReply]):
    place = Place("work", 5, gettext_lazy("Saved replies and macros"), "chat-square-text")
    list_display = ("title", "is_note", "does", "owner", "is_active")
    fieldsets = (
        (None, {"fields": ("title", "body", "is_note", "owner", "is_active")}),
        (
            gettext_lazy("Then"),
            {
                "fields": ("then_status", "then_priority", "then_queue", "assigns_me"),
                "description": gettext_lazy(
                    "Chosen in the composer along with the text. Nothing happens before it is sent."
                ),
            },
        ),
    )
    list_filter = ("is_active", ("owner", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("owner", "then_status", "then_queue")
    search_fields = ("title", "body")
    autocomplete_fields = ("owner",)

    @admin.display(description=gettext_lazy("then"))
    def does(self, reply: SavedReply) -> str:
        me = _("assign to me") if reply.assigns_me else ""
        parts = (reply.then_status, reply.get_then_priority_display(), reply.then_queue, me)
        return " · ".join(str(part) for part in parts if part) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SavedReply]:
        """A reply of one's own is nobody else's business, administrators excepted."""
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.filter(Q(owner=None) | Q(owner=request.user.pk))
