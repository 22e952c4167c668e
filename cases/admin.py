import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity
from cases.actions import add_internal_note, assign_case, change_status, reply_to_case
from cases.conversation import Entry, conversation
from cases.forms import StaffMessageForm
from cases.models import Attachment, Case, CaseMessage, Product, RequestType
from portal.lib.uploads import download_response

EVENTS = ("case.status_changed", "case.assigned")


class IsActiveFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("active", _("Active")), ("closed", _("Closed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() in ("active", "closed"):
            return queryset.filter(closed_at__isnull=self.value() == "active")
        return queryset


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin[Case]):
    """The agent's desk. A case is opened by its customer; here it is answered, moved and assigned."""

    list_display = ("number", "subject", "account", "contact", "status", "priority", "assigned_to", "updated_at")
    list_filter = (IsActiveFilter, "status", "priority", "product", "request_type", "assigned_to")
    list_select_related = ("account", "contact", "assigned_to")
    search_fields = ("number", "subject", "account__name", "contact__email", "contact__last_name")
    date_hierarchy = "created_at"
    show_full_result_count = False
    actions = ("assign_to_me", "resolve")
    fields = (
        "number",
        "subject",
        "account",
        "contact",
        "request_type",
        "product",
        "priority",
        "status",
        "assigned_to",
        "created_at",
        "updated_at",
    )
    readonly_fields = ("number", "subject", "account", "contact", "created_at", "updated_at")
    autocomplete_fields = ("assigned_to",)
    view_on_site = False  # staff see no customer pages
    change_form_template = "admin/cases/case/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", view(self.message_view), name="cases_case_message"),
            path("attachments/<uuid:pk>/", view(self.attachment_view), name="cases_case_attachment"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The form remembers what it showed, so that a stale page saves only what its reader changed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
        return field

    def save_model(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        """Status and assignment go through their actions, so that they are logged and the customer is told."""
        actor = Actor.staff(cast("PortalRequest", request))
        plain = [name for name in form.changed_data if name not in ("status", "assigned_to")]
        if plain:
            obj.save(update_fields=plain)
        if "status" in form.changed_data:
            change_status(actor=actor, case=obj, status=form.cleaned_data["status"])
        if "assigned_to" in form.changed_data:
            assign_case(actor=actor, case=obj, to=form.cleaned_data["assigned_to"])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        context = {"entries": _entries(case), "composer": StaffMessageForm()} if case else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send what the composer holds; when something is wrong with it, show it again with nothing lost."""
        case = get_object_or_404(Case, pk=pk)
        if request.method != "POST" or not self.has_change_permission(request, case):
            raise PermissionDenied
        form = StaffMessageForm(request.POST, request.FILES)
        if not (form.is_valid() and _send(request, case, form)):
            return self.changeform_view(_as_get(request), str(pk), "", {"entries": _entries(case), "composer": form})
        messages.success(request, _("The note is kept.") if form.is_internal else _("The reply is sent."))
        return redirect("admin:cases_case_change", pk)

    def attachment_view(self, request: HttpRequest, pk: uuid.UUID) -> FileResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Attachment, pk=pk)
        return download_response(found.file, found.name)

    @admin.action(description=gettext_lazy("Assign to me"), permissions=["change"])
    def assign_to_me(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        actor = Actor.staff(cast("PortalRequest", request))
        for case in queryset:
            assign_case(actor=actor, case=case, to=actor.user)

    @admin.action(description=gettext_lazy("Resolve"), permissions=["change"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[Case]) -> None:
        for case in queryset:
            change_status(actor=Actor.staff(cast("PortalRequest", request)), case=case, status=Case.Status.RESOLVED)


def _send(request: HttpRequest, case: Case, form: StaffMessageForm) -> bool:
    data = form.cleaned_data
    actor = Actor.staff(cast("PortalRequest", request))
    try:
        if form.is_internal:
            add_internal_note(actor=actor, case=case, body=data["body"], uploads=data["uploads"], submission=data["submission"])
            if data["status"]:
                change_status(actor=actor, case=case, status=data["status"])
        else:
            reply_to_case(
                actor=actor, case=case, body=data["body"], uploads=data["uploads"], submission=data["submission"], status=data["status"]
            )
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _as_get(request: HttpRequest) -> HttpRequest:
    """The page itself is to be shown, not its own form saved."""
    request.method = "GET"
    return request


def _entries(case: Case) -> list[Entry]:
    events = Activity.objects.filter(record_type="case", record_id=str(case.pk), verb__in=EVENTS)
    return conversation(
        CaseMessage.objects.filter(case=case).for_conversation(),
        events,
        reader=None,
        file_url=lambda pk: reverse("admin:cases_case_attachment", args=[pk]),
    )


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin[Product]):
    list_display = ("name", "description", "is_active")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(RequestType)
class RequestTypeAdmin(admin.ModelAdmin[RequestType]):
    list_display = ("name", "position", "is_active")
    list_editable = ("position", "is_active")
    prepopulated_fields = {"slug": ("name",)}
