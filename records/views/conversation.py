"""The page of one record: what was said about it, and the box to answer in."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.actors import Actor
from accounts.http import PortalRequest
from lib import markdown
from lib.moments import moment
from lib.submissions import SubmissionForm
from records.actions.marks import note_reading, save_draft
from records.actions.messages import READ_ONLY, edit_reply, reply, why_not_edited
from records.display.conversation_rows import conversation_rows
from records.display.following import follow_button
from records.display.page import entries_of, page_of_messages
from records.forms.conversation import EditReplyForm, ReplyForm
from records.forms.sending import add_refusal, storable
from records.models import Message
from records.surfaces import Surface
from records.talk import Talk
from records.views.reading import crumbs_of, detail_of, reader, visible_record, where_it_went

LONGEST_PREVIEW = 20_000


@require_safe
def record_detail(request: PortalRequest, surface: Surface[Any], number: str) -> HttpResponse:
    record = visible_record(request, surface, number)
    if (now_at := where_it_went(request, surface, record)) != record:
        words = detail_of(surface).moved_words % {"number": getattr(record, surface.key)}
        messages.info(request, words)
        return redirect(now_at)
    page = detail_page(request, surface, record, ReplyForm(initial=_draft(record)))
    if request.preview is None:  # what staff look at in a preview is still new to the contact
        note_reading(
            owner=reader(request), record=record, read_at=record.read_at, changed_at=record.updated_at
        )
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def record_reply(request: PortalRequest, surface: Surface[Any], number: str) -> HttpResponse:
    """Write a reply. Whoever comes here by a link, from the sign-in page for example, is shown the record."""
    record = where_it_went(request, surface, visible_record(request, surface, number))
    if request.method != "POST":
        return redirect(record)
    form = ReplyForm(request.POST, request.FILES)
    if not talk_of(surface).accepts(record, reader(request)):
        form.is_valid()
        form.add_error(None, READ_ONLY)
        return detail_page(request, surface, record, form, status=403)
    if form.is_valid() and (message := _sent(request, surface, record, form)):
        if message.body == form.cleaned_data["body"]:
            messages.success(request, _("Your reply has been sent."))
            return _back(request, f"{record.get_absolute_url()}#message-{message.pk}")
        form.renew()
    return detail_page(request, surface, record, form)


@require_http_methods(["GET", "HEAD", "POST"])
def reply_edit(request: PortalRequest, surface: Surface[Any], number: str, pk: int) -> HttpResponse:
    """Put one's own words right, for some minutes."""
    record, talk = visible_record(request, surface, number), talk_of(surface)
    message = get_object_or_404(talk.visible_to(request.contact).about(record).by(reader(request)), pk=pk)
    refusal = why_not_edited(talk, record, message, timezone.now())
    if refusal and request.method != "POST":
        messages.info(request, refusal)
        return redirect(record)
    form = EditReplyForm(request.POST or None, initial={"body": message.body})
    if form.is_valid() and _edited(request, talk, message, form):
        return redirect(f"{record.get_absolute_url()}#message-{message.pk}")
    context = {
        "record": record,
        "number": getattr(record, surface.key),
        "title": surface.line(record, request.contact).title,
        "form": form,
        "crumbs": crumbs_of(surface, record, _("Edit your reply")),
        "preview_url": surface.url("preview"),
    }
    return render(request, "records/reply_edit.html", context)


@require_POST
def reply_draft(request: PortalRequest, surface: Surface[Any], number: str) -> HttpResponse:
    """What is typed is kept on the server, until it is sent; what comes later than the reply itself is
    not."""
    record, contact = visible_record(request, surface, number), reader(request)
    sending = SubmissionForm(request.POST)
    own = talk_of(surface).visible_to(contact).about(record).by(contact)
    is_sent = sending.is_valid() and own.filter(**sending.cleaned_data).exists()
    if not is_sent:
        body = _typed_body(request)
        save_draft(owner=contact, about=record, values={"body": body} if body.strip() else {})
    return JsonResponse({"saved": not is_sent})


@require_POST
def preview(request: PortalRequest) -> HttpResponse:
    """Markdown as it will look."""
    body_html = markdown.render_message(_typed_body(request)[:LONGEST_PREVIEW])
    return render(request, "records/_preview.html", {"body_html": body_html})


def talk_of(surface: Surface[Any]) -> Talk[Any]:
    if surface.talk is None:
        raise Http404
    return surface.talk


def detail_page(
    request: PortalRequest,
    surface: Surface[Any],
    record: Any,
    form: ReplyForm,
    *,
    status: int = 200,
) -> HttpResponse:
    """``record`` as visible_record loads it; ``form`` empty, or with what could not be sent."""
    talk, described, contact = talk_of(surface), detail_of(surface), reader(request)
    page = page_of_messages(talk, record, contact, request.GET)
    refusal = talk.refusal(record, contact)
    can_reply = not refusal and talk.accepts(record, contact)
    entries = entries_of(surface, talk, record, contact, page)
    rows = conversation_rows(
        entries,
        can_quote=can_reply,
        new_since=moment(record.read_at, timezone.now()) if record.read_at else "",
    )
    context: dict[str, Any] = {
        "crumbs": crumbs_of(surface, record),
        "record": record,
        "line": surface.line(record, contact),
        "page": page,
        "entries": entries,
        "messages_and_events": rows,
        "can_reply": can_reply,
        "refusal": refusal,
        **_composer(surface, record, form, can_reply=can_reply),
        **described.facts(request, record, can_reply=can_reply),
    }
    if surface.follows:
        context["follow"] = follow_button(surface, record, contact)
    return render(request, described.template, context, status=status)


def _composer(surface: Surface[Any], record: Any, form: ReplyForm, *, can_reply: bool) -> dict[str, Any]:
    number = getattr(record, surface.key)
    return {
        "form": form,
        "max_size": settings.UPLOAD_MAX_BYTES,
        "is_refused": form.is_bound and not can_reply,
        "has_draft": not form.is_bound and bool(record.draft),
        "reply_url": surface.url("reply", number),
        "draft_url": surface.url("reply_draft", number),
        "preview_url": surface.url("preview"),
    }


def _draft(record: Any) -> dict[str, Any]:
    return {"body": (record.draft or {}).get("body", "")}


def _sent(request: PortalRequest, surface: Surface[Any], record: Any, form: ReplyForm) -> Message | None:
    try:
        return reply(actor=Actor.of(request), talk=talk_of(surface), record=record, **form.cleaned_data)
    except ValidationError as error:
        add_refusal(form, error)
        return None


def _back(request: PortalRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def _edited(request: PortalRequest, talk: Talk[Any], message: Message, form: EditReplyForm) -> bool:
    try:
        edit_reply(actor=Actor.of(request), talk=talk, message=message, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _typed_body(request: PortalRequest) -> str:
    return storable(request.POST.get("body", ""))
