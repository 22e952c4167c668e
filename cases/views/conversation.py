"""The page of one case: what was said, what was promised, and the box to answer in."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity
from accounts.scoping import can
from cases.actions import edit_reply, reply_to_case
from cases.actions.reading import note_reading, save_draft
from cases.conversation import Addresses, Entry, conversation
from cases.forms import EditReplyForm, ReplyForm
from cases.models import Case, CaseMessage
from cases.promise_line import promise_line
from cases.views.conduct import offered_deeds
from cases.views.reading import crumbs_of, reader, visible_case, where_it_went
from portal.lib import markdown
from portal.lib.paging import KeysetPage, paginate

MESSAGES_A_PAGE = 20
EVENTS = (
    "case.status_changed",
    "case.priority_changed",
    "case.escalated",
    "case.rated",
    "case.participant_added",
    "case.participant_removed",
    "case.handed_over",
    "case.merged",
    "case.merged_away",
    "case.split",
    "case.split_off",
)
"""What customers are told besides messages; assignments and notes are the staff's."""


@require_safe
def case_detail(request: PortalRequest, number: str) -> HttpResponse:
    case = visible_case(request, number)
    if (now_at := where_it_went(request, case)) != case:
        messages.info(request, _("Case %(number)s was merged into this one.") % {"number": case.number})
        return redirect(now_at)
    initial = {"body": (case.draft or {}).get("body", "")}
    page = _case_page(request, case, ReplyForm(initial=initial))
    note_reading(case, reader(request))
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def case_reply(request: PortalRequest, number: str) -> HttpResponse:
    """Write a reply. Whoever comes here by a link, from the sign-in page for example, is shown the case."""
    case = where_it_went(request, visible_case(request, number))
    if request.method != "POST":
        return redirect(case)
    if not case.accepts_reply_from(request.contact):
        raise PermissionDenied
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            message = reply_to_case(actor=Actor.of(request), case=case, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Your reply is sent."))
            return redirect(f"{case.get_absolute_url()}#message-{message.pk}")
    return _case_page(request, case, form)


@require_http_methods(["GET", "HEAD", "POST"])
def reply_edit(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Put one's own words right, for some minutes."""
    case = visible_case(request, number)
    own = CaseMessage.objects.visible_to(request.contact).filter(case=case, author_contact=request.contact)
    message = get_object_or_404(own, pk=pk)
    form = EditReplyForm(request.POST or None, initial={"body": message.body})
    if form.is_valid():
        try:
            edit_reply(actor=Actor.of(request), message=message, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(f"{case.get_absolute_url()}#message-{message.pk}")
    context = {"case": case, "form": form, "crumbs": crumbs_of(case, _("Change your reply")), "message": message}
    return render(request, "cases/reply_edit.html", context)


@require_POST
def reply_draft(request: PortalRequest, number: str) -> HttpResponse:
    """What is typed is kept on the server, until it is sent."""
    case = visible_case(request, number)
    body = request.POST.get("body", "").replace("\0", "")[:20_000]
    save_draft(contact=reader(request), case=case, values={"body": body} if body.strip() else {})
    return JsonResponse({"saved": True})


@require_POST
def preview(request: PortalRequest) -> HttpResponse:
    """Markdown as it will look."""
    body = request.POST.get("body", "").replace("\0", "")[:20_000]
    return render(request, "cases/_preview.html", {"body_html": markdown.render(body)})


def _case_page(request: PortalRequest, case: Case, form: forms.Form) -> HttpResponse:
    now, contact = timezone.now(), reader(request)
    rows = CaseMessage.objects.visible_to(contact).filter(case=case).for_conversation()
    page = paginate(rows, by="created_at", query=request.GET, size=MESSAGES_A_PAGE)
    is_settled = case.is_settled(timedelta(days=case.desk["reopen_days"]), now)
    context: dict[str, Any] = {
        "crumbs": crumbs_of(case),
        "max_size": settings.UPLOAD_MAX_BYTES,
        "case": case,
        "page": page,
        "entries": _entries(request, case, page),
        "form": form,
        "can_reply": case.accepts_reply_from(contact) and not is_settled,
        "is_settled": is_settled,
        "promise": promise_line(case, now),
        "entitlement": case.entitlement if case.entitlement and can(contact, "read", case.entitlement) else None,
        "deeds": offered_deeds(case, contact, now),
        "is_followed": contact.pk == case.contact_id or any(person["pk"] == contact.pk for person in case.people),
        "is_own": contact.pk == case.contact_id,
        "can_open": can(contact, "create", Case),
    }
    return render(request, "cases/case_detail.html", context)


def _entries(request: PortalRequest, case: Case, page: KeysetPage[CaseMessage]) -> list[Entry]:
    """The page's messages, and the events from the time that they span."""
    events = Activity.objects.filter(record_type="case", record_id=str(case.pk), verb__in=EVENTS, is_internal=False)
    if page.older_url and page.rows:
        events = events.filter(at__gte=page.rows[-1].created_at)
    if page.newer_url and page.rows:
        next_message = CaseMessage.objects.visible_to(request.contact).filter(case=case, created_at__gt=page.rows[0].created_at)
        events = events.filter(at__lt=next_message.order_by("created_at").values("created_at")[:1])
    addresses = Addresses(
        file=lambda pk: reverse("cases:attachment", args=[pk]), edit=lambda pk: reverse("cases:reply_edit", args=[case.number, pk])
    )
    editable_from = timezone.now() - timedelta(minutes=case.desk["edit_minutes"])
    return conversation(
        page.rows, events, reader=request.contact, addresses=addresses, editable_from=editable_from, read_until=case.read_at
    )
