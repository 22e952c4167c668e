"""The page of one case, made for answering it."""

import uuid
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from accounts.http import PortalRequest
from accounts.models import User
from cases.actions import (
    add_internal_note,
    assign_case,
    change_priority,
    change_status,
    colleagues_writing,
    enter_time,
    move_to_queue,
    note_composing,
    reclassify,
    reply_to_case,
    stop_composing,
)
from cases.actions.status import locked
from cases.admin.base import NotDeleted, actor_of, changeable
from cases.admin.case_list import CaseListAdmin
from cases.admin.insight import InsightAdmin
from cases.admin.merging import MergingAdmin
from cases.agent_page import beside, conversation_of
from cases.forms import StaffMessageForm, TimeEntryForm
from cases.models import Attachment, Case, CaseMessage, CaseStatus
from cases.replies import fill
from portal.lib import markdown
from portal.lib.uploads import download_response

RELATED_LINKS = ("can_add_related", "can_change_related", "can_delete_related", "can_view_related")
"""Of a choice in the administration; an agent chooses, and changes no queue or product in passing."""


class CaseForm(forms.ModelForm[Case]):
    def clean_status(self) -> CaseStatus:
        """Asked of the row as it is now, and locked until it is saved: a colleague may have moved the case meanwhile."""
        status: CaseStatus = self.cleaned_data["status"]
        if "status" in self.changed_data:
            case = locked(self.instance)
            if not case.may_move_to(status):
                raise ValidationError(_("A case that is %(now)s cannot become %(then)s.") % {"now": case.status, "then": status})
        return status


@admin.register(Case)
class CaseAdmin(NotDeleted, MergingAdmin, InsightAdmin, CaseListAdmin):
    """The agent's desk. A case is opened by its customer; here it is answered, moved and assigned."""

    form = CaseForm
    fields = ("status", "priority", "queue", "assigned_to", "request_type", "product")
    autocomplete_fields = ("assigned_to",)
    view_on_site = False  # staff see no customer pages
    change_form_template = "admin/cases/case/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", view(self.message_view), name="cases_case_message"),
            path("<int:pk>/take/", view(self.take_view), name="cases_case_take"),
            path("<int:pk>/time/", view(self.time_view), name="cases_case_time"),
            path("<int:pk>/composing/", view(self.composing_view), name="cases_case_composing"),
            path("preview/", view(self.preview_view), name="cases_case_preview"),
            path("attachments/<uuid:pk>/", view(self.attachment_view), name="cases_case_attachment"),
            *super().get_urls(),
        ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The form remembers what it showed, so that a stale page saves only what its reader changed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
            for link in RELATED_LINKS:
                setattr(field.widget, link, False)
        return field

    def save_model(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        """Each change goes through its action, so that it is logged, clocks follow and the customer is told."""
        actor, data, changed = actor_of(request), form.cleaned_data, set(form.changed_data)
        if changed & {"request_type", "product"}:
            reclassify(actor=actor, case=obj, request_type=data["request_type"], product=data["product"])
        if "priority" in changed:
            change_priority(actor=actor, case=obj, priority=data["priority"])
        if "queue" in changed:
            move_to_queue(actor=actor, case=obj, queue=data["queue"])
        if "assigned_to" in changed:
            assign_case(actor=actor, case=obj, to=data["assigned_to"])
        if "status" in changed:
            change_status(actor=actor, case=obj, status=data["status"])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        context = self.page_context(request, case) if case and self.has_view_permission(request, case) else {}
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def page_context(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """What stands around the form of the administration."""
        agent = _agent(request)
        return {
            "conversation": conversation_of(case, whole="all" in request.GET),
            "composer": StaffMessageForm(case=case, agent=agent),
            "time_form": TimeEntryForm(),
            "may_write": self.has_change_permission(request, case) and case.merged_into_id is None,
            **beside(case, agent),
        }

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send what the composer holds; when something is wrong with it, show it again with nothing lost."""
        case = changeable(self, request, pk)
        form = StaffMessageForm(request.POST, request.FILES, case=case, agent=_agent(request))
        if "preview" in request.POST or "insert" in request.POST:
            return self._again(request, case, **_prepared(form, case, _agent(request)))
        if not (form.is_valid() and _send(request, case, form)):
            return self._again(request, case, composer=form)
        stop_composing(case=case, agent=_agent(request))
        messages.success(request, _("The note is kept.") if form.is_internal else _("The reply is sent."))
        return redirect("admin:cases_case_change", pk)

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = changeable(self, request, pk)
        assign_case(actor=actor_of(request), case=case, to=_agent(request))
        messages.success(request, _("The case is yours."))
        return redirect("admin:cases_case_change", pk)

    def time_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        case = changeable(self, request, pk)
        form = TimeEntryForm(request.POST)
        if not form.is_valid():
            return self._again(request, case, time_form=form)
        enter_time(actor=actor_of(request), case=case, agent=_agent(request), **form.cleaned_data)
        messages.success(request, _("The time is entered."))
        return redirect("admin:cases_case_change", pk)

    def composing_view(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Told by an open page: whether its reader is writing. Answers who else is, and what the latest message is."""
        case = changeable(self, request, pk)
        if request.POST.get("writing") == "yes":
            note_composing(case=case, agent=_agent(request))
        names = ", ".join(colleagues_writing(case, _agent(request), timezone.now()))
        newest = CaseMessage.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first()
        return JsonResponse({"banner": _("%(names)s is writing here") % {"names": names} if names else "", "newest": newest or 0})

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        return render(request, "cases/_preview.html", {"body_html": markdown.render(_body(request))})

    def attachment_view(self, request: HttpRequest, pk: uuid.UUID) -> FileResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Attachment, pk=pk)
        return download_response(found.file, found.name)

    def _again(self, request: HttpRequest, case: Case, **context: Any) -> HttpResponse:
        """The page itself is to be shown, not its own form saved."""
        request.method = "GET"
        return self.change_view(request, str(case.pk), "", context)


def _agent(request: HttpRequest) -> User:
    return cast("PortalRequest", request).user


def _body(request: HttpRequest) -> str:
    return request.POST.get("body", "").replace("\0", "")[:20_000]


def _prepared(form: StaffMessageForm, case: Case, agent: User) -> dict[str, Any]:
    """Without JavaScript: the composer with a saved reply put in, and a look at the text."""
    typed = str(form.data.get("body", "")).replace("\0", "")[:20_000]
    reply = form.chosen_reply() if "insert" in form.data else None
    body = "\n\n".join(filter(None, (typed.strip(), fill(reply.body, case=case, agent=agent)))) if reply else typed
    return {"composer": form.as_typed(body=body), "preview_html": mark_safe(markdown.render(body)) if "preview" in form.data else ""}


def _send(request: HttpRequest, case: Case, form: StaffMessageForm) -> bool:
    data, actor = form.cleaned_data, actor_of(request)
    message = {name: data[name] for name in ("body", "uploads", "submission")}
    try:
        if form.is_internal:
            add_internal_note(actor=actor, case=case, **message)
            if data["status"]:
                change_status(actor=actor, case=case, status=data["status"])
        else:
            reply_to_case(actor=actor, case=case, status=data["status"], **message)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
