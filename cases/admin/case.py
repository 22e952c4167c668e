"""The page of one case, made for answering it."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from cases.actions import (
    add_internal_note,
    assign_case,
    change_priority,
    change_status,
    colleagues_writing,
    move_to_queue,
    note_composing,
    reclassify,
    reply_to_case,
    stop_composing,
)
from cases.actions.agent_drafts import agent_draft_of, discard_agent_draft
from cases.actions.renaming import rename_case
from cases.actions.status import locked
from cases.actions.triage import change_entitlement
from cases.admin.agent_page import closed_hint, conversation_of, facts_beside
from cases.admin.base import NotDeleted, actor_of, agent_of, by_post
from cases.admin.case_list import CaseListAdmin
from cases.admin.insight import InsightAdmin
from cases.admin.merging import MergingAdmin
from cases.admin.opening import OpeningAdmin
from cases.admin.people import PeopleAdmin
from cases.admin.work import WorkAdmin
from cases.display.saved_replies import fill
from cases.downloads import attachment_response
from cases.forms import StaffMessageForm, TimeEntryForm
from cases.forms.agents import status_news
from cases.forms.sending import add_refusal, storable
from cases.models import Attachment, Case, CaseMessage, CaseStatus, Entitlement
from lib import markdown

RELATED_LINKS = ("can_add_related", "can_change_related", "can_delete_related", "can_view_related")
"""Of a choice in the administration; an agent chooses, and changes no queue or product in passing."""


class AgentSelect(AutocompleteSelect):
    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """What is no key of a row cannot be looked up to be shown as chosen; that it is none, the field
        says."""
        return super().optgroups(
            name, [key for key in value if key.isascii() and key.isdigit() and len(key) < 19], attr
        )


class CaseForm(forms.ModelForm[Case]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Only what the case can become is offered; what a stale page sends all the same is told by
        clean_status."""
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            field: Any = self.fields["status"]
            reachable = CaseStatus.objects.reachable_from(self.instance.category)
            field.choices = [
                (status.pk, status.label) for status in dict.fromkeys([*reachable, self.instance.status])
            ]
        if "entitlement" in self.fields:
            drawn: Any = self.fields["entitlement"]
            valid = Entitlement.objects.valid_for(self.instance.account_id, self.instance.created_at).values(
                "pk"
            )
            drawn.queryset = Entitlement.objects.filter(Q(pk__in=valid) | Q(pk=self.instance.entitlement_id))

    @cached_property
    def changed_data(self) -> list[str]:
        """What the reader changed, and the row does not say already: a colleague may have done the same."""
        return [
            name
            for name in super().changed_data
            if self.fields[name].has_changed(self.initial.get(name), self[name].data)
        ]

    def clean_status(self) -> CaseStatus:
        """Asked of the row as it is now, and locked until it is saved: a colleague may have moved the case
        meanwhile."""
        status: CaseStatus = self.cleaned_data["status"]
        if "status" in self.changed_data:
            case = locked(self.instance)
            if not case.may_move_to(status):
                raise ValidationError(
                    _("A case that is %(now)s cannot become %(then)s.") % {"now": case.status, "then": status}
                )
        return status


@admin.register(Case)
class CaseAdmin(NotDeleted, MergingAdmin, OpeningAdmin, PeopleAdmin, WorkAdmin, InsightAdmin, CaseListAdmin):
    """The agent's desk. A case is opened by its customer, or for one who telephones; here it is answered,
    moved and assigned."""

    form = CaseForm
    fields = (
        "subject",
        "status",
        "priority",
        "queue",
        "assigned_to",
        "request_type",
        "product",
        "entitlement",
    )
    autocomplete_fields = ("assigned_to",)
    view_on_site = False  # staff see no customer pages
    change_form_template = "admin/cases/case/change_form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A case is opened on a page of its own, through its action."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Case | None = None) -> bool:
        """What was merged away is read, and changed no more."""
        return super().has_change_permission(request, obj) and (obj is None or obj.merged_into_id is None)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/message/", view(self.message_view), name="cases_case_message"),
            path("<int:pk>/take/", view(self.take_view), name="cases_case_take"),
            path("<int:pk>/composing/", view(self.composing_view), name="cases_case_composing"),
            path("preview/", view(self.preview_view), name="cases_case_preview"),
            path("attachments/<uuid:pk>/", view(self.attachment_view), name="cases_case_attachment"),
            *super().get_urls(),
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        widget = {"widget": AgentSelect(db_field, self.admin_site)} if db_field.name == "assigned_to" else {}
        return super().formfield_for_foreignkey(db_field, request, **{**kwargs, **widget})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The form remembers what it showed, so that a stale page saves only what its reader changed."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            field.show_hidden_initial = True
            if db_field.name == "assigned_to":
                field.label_from_instance = User.get_full_name  # type: ignore[attr-defined]
            for link in RELATED_LINKS:
                setattr(field.widget, link, False)
        return field

    def save_model(self, request: HttpRequest, obj: Case, form: Any, change: bool) -> None:
        """Each change goes through its action, so that it is logged, clocks follow and the customer is
        told."""
        actor, data, changed = actor_of(request), form.cleaned_data, set(form.changed_data)
        _describe(actor, obj, data, changed)
        if "entitlement" in changed:
            change_entitlement(actor=actor, case=obj, entitlement=data["entitlement"])
        if "priority" in changed:
            change_priority(actor=actor, case=obj, priority=data["priority"])
        if "queue" in changed:
            move_to_queue(actor=actor, case=obj, queue=data["queue"])
        if "assigned_to" in changed:
            assign_case(actor=actor, case=obj, to=data["assigned_to"])
        if "status" in changed:
            change_status(actor=actor, case=obj, status=data["status"])

    def log_change(self, request: HttpRequest, obj: Case, message: Any) -> Any:
        """Nothing is logged where nothing changed."""
        return super().log_change(request, obj, message) if message else None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        case = self.get_object(request, object_id)
        if case is None or not self.has_view_permission(request, case):
            return super().change_view(request, object_id, form_url, extra_context)
        context = {**self.page_context(request, case), **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)

    def page_context(self, request: HttpRequest, case: Case) -> dict[str, Any]:
        """What stands around the form of the administration."""
        agent = agent_of(request)
        draft = agent_draft_of(case, agent)
        return {
            "title": str(case),
            "subtitle": None,
            "conversation": conversation_of(case, whole="all" in request.GET),
            "composer": StaffMessageForm(initial=draft, case=case, agent=agent),
            "is_draft": bool(draft),
            "closed_hint": closed_hint(case),
            "time_form": TimeEntryForm(),
            "may_write": self.has_change_permission(request, case),
            "max_size": settings.UPLOAD_MAX_BYTES,
            **facts_beside(case, agent),
            **super().page_context(request, case),
        }

    @by_post
    def message_view(self, request: HttpRequest, case: Case) -> HttpResponse:
        """Send what the composer holds; when something is wrong with it, show it again with nothing lost."""
        agent = agent_of(request)
        with transaction.atomic():
            case = locked(case)  # so that nothing happens between asking what the agent has seen and sending
            form = StaffMessageForm(request.POST, request.FILES, case=case, agent=agent)
            if "preview" in request.POST or "insert" in request.POST:
                return self._again(request, case, **_prepared(form, case, agent))
            if not (form.is_valid() and _send(request, case, form)):
                return self._again(request, case, composer=form)
        stop_composing(case=case, agent=agent)
        discard_agent_draft(case=case, agent=agent)
        messages.success(request, _("Note saved.") if form.is_internal else _("Reply sent."))
        return redirect(f"{reverse('admin:cases_case_change', args=[case.pk])}#composer")

    @by_post
    def take_view(self, request: HttpRequest, case: Case) -> HttpResponse:
        assign_case(actor=actor_of(request), case=case, to=agent_of(request))
        messages.success(request, _("The case is assigned to you."))
        if request.FILES:
            messages.warning(request, _("Files are not saved with drafts. Please choose them again."))
        return redirect("admin:cases_case_change", case.pk)

    @by_post
    def composing_view(self, request: HttpRequest, case: Case) -> JsonResponse:
        """Told by an open page: whether its reader is writing, and what. Answers who else is, what has
        happened to the case since it was loaded, and what the latest message is."""
        agent = agent_of(request)
        if request.POST.get("writing") == "yes":
            note_composing(case=case, agent=agent)
        names = ", ".join(colleagues_writing(case, agent, timezone.now()))
        others = _("%(names)s is writing a reply") % {"names": names} if names else ""
        news = status_news(case, agent, request.POST.get("seen_status", ""))
        newest = CaseMessage.objects.filter(case=case).order_by("-pk").values_list("pk", flat=True).first()
        return JsonResponse({"banner": " ".join(filter(None, (others, news))), "newest": newest or 0})

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        return render(request, "cases/_preview.html", {"body_html": markdown.render_message(_body(request))})

    def attachment_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse | FileResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = get_object_or_404(Attachment.objects.with_case(), pk=pk)
        return attachment_response(request, found, actor=actor_of(request))

    def _again(self, request: HttpRequest, case: Case, **context: Any) -> HttpResponse:
        """The page itself is to be shown, not its own form saved. A browser forgets the chosen files."""
        request.method = "GET"
        context |= {
            "is_draft": False,
            "lost_files": [upload.name for upload in request.FILES.getlist("uploads")],
        }
        return self.change_view(request, str(case.pk), "", context)


def _body(request: HttpRequest) -> str:
    return storable(request.POST.get("body", ""), 20_000)


def _prepared(form: StaffMessageForm, case: Case, agent: User) -> dict[str, Any]:
    """Without JavaScript: the composer with a saved reply put in, and a look at the text."""
    typed = str(form.data.get("body", "")).replace("\0", "")
    reply = form.chosen_reply() if "insert" in form.data else None
    body = (
        "\n\n".join(filter(None, (typed.strip(), fill(reply.body, case=case, agent=agent))))
        if reply
        else typed
    )
    shown = markdown.cleaned(markdown.render_message(body[:20_000])) if "preview" in form.data else ""
    return {"composer": form.as_typed(body=body), "preview_html": shown}


def _describe(actor: Actor, case: Case, data: dict[str, Any], changed: set[str]) -> None:
    if "subject" in changed:
        rename_case(actor=actor, case=case, subject=data["subject"])
    if changed & {"request_type", "product"}:
        reclassify(actor=actor, case=case, request_type=data["request_type"], product=data["product"])


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
        add_refusal(form, error)
        return False
    return True
