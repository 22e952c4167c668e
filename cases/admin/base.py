from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import changeable
from accounts.http import PortalRequest
from accounts.models import User
from cases.forms.composing import typed_in_composer
from cases.models import Case, Priority
from records.actions.marks import discard_draft, draft_by, save_draft

CaseModelAdmin = admin.ModelAdmin[Case]
"""Whoever is asked for permissions and shows the case's page."""
MERGED = _("This case was merged into another one. Please reply there.")


def agent_of(request: HttpRequest) -> User:
    return cast("PortalRequest", request).user


def desk_address(case: Case, **query: str) -> str:
    """Of the case's page."""
    given = {name: value for name, value in query.items() if value}
    return reverse("admin:desk_case", args=[case.number]) + (f"?{urlencode(given)}" if given else "")


def list_behind(request: HttpRequest) -> str:
    """The query of the list that the agent came from, carried along as ``in``: by a link, or by a form."""
    return (request.POST.get("in") or request.GET.get("in", ""))[:500]


def to_case(request: HttpRequest, case: Case, anchor: str = "") -> HttpResponse:
    return redirect(desk_address(case, **{"in": list_behind(request)}) + anchor)


def keep_typed(request: HttpRequest, case: Case) -> None:
    """What came of the composer is there again on the next page, whatever becomes of the rest."""
    values = typed_in_composer(request.POST)
    if values is not None:
        is_empty = not values.get("body", "").strip()
        save_draft(owner=agent_of(request), about=case, values={} if is_empty else values)


def add_typed(agent: User, case: Case, values: dict[str, Any]) -> None:
    """Below what the agent has typed there already."""
    typed = draft_by(agent, case)
    before = typed.values if typed else {}
    body = "\n\n".join(filter(None, (before.get("body", "").strip(), values.get("body", "").strip())))
    save_draft(owner=agent, about=case, values={**before, **values, "body": body})


def by_post(
    view: Callable[[CaseModelAdmin, HttpRequest, Case], HttpResponseBase],
) -> Callable[[CaseModelAdmin, HttpRequest, int], HttpResponseBase]:
    """An address of a case that takes nothing but POST, of an open page. Whoever comes there by a link, from
    the sign-in page for example, is shown the case; a POST to a merged case leads
    to the case it was merged into. What was typed is kept first."""

    @wraps(view)
    def taken(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponseBase:
        case: Case = changeable(model_admin, request, pk, posts=False)
        if request.method != "POST":
            return to_case(request, case)
        if case.merged_into:
            return _where_it_goes_on(request, case, case.merged_into)
        keep_typed(request, case)
        return view(model_admin, request, case)

    return taken


def _where_it_goes_on(request: HttpRequest, case: Case, into: Case) -> HttpResponse:
    """A page that only tells of itself is told; what is sent from it is put into the composer there."""
    if "writing" in request.POST:
        keep_typed(request, case)
        return JsonResponse({"banner": str(MERGED), "newest": 0})
    if values := typed_in_composer(request.POST):
        discard_draft(owner=agent_of(request), about=case)
        add_typed(agent_of(request), into, values)
    messages.error(request, MERGED)
    return to_case(request, into)


def show_again(model_admin: Any, request: HttpRequest, case: Case, **context: Any) -> HttpResponse:
    """The case's page with what was typed. A browser forgets the chosen files."""
    lost_files = [upload.name for upload in request.FILES.getlist("uploads")]
    shown = {**context, "is_draft": False, "lost_files": lost_files}
    response: HttpResponse = model_admin.desk_case(request, case.number, **shown)
    return response


class PrioritiesField(forms.MultipleChoiceField):
    """Checkboxes for a list of priorities that a row keeps in an array."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=Priority.choices,
            required=False,
            label=_("Priorities that customers can choose"),
            **kwargs,
        )
