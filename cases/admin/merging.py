"""Two pages of a case: merge it into another one, split a part of it off. Each asks before it does what
cannot be undone."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of, changeable
from cases.actions import merge_cases, split_case
from cases.admin.base import CaseModelAdmin
from cases.forms import MergeForm, SplitForm
from cases.models import Case, CaseMessage
from lib.admin_parts import AdminPage, AdminPart, show

CANDIDATES = 15


def merge_view(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the other case (in the address), look at both, then merge (by POST)."""
    case: Case = changeable(model_admin, request, pk, posts=False)
    chosen = request.POST if request.method == "POST" else request.GET if "into" in request.GET else None
    form = MergeForm(chosen, case=case)
    into = form.cleaned_data["into"] if form.is_valid() else None
    if request.method == "POST" and into and _merged(request, case, into, form):
        return redirect("admin:desk_case", into.number)
    sides = [_side(case), _side(into)] if into else []
    context = {"form": form, "into": into, "sides": sides, "candidates": _candidates(case)}
    title = _("Merge into another case")
    return show(model_admin, request, "admin/cases/case/merge.html", title=title, **_about(case), **context)


def split_view(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    case: Case = changeable(model_admin, request, pk, posts=False)
    form = SplitForm(request.POST if request.method == "POST" else None, case=case)
    made = _split(request, case, form) if form.is_valid() else None
    if made:
        return redirect("admin:desk_case", made.number)
    title = _("Split case")
    return show(model_admin, request, "admin/cases/case/split.html", title=title, **_about(case), form=form)


def _about(case: Case) -> dict[str, Any]:
    return {"subtitle": str(case), "case": case}


def _merged(request: HttpRequest, case: Case, into: Case, form: MergeForm) -> bool:
    try:
        merge_cases(actor=actor_of(request), case=case, into=into)
    except ValidationError as error:
        form.add_error("into", error)
        return False
    messages.success(request, _("%(number)s has been merged into this case.") % {"number": case.number})
    return True


def _split(request: HttpRequest, case: Case, form: SplitForm) -> Case | None:
    try:
        made = split_case(actor=actor_of(request), case=case, **form.cleaned_data)
    except ValidationError as error:
        form.add_error("messages", error)
        return None
    messages.success(request, _("This case was split off from %(number)s.") % {"number": case.number})
    return made


def _side(case: Case) -> dict[str, Any]:
    """What tells whether two cases are one matter."""
    said = CaseMessage.objects.filter(case=case)
    last = said.select_related("author_contact", "author_user").order_by("-created_at", "-pk").first()
    return {"case": case, "count": said.count(), "last": last}


def _candidates(case: Case) -> list[Case]:
    """The other active cases of the account, the latest first."""
    whose = {"account": case.account_id} if case.account_id else {"account": None, "contact": case.contact_id}
    others = Case.objects.active().filter(**whose).exclude(pk=case.pk)
    return list(others.select_related("contact").order_by("-updated_at", "-pk")[:CANDIDATES])


MERGING = AdminPart(
    pages=(
        AdminPage("merge", "<int:pk>/merge/", merge_view),
        AdminPage("split", "<int:pk>/split/", split_view),
    )
)
