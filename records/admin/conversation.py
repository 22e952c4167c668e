"""The conversation about a record on its page in the administration: what was said and noted, with its files,
and a form to answer or to note. For records of any type that people talk about::

    @admin.register(Loan)
    class LoanAdmin(NoDelete, TalkedAboutAdmin[Loan]): ...

A ModelAdmin that is put together of parts names CONVERSATION among them. Cases have a page of their own.
"""

import uuid
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.base import actor_of, address_of, row_of
from accounts.models import Activity, User
from lib.admin_parts import Admin, AdminPage, AdminPart, ComposedAdmin, M
from lib.submissions import SubmissionForm
from records.actions.marks import discard_draft, draft_by, save_draft
from records.actions.messages import add_note, reply
from records.detail import Detail
from records.display.conversation import Addresses, Entry, conversation
from records.downloads import attachment_response
from records.forms.conversation import ReplyForm
from records.forms.sending import add_refusal, storable
from records.models import Message
from records.surfaces import Surface, surface_of
from records.talk import Talk

LATEST = 50
"""Messages that are shown unless the whole conversation is asked for."""


class StaffMessageForm(ReplyForm):
    """A note, unless staff say that the customer is to read it."""

    visibility = forms.ChoiceField(
        label=gettext_lazy("Who reads it"),
        choices=[
            (Message.Visibility.INTERNAL, gettext_lazy("Internal note, never shown to customers")),
            (Message.Visibility.CUSTOMER, gettext_lazy("Reply to the customer")),
        ],
        initial=Message.Visibility.INTERNAL,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = gettext_lazy("Message")


def beside_form(model_admin: Admin, request: HttpRequest, record: Any) -> dict[str, Any]:
    surface, draft = surface_of(record), draft_by(user_of(request), record)
    may_write = model_admin.has_change_permission(request, record)
    return {
        "conversation": entries_of(model_admin, surface, record, whole="all" in request.GET),
        "latest": LATEST,
        "has_earlier": "all" not in request.GET and talk_of(surface).of(record).count() > LATEST,
        "composer": StaffMessageForm(initial=draft.values if draft else {}) if may_write else None,
        "is_draft": bool(draft),
        "message_url": reverse(_named(model_admin, "message"), args=[record.pk]),
        "draft_url": reverse(_named(model_admin, "draft"), args=[record.pk]),
        "max_size": settings.UPLOAD_MAX_BYTES,
    }


def entries_of(model_admin: Admin, surface: Surface[Any], record: Any, *, whole: bool) -> list[Entry]:
    """The latest of the conversation, or all of it, in the order of time, with what else happened since."""
    told = (surface.detail or Detail()).events
    said = talk_of(surface).of(record).for_conversation().order_by("-created_at", "-pk")
    shown = list(said if whole else said[:LATEST])
    events = Activity.objects.filter(record_type=surface.name, record_id=str(record.pk), verb__in=told)
    is_cut = not whole and len(shown) == LATEST
    files = Addresses(lambda key: reverse(_named(model_admin, "attachment"), args=[key]))
    return conversation(
        shown,
        events.filter(at__gte=shown[-1].created_at) if is_cut else events,
        events=told,
        reader=None,
        addresses=files,
    )


def talk_of(surface: Surface[Any]) -> Talk[Any]:
    if surface.talk is None:
        raise ValueError(f"Nobody talks about {surface.label}.")
    return surface.talk


def message_view(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    """Send what the form holds; when something is wrong with it, show it again with nothing lost."""
    record = row_of(model_admin, request, pk)
    form = StaffMessageForm(request.POST, request.FILES)
    if form.is_valid() and _sent(request, record, form):
        discard_draft(owner=user_of(request), about=record)
        is_note = form.cleaned_data["visibility"] == Message.Visibility.INTERNAL
        messages.success(request, _("Note saved.") if is_note else _("Reply sent."))
        return redirect(f"{address_of(record)}#conversation")
    request.method = "GET"  # the page is to be shown, not its own form saved
    lost_files = [upload.name for upload in request.FILES.getlist("uploads")]
    shown = {"composer": form, "lost_files": lost_files, "is_draft": False}
    return model_admin.change_view(request, str(pk), "", shown)


def _sent(request: HttpRequest, record: Any, form: StaffMessageForm) -> bool:
    data = form.cleaned_data
    write = add_note if data["visibility"] == Message.Visibility.INTERNAL else reply
    said = {name: data[name] for name in ("body", "uploads", "submission")}
    try:
        message = write(actor=actor_of(request), talk=talk_of(surface_of(record)), record=record, **said)
    except ValidationError as error:
        add_refusal(form, error)
        return False
    if (message.body, message.visibility) != (data["body"], data["visibility"]):
        form.renew()
    return form.is_valid()


def draft_view(model_admin: Admin, request: HttpRequest, pk: int) -> JsonResponse:
    """What is typed is kept until it is sent; what comes later than the message itself is not."""
    record, sending = row_of(model_admin, request, pk), SubmissionForm(request.POST)
    own = talk_of(surface_of(record)).of(record).filter(author_user=user_of(request))
    is_sent = sending.is_valid() and own.filter(**sending.cleaned_data).exists()
    if not is_sent:
        typed = {name: storable(request.POST.get(name, "")) for name in ("body", "visibility")}
        save_draft(owner=user_of(request), about=record, values=typed if typed["body"].strip() else {})
    return JsonResponse({"saved": not is_sent})


def attachment_view(model_admin: Admin, request: HttpRequest, pk: uuid.UUID) -> HttpResponse | FileResponse:
    """A file of a message or of a note, for staff who may look at such records."""
    surface = surface_of(model_admin.model())
    found = get_object_or_404(talk_of(surface).attachments.objects.with_record(), pk=pk)
    if not model_admin.has_view_permission(request, found.message.record):
        raise PermissionDenied
    return attachment_response(request, surface, found, actor=actor_of(request))


def user_of(request: HttpRequest) -> User:
    return cast("User", request.user)


def _named(model_admin: Admin, page: str) -> str:
    return f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_{page}"


CONVERSATION = AdminPart(
    pages=(
        AdminPage("message", "<int:pk>/message/", message_view, ("POST",)),
        AdminPage("draft", "<int:pk>/draft/", draft_view, ("POST",)),
        AdminPage("attachment", "attachments/<uuid:pk>/", attachment_view, ("GET", "HEAD")),
    ),
    beside=beside_form,
)


class TalkedAboutAdmin(ComposedAdmin[M]):
    """Of a model that has nothing beside its form but the conversation."""

    change_form_template = "admin/records/change_form.html"
    parts: tuple[AdminPart, ...] = (CONVERSATION,)
