import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Activity
from accounts.scoping import can
from cases.actions import open_case, reply_to_case
from cases.conversation import Entry, conversation
from cases.forms import CaseFilterForm, NewCaseForm, ReplyForm
from cases.models import Attachment, Case, CaseMessage, CaseQuerySet
from portal.lib.paging import PARAMETERS, KeysetPage, paginate
from portal.lib.uploads import download_response

MESSAGES_A_PAGE = 20
EVENTS = ("case.status_changed",)
"""What customers are told besides messages; assignments and notes are the staff's."""


@require_safe
def case_list(request: PortalRequest) -> HttpResponse:
    if request.contact is None or not can(request.contact, "read", Case):
        raise PermissionDenied
    shows_contacts = request.contact.sees_colleagues(Case.record_type)
    filters = CaseFilterForm(request.GET, shows_contacts=shows_contacts)
    view = filters.chosen("view") or "active"
    rows = _filtered(Case.objects.visible_to(request.contact), filters, request)
    context = {
        "page": paginate(rows.for_list(), by="updated_at", query=request.GET),
        "filters": filters,
        "tabs": _tabs(view),
        "view": view,
        "clear_url": f"{request.path}?view={view}",
        "is_filtered": any(filters.chosen(name) for name in ("q", "status", "who")) or any(name in request.GET for name in PARAMETERS),
        "shows_contacts": shows_contacts,
        "can_open": can(request.contact, "create", Case),
    }
    return render(request, "cases/case_list.html", context)


def _filtered(rows: CaseQuerySet, filters: CaseFilterForm, request: PortalRequest) -> CaseQuerySet:
    view = filters.chosen("view") or "active"
    rows = {"active": rows.active, "resolved": rows.closed}.get(view, rows.all)()
    if status := filters.chosen("status"):
        rows = rows.filter(status=status)
    if filters.chosen("who") == "me":
        rows = rows.filter(contact=request.contact)
    if words := filters.chosen("q"):
        rows = rows.matching(words)
    return rows


def _tabs(current: str) -> list[dict[str, Any]]:
    url = reverse("cases:list")
    return [{"label": label, "url": f"{url}?view={view}", "is_current": view == current} for view, label in CaseFilterForm.VIEWS]


@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: PortalRequest) -> HttpResponse:
    if request.contact is None or not can(request.contact, "create", Case):
        raise PermissionDenied
    form = NewCaseForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            case = open_case(actor=Actor.of(request), contact=request.contact, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("uploads", error)
        else:
            messages.success(request, _("Case %(number)s is open. We will answer here and by mail.") % {"number": case.number})
            return redirect(case)
    context = {"form": form, "crumbs": [(_("Cases"), reverse("cases:list")), (_("Open a case"), "")], "max_size": settings.UPLOAD_MAX_BYTES}
    return render(request, "cases/case_new.html", context)


@require_safe
def case_detail(request: PortalRequest, number: str) -> HttpResponse:
    return _case_page(request, _visible_case(request, number), ReplyForm())


@require_http_methods(["GET", "HEAD", "POST"])
def case_reply(request: PortalRequest, number: str) -> HttpResponse:
    """Write a reply. Whoever comes here by a link, from the sign-in page for example, is shown the case."""
    case = _visible_case(request, number)
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


@require_safe
def attachment(request: PortalRequest, pk: uuid.UUID) -> FileResponse:
    found = get_object_or_404(Attachment.objects.visible_to(request.contact), pk=pk)
    return download_response(found.file, found.name)


def _visible_case(request: PortalRequest, number: str) -> Case:
    related = ("account", "contact__account", "product", "request_type", "assigned_to")
    return get_object_or_404(Case.objects.visible_to(request.contact).select_related(*related), number=number.upper())


def _case_page(request: PortalRequest, case: Case, form: forms.Form) -> HttpResponse:
    page = paginate(
        CaseMessage.objects.visible_to(request.contact).filter(case=case).for_conversation(),
        by="created_at",
        query=request.GET,
        size=MESSAGES_A_PAGE,
    )
    context = {
        "crumbs": [(_("Cases"), reverse("cases:list")), (case.number, "")],
        "max_size": settings.UPLOAD_MAX_BYTES,
        "case": case,
        "page": page,
        "entries": _entries(request, case, page),
        "form": form,
        "can_reply": case.accepts_reply_from(request.contact),
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
    return conversation(page.rows, events, reader=request.contact, file_url=lambda pk: reverse("cases:attachment", args=[pk]))
