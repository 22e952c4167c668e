"""What agents do on a case's page besides saving its form: answer, note, take it, look at files."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.admin.base import actor_of
from accounts.models import User
from cases.actions import (
    add_internal_note,
    assign_case,
    change_status,
    colleagues_writing,
    note_composing,
    reply_to_case,
    stop_composing,
)
from cases.actions.status import locked_case
from cases.admin.base import CaseModelAdmin, agent_of, by_post, show_again
from cases.display.saved_replies import fill
from cases.forms import StaffMessageForm
from cases.forms.agents import status_news
from cases.models import Attachment, Case, CaseMessage
from cases.surface import CASES
from lib import markdown
from lib.admin_parts import AdminPage, AdminPart
from records.actions.marks import discard_draft, draft_by
from records.downloads import attachment_response
from records.forms.sending import add_refusal, storable


def beside(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> dict[str, Any]:
    agent = agent_of(request)
    draft = draft_by(agent, case)
    return {
        "composer": StaffMessageForm(initial=draft.values if draft else {}, case=case, agent=agent),
        "is_draft": bool(draft),
        "max_size": settings.UPLOAD_MAX_BYTES,
    }


@by_post
def message_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """Send what the composer holds; when something is wrong with it, show it again with nothing lost."""
    agent = agent_of(request)
    with transaction.atomic():
        case = locked_case(case)  # so that nothing happens between asking what the agent has seen and sending
        form = StaffMessageForm(request.POST, request.FILES, case=case, agent=agent)
        if "preview" in request.POST or "insert" in request.POST:
            return show_again(model_admin, request, case, **_prepared(form, case, agent))
        if not (form.is_valid() and _send(request, case, form)):
            return show_again(model_admin, request, case, composer=form)
    stop_composing(case=case, agent=agent)
    discard_draft(owner=agent, about=case)
    messages.success(request, _("Note saved.") if form.is_internal else _("Reply sent."))
    return redirect(f"{reverse('admin:cases_case_change', args=[case.pk])}#composer")


@by_post
def take_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    assign_case(actor=actor_of(request), case=case, to=agent_of(request))
    messages.success(request, _("The case is assigned to you."))
    if request.FILES:
        messages.warning(request, _("Files are not saved with drafts. Please choose them again."))
    return redirect("admin:cases_case_change", case.pk)


@by_post
def composing_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> JsonResponse:
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


def preview_view(model_admin: CaseModelAdmin, request: HttpRequest) -> HttpResponse:
    if request.method != "POST" or not model_admin.has_change_permission(request):
        raise PermissionDenied
    return render(request, "records/_preview.html", {"body_html": markdown.render_message(_body(request))})


def attachment_view(
    model_admin: CaseModelAdmin, request: HttpRequest, pk: uuid.UUID
) -> HttpResponse | FileResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    found = get_object_or_404(Attachment.objects.with_record(), pk=pk)
    return attachment_response(request, CASES, found, actor=actor_of(request))


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


def _send(request: HttpRequest, case: Case, form: StaffMessageForm) -> bool:
    try:
        sent = _written(actor_of(request), case, form)
    except ValidationError as error:
        add_refusal(form, error)
        return False
    if sent.body != form.cleaned_data["body"]:
        form.renew()
    return form.is_valid()


def _written(actor: Actor, case: Case, form: StaffMessageForm) -> CaseMessage:
    data = form.cleaned_data
    message = {name: data[name] for name in ("body", "uploads", "submission")}
    if not form.is_internal:
        return reply_to_case(actor=actor, case=case, status=data["status"], **message)
    note = add_internal_note(actor=actor, case=case, **message)
    if data["status"] and note.body == data["body"]:
        change_status(actor=actor, case=case, status=data["status"])
    return note


COMPOSER = AdminPart(
    pages=(
        AdminPage("message", "<int:pk>/message/", message_view),
        AdminPage("take", "<int:pk>/take/", take_view),
        AdminPage("composing", "<int:pk>/composing/", composing_view),
        AdminPage("preview", "preview/", preview_view),
        AdminPage("attachment", "attachments/<uuid:pk>/", attachment_view),
    ),
    beside=beside,
)
