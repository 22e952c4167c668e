"""Opening a case: one page that suggests answers, asks what the type needs, says what it costs, and keeps
what is typed."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Contact
from accounts.offers import may_go_to
from accounts.page_rights import only_for
from cases.actions import open_case
from cases.actions.opening import was_opened_with
from cases.actions.reading import note_suggestion
from cases.display.cost_line import cost_line
from cases.forms import NewCaseForm
from cases.forms.opening import StartForm, SuggestionForm, draft_values, followed_up
from cases.models import Case
from cases.offers import may_open_case
from lib.submissions import SubmissionForm
from records.actions.marks import discard_draft, draft_by, save_draft

FIELD_OF = {"entitlement": None, "participants": "participants"}
"""Where the page says what the action refused, by the error's code; without one it is about the files."""


@require_http_methods(["GET", "HEAD", "POST"])
@only_for("create", Case)
def case_new(request: PortalRequest) -> HttpResponse:
    contact = _opener(request)
    if request.method != "POST":
        return _start(request, contact)
    match request.POST.get("step"):
        case "refresh":
            return _page(request, NewCaseForm(initial=_typed(request), contact=contact))
        case "draft":
            save_draft(owner=contact, about=Case, values=draft_values(request.POST))
            messages.success(
                request, _("Your draft has been saved. You can find it here when you come back.")
            )
        case "discard":
            discard_draft(owner=contact, about=Case)
            messages.success(request, _("The draft has been discarded."))
        case _:
            return _send(request, contact)
    return redirect("cases:new")


@require_POST
def case_draft(request: PortalRequest) -> HttpResponse:
    """What is typed is kept on the server, until it is sent; what comes later than the case itself is not."""
    contact, sending = _opener(request), SubmissionForm(request.POST)
    sent = (
        sending.is_valid()
        and Case.objects.visible_to(contact).filter(contact=contact, **sending.cleaned_data).exists()
    )
    if not sent:
        save_draft(owner=contact, about=Case, values=draft_values(request.POST))
    return JsonResponse({"saved": not sent})


@require_POST
def suggestion_read(request: PortalRequest) -> HttpResponse:
    contact, form = _opener(request), SuggestionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=400)
    note_suggestion(contact=contact, url=form.cleaned_data["url"])
    return HttpResponse(status=204)


@require_POST
def suggestion_solved(request: PortalRequest) -> HttpResponse:
    """A suggestion was the answer: no case is opened, and what was typed is no longer needed."""
    contact, form = _opener(request), SuggestionForm(request.POST)
    if form.is_valid():
        note_suggestion(contact=contact, url=form.cleaned_data["url"])
    discard_draft(owner=contact, about=Case)
    messages.success(request, _("Glad that this solved it. No case was opened."))
    return redirect("home")


def _opener(request: PortalRequest) -> Contact:
    if not may_open_case(request):
        raise PermissionDenied
    return cast("Contact", request.contact)


def _start(request: PortalRequest, contact: Contact) -> HttpResponse:
    """Begin with what the address says, or else with the draft that was kept."""
    asked = StartForm(request.GET)
    draft = draft_by(contact, Case)
    subject, followed = asked.said("subject"), followed_up(contact, asked.said("follows"))
    if draft and (draft.values.get("follows") == followed.number if followed else not subject):
        return _page(request, NewCaseForm(initial=draft.values, contact=contact), restored=draft)
    form = NewCaseForm(initial=_follow_up(followed) if followed else {"subject": subject}, contact=contact)
    asks_first = not (draft or subject or followed or "form" in request.GET) and may_go_to(
        request, reverse("search_suggest")
    )
    return _page(request, form, other_draft=draft, asks_first=asks_first)


def _follow_up(case: Case) -> dict[str, Any]:
    return {
        "follows": case.number,
        "subject": case.subject,
        "request_type": case.request_type_id,
        "product": case.product_id,
    }


def _typed(request: PortalRequest) -> dict[str, Any]:
    """A half-filled form, shown again without complaints."""
    return {**request.POST.dict(), "participants": request.POST.getlist("participants")}


def _send(request: PortalRequest, contact: Contact) -> HttpResponse:
    form = NewCaseForm(request.POST, request.FILES, contact=contact)
    if not form.is_valid():
        return _page(request, form)
    try:
        case = open_case(actor=Actor.of(request), contact=contact, **form.case_fields)
    except ValidationError as error:
        form.add_error(
            None
            if hasattr(error, "error_dict")
            else FIELD_OF.get(getattr(error, "code", None) or "", "uploads"),
            error,
        )
        return _page(request, form)
    if not was_opened_with(case, form.cleaned_data["description"]):
        form.renew()
        return _page(request, form)
    messages.success(
        request, _("Case %(number)s is open. We will reply here and by email.") % {"number": case.number}
    )
    return HttpResponseClientRedirect(case.get_absolute_url()) if request.htmx else redirect(case)


def _page(request: PortalRequest, form: NewCaseForm, **more: Any) -> HttpResponse:
    context = {
        "form": form,
        "cost": cost_line(form.entitlement, form.desk, form.contact.account),
        "crumbs": [(_("Cases"), reverse("cases:list")), (_("Open a case"), "")],
        "max_size": settings.UPLOAD_MAX_BYTES,
        **more,
    }
    return render(request, "cases/case_new.html", context)
