"""What agents do with the composer: answer, note, send later, look at the text, and be seen at it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of
from accounts.models import User
from cases.actions import (
    answer_case,
    assign_case,
    colleagues_writing,
    note_composing,
    stop_composing,
)
from cases.actions.status import locked_case
from cases.admin.base import CaseModelAdmin, agent_of, by_post, show_again, to_case
from cases.admin.case_page.page import address_behind
from cases.admin.case_page.properties import in_history
from cases.display.saved_replies import fill
from cases.forms import StaffMessageForm
from cases.forms.composing import status_news
from cases.models import Attachment, Case, CaseMessage, SavedReply, ScheduledReply, agents
from cases.surface import CASES
from lib import markdown
from lib.admin_parts import AdminPage
from records.actions.marks import discard_draft
from records.downloads import attachment_response
from records.forms.sending import add_refusal, storable

MOST_NAMES = 8
Sent = CaseMessage | ScheduledReply


@by_post
def message_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """Send what the composer holds; when something is wrong with it, show it again with nothing lost."""
    agent = agent_of(request)
    with transaction.atomic():
        case = locked_case(case)  # so that nothing happens between asking what the agent has seen and sending
        form = StaffMessageForm(request.POST, request.FILES, case=case, agent=agent)
        if "preview" in request.POST or "insert" in request.POST:
            return show_again(model_admin, request, case, **_prepared(form, case, agent))
        after = address_behind(request, case) if request.POST.get("then") else ""
        with in_history(model_admin, request, case):
            sent = _sent(request, case, form) if form.is_valid() else None
        if sent is None:
            return show_again(model_admin, request, case, composer=form)
    stop_composing(case=case, agent=agent)
    discard_draft(owner=agent, about=case)
    messages.success(request, _what_was_sent(sent, case if after else None))
    anchor = f"#message-{sent.pk}" if isinstance(sent, CaseMessage) else ""
    return redirect(after) if after else to_case(request, case, anchor)


def _sent(request: HttpRequest, case: Case, form: StaffMessageForm) -> Sent | None:
    """None: refused. Whoever sends other words from a page that was used has a new number for them."""
    message = {name: form.cleaned_data[name] for name in ("body", "uploads", "submission")}
    try:
        sent = answer_case(
            actor=actor_of(request), case=case, is_note=form.is_internal, then=form.then, **message
        )
    except ValidationError as error:
        add_refusal(form, ValidationError(error.messages) if hasattr(error, "error_dict") else error)
        return None
    if sent.body != message["body"]:
        form.renew()
        return None
    return sent


def _what_was_sent(sent: Sent, elsewhere: Case | None) -> str:
    """With the number of the case where another one is shown next."""
    if isinstance(sent, ScheduledReply):
        at = date_format(timezone.localtime(sent.goes_at), "DATETIME_FORMAT")
        words = _("The reply will be sent on %(time)s.") % {"time": at}
    else:
        words = _("Note saved.") if sent.is_internal else _("Reply sent.")
    return f"{elsewhere.number}: {words}" if elsewhere else words


@by_post
def take_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    with transaction.atomic(), in_history(model_admin, request, case):
        assign_case(actor=actor_of(request), case=case, to=agent_of(request))
    messages.success(request, _("The case is assigned to you."))
    if request.FILES:
        messages.warning(request, _("Files are not saved with drafts. Please choose them again."))
    return to_case(request, case)


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


def colleagues_view(model_admin: CaseModelAdmin, request: HttpRequest) -> JsonResponse:
    """Names that go on from ``q``: who can be mentioned in a note."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    words = request.GET.get("q", "")[:100].casefold().split()
    names = [who.get_full_name() for who in agents() if who != request.user]
    fitting = [name for name in names if all(word in name.casefold() for word in words)]
    return JsonResponse({"names": fitting[:MOST_NAMES]})


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
    if "insert" not in form.data:
        shown = markdown.cleaned(markdown.render_message(typed[:20_000]))
        return {"composer": form.as_typed(body=typed), "preview_html": shown}
    reply = form.chosen_reply()
    chosen = _of_macro(reply, typed, case, agent) if reply else {"body": typed}
    return {"composer": form.as_typed(**chosen)}


def _of_macro(reply: SavedReply, typed: str, case: Case, agent: User) -> dict[str, Any]:
    """What the composer holds afterwards. A reply that says nothing of a field leaves it as it was."""
    body = "\n\n".join(filter(None, (typed.strip(), fill(reply.body, case=case, agent=agent))))
    then = {
        "visibility": CaseMessage.Visibility.INTERNAL.value if reply.is_note else "",
        "status": reply.then_status_id,
        "priority": reply.then_priority,
        "queue": reply.then_queue_id,
        "assigns_me": reply.assigns_me,
    }
    return {"body": body, **{name: value for name, value in then.items() if value}}


COMPOSER = (
    AdminPage("message", "<int:pk>/message/", message_view),
    AdminPage("take", "<int:pk>/take/", take_view),
    AdminPage("composing", "<int:pk>/composing/", composing_view),
    AdminPage("preview", "preview/", preview_view),
    AdminPage("colleagues", "colleagues/", colleagues_view),
    AdminPage("attachment", "attachments/<uuid:pk>/", attachment_view),
)
