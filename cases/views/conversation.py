"""The page of one case: what was said, what was promised, and the box to answer in."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity
from accounts.offers import may_open_case
from accounts.permissions.compiled import rows_for
from accounts.scoping import Permitted, can
from cases.actions import edit_reply, reply_to_case
from cases.actions.messages import why_not_edited
from cases.actions.reading import note_reading, save_draft
from cases.display.conversation import Addresses, Entry, conversation
from cases.display.conversation_rows import conversation_rows
from cases.display.promise_line import moment, promise_line
from cases.forms import EditReplyForm, ReplyForm
from cases.forms.sending import SubmissionForm, add_refusal, storable
from cases.models import Case, CaseMessage, StatusCategory
from cases.views.conduct import offered_deeds
from cases.views.reading import crumbs_of, reader, visible_case, where_it_went
from lib import markdown
from lib.paging import Cut, KeysetPage

MESSAGES_A_PAGE = 20
FIRST_DEEDS = ("resolve", "reopen")
"""What a phone offers right under the title."""
LONGEST_PREVIEW = 20_000
RATINGS = ("1", "2", "3", "4", "5")
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
    if request.preview is None:  # what staff look at in a preview is still new to the contact
        note_reading(case, reader(request))
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def case_reply(request: PortalRequest, number: str) -> HttpResponse:
    """Write a reply. Whoever comes here by a link, from the sign-in page for example, is shown the case."""
    case = where_it_went(request, visible_case(request, number))
    if request.method != "POST":
        return redirect(case)
    if not case.involves(request.contact):
        raise PermissionDenied
    form = ReplyForm(request.POST, request.FILES)
    if form.is_valid() and (message := _sent(request, case, form)):
        if message.body == form.cleaned_data["body"]:
            messages.success(request, _("Your reply has been sent."))
            return _back(request, f"{case.get_absolute_url()}#message-{message.pk}")
        form = _another(request)
    return _case_page(request, case, form)


def _sent(request: PortalRequest, case: Case, form: ReplyForm) -> CaseMessage | None:
    try:
        return reply_to_case(actor=Actor.of(request), case=case, **form.cleaned_data)
    except ValidationError as error:
        add_refusal(form, error)
        return None


def _another(request: PortalRequest) -> ReplyForm:
    """Another text came with a submission that had been sent: from a page that the browser had kept, for
    example."""
    typed = request.POST.copy()
    typed["submission"] = str(uuid.uuid4())
    form = ReplyForm(typed)
    form.add_error(
        None, _("A reply was already sent from this page. If this is a different one, send it now.")
    )
    return form


def _back(request: PortalRequest, url: str) -> HttpResponse:
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


@require_http_methods(["GET", "HEAD", "POST"])
def reply_edit(request: PortalRequest, number: str, pk: int) -> HttpResponse:
    """Put one's own words right, for some minutes."""
    case = visible_case(request, number)
    own = CaseMessage.objects.visible_to(request.contact).filter(case=case, author_contact=request.contact)
    message = get_object_or_404(own, pk=pk)
    refusal = why_not_edited(case, message, timezone.now())
    if refusal and request.method != "POST":
        messages.info(request, refusal)
        return redirect(case)
    form = EditReplyForm(request.POST or None, initial={"body": message.body})
    if form.is_valid() and _edited(request, message, form):
        return redirect(f"{case.get_absolute_url()}#message-{message.pk}")
    context = {
        "case": case,
        "form": form,
        "crumbs": crumbs_of(case, _("Edit your reply")),
        "message": message,
    }
    return render(request, "cases/reply_edit.html", context)


def _edited(request: PortalRequest, message: CaseMessage, form: EditReplyForm) -> bool:
    try:
        edit_reply(actor=Actor.of(request), message=message, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_POST
def reply_draft(request: PortalRequest, number: str) -> HttpResponse:
    """What is typed is kept on the server, until it is sent; what comes later than the reply itself is
    not."""
    case, contact, sending = visible_case(request, number), reader(request), SubmissionForm(request.POST)
    own = CaseMessage.objects.visible_to(contact).filter(case=case, author_contact=contact)
    is_sent = sending.is_valid() and own.filter(**sending.cleaned_data).exists()
    if not is_sent:
        body = _typed_body(request)
        save_draft(contact=contact, case=case, values={"body": body} if body.strip() else {})
    return JsonResponse({"saved": not is_sent})


def _typed_body(request: PortalRequest) -> str:
    return storable(request.POST.get("body", ""))


@require_POST
def preview(request: PortalRequest) -> HttpResponse:
    """Markdown as it will look."""
    return render(
        request, "cases/_preview.html", {"body_html": markdown.render(_typed_body(request)[:LONGEST_PREVIEW])}
    )


def _case_page(request: PortalRequest, case: Case, form: forms.Form) -> HttpResponse:
    now, contact = timezone.now(), reader(request)
    page = _messages(request, case)
    is_settled, is_own = _is_settled(case), contact.pk == case.contact_id
    entries, new_since = _entries(request, case, page), moment(case.read_at, now) if case.read_at else ""
    can_reply, deeds = case.accepts_reply_from(contact) and not is_settled, offered_deeds(case, contact, now)
    context: dict[str, Any] = {
        "crumbs": crumbs_of(case),
        "max_size": settings.UPLOAD_MAX_BYTES,
        "case": case,
        "status": case.status_for(contact),
        "page": page,
        "entries": entries,
        "messages_and_events": conversation_rows(entries, can_quote=can_reply, new_since=new_since),
        "form": form,
        "can_reply": can_reply,
        "is_refused": form.is_bound and not can_reply,
        "has_draft": not form.is_bound and bool(case.draft),
        "is_settled": is_settled,
        "promise": promise_line(case, now, is_own=is_own),
        "entitlement": case.entitlement
        if case.entitlement and can(contact, "read", case.entitlement)
        else None,
        "deeds": deeds,
        "first_deeds": [deed for deed in deeds if deed["name"] in FIRST_DEEDS],
        "ratings": [(rating, _("%(rating)s out of 5") % {"rating": rating}) for rating in RATINGS]
        if is_own and case.category == StatusCategory.RESOLVED and not case.rating
        else (),
        "is_followed": is_own or any(person["pk"] == contact.pk for person in case.people),
        "is_own": is_own,
        "can_open": may_open_case(request),
    }
    return render(request, "cases/case_detail.html", context)


def _is_settled(case: Case) -> bool:
    return case.is_settled(timedelta(days=case.desk["reopen_days"]), timezone.now())


def _messages(request: PortalRequest, case: Case) -> KeysetPage[CaseMessage]:
    cut = Cut.of(request.GET, CaseMessage, by="created_at", size=MESSAGES_A_PAGE)

    def rows(contact: Permitted, case_pk: int, **cursor: Any) -> QuerySet[CaseMessage]:
        return cut.narrow(
            CaseMessage.objects.visible_to(contact).filter(case=case_pk).for_conversation(), **cursor
        )

    return cut.page(
        rows_for(reader(request), ("conversation", cut.direction), rows, case_pk=case.pk, **cut.values)
    )


def _entries(request: PortalRequest, case: Case, page: KeysetPage[CaseMessage]) -> list[Entry]:
    """The page's messages, and the events from the time that they span."""
    addresses = Addresses(
        file=lambda pk: reverse("cases:attachment", args=[pk]),
        edit=lambda pk: reverse("cases:reply_edit", args=[case.number, pk]),
    )
    is_open_to_edits = case.takes_edits and not page.newer_url
    return conversation(
        page.rows,
        _events(request, case, page),
        reader=request.contact,
        addresses=addresses,
        editable_for=timedelta(minutes=case.desk["edit_minutes"]) if is_open_to_edits else None,
        now=timezone.now(),
        read_until=case.read_at,
    )


def _events(request: PortalRequest, case: Case, page: KeysetPage[CaseMessage]) -> list[Activity]:
    """From the page's first message on, unless it is the first of all, until the one after its last."""
    since = {"since": page.rows[-1].created_at} if page.older_url and page.rows else {}
    latest = {"latest": page.rows[0].created_at, "case_pk": case.pk} if page.newer_url and page.rows else {}
    shape, values = ("events", *since, *latest), {"record": str(case.pk), **since, **latest}
    return rows_for(reader(request), shape, _events_between, **values)


def _events_between(
    contact: Permitted,
    record: str,
    since: datetime | None = None,
    latest: datetime | None = None,
    case_pk: int | None = None,
) -> QuerySet[Activity]:
    events = Activity.objects.filter(record_type="case", record_id=record, verb__in=EVENTS, is_internal=False)
    events = events.filter(at__gte=since) if since else events
    if latest is None:
        return events
    later = CaseMessage.objects.visible_to(contact).filter(case=case_pk, created_at__gt=latest)
    return events.filter(at__lt=later.order_by("created_at").values("created_at")[:1])
