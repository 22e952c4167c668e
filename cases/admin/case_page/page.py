"""The conversation in the middle, the composer at its foot, what the case is and whose beside it."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import register_converter, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from cases.actions.composing import EXPIRY
from cases.admin.base import CaseModelAdmin, agent_of, desk_address, list_behind
from cases.admin.case_page.beside import facts_beside, sending_times, similar_cases
from cases.admin.case_page.loading import case_on_desk
from cases.admin.case_page.options import Options, options_for
from cases.admin.case_page.properties import properties_of
from cases.admin.case_page.replies import reply_buttons
from cases.admin.case_page.talk import conversation_of
from cases.admin.desk.following import list_address, next_case
from cases.forms import StaffMessageForm, TimeEntryForm
from cases.models import Case, Priority
from lib.admin_parts import AdminPage, AdminPart, beside, later, show
from lib.widgets import PlainSelect
from records.actions.marks import note_reading

LEAVE_IT = "–"
KEYS = (
    (("r",), gettext_lazy("write a reply")),
    (("n",), gettext_lazy("write an internal note")),
    (("/",), gettext_lazy("in an empty message: saved replies")),
    (("Ctrl", "Enter"), gettext_lazy("send")),
    (("Ctrl", "Shift", "Enter"), gettext_lazy("send and go to the next case")),
    (("Ctrl", "Alt", "Enter"), gettext_lazy("send, resolve and go to the next case")),
    (("s",), gettext_lazy("status")),
    (("a",), gettext_lazy("assigned to")),
    (("p",), gettext_lazy("priority")),
    (("j",), gettext_lazy("next case")),
    (("u",), gettext_lazy("back to the list")),
    (("Esc",), gettext_lazy("leave a field")),
)


class CaseNumber:
    """Of an address: other pages of the desk have words there."""

    regex = r"C-\d{1,18}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def desk_case_view(model_admin: Any, request: HttpRequest, number: str) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    response: HttpResponse = model_admin.desk_case(request, number)
    return response


def next_view(model_admin: CaseModelAdmin, request: HttpRequest, number: str) -> HttpResponse:
    """The case behind this one in the list that is carried along, or that list at its end."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    case = Case.objects.filter(number=number).first()
    if case is None:
        raise Http404
    return redirect(address_behind(request, case))


def address_behind(request: HttpRequest, case: Case) -> str:
    """Ask with the row as it was before it was answered: its place in the list moves with it."""
    query = list_behind(request)
    following = next_case(query, case, agent=agent_of(request))
    return desk_address(following, **{"in": query}) if following else list_address(query)


def show_case(
    model_admin: CaseModelAdmin, request: HttpRequest, number: str, parts: tuple[AdminPart, ...], **shown: Any
) -> HttpResponse:
    """``shown``: what a form that was not accepted puts in place of what the page would have."""
    agent, now = agent_of(request), timezone.now()
    case: Any = case_on_desk(number, agent, now - EXPIRY)
    if case is None:
        raise Http404
    note_reading(owner=agent, record=case, read_at=case.seen_at, changed_at=case.updated_at)
    may_write = model_admin.has_change_permission(request, case)
    query = list_behind(request)
    context = {
        "title": str(case),
        "case": case,
        "original": case,
        "may_write": may_write,
        "conversation": conversation_of(case, whole="all" in request.GET, can_quote=may_write),
        **facts_beside(case, now),
        **_to_write_with(request, case, may_write=may_write),
        **beside(model_admin, parts, request, case),
        **(alike(model_admin, request, case, parts) if "alike" in request.GET else {}),
        "query": query,
        "list_url": list_address(query),
        "next_url": reverse("admin:desk_next", args=[case.number]),
        "keys": KEYS,
        **shown,
    }
    if may_write:
        context |= _chosen(context["composer"], context["options"], case)
    return show(model_admin, request, "admin/desk/case.html", **context)


def alike(
    model_admin: CaseModelAdmin, request: HttpRequest, case: Case, parts: tuple[AdminPart, ...]
) -> dict[str, Any]:
    """What else is about the same: looked for when the agent comes to it, as that costs as much as all the
    rest."""
    return {"is_alike": True, "similar": similar_cases(case), **later(model_admin, parts, request, case)}


def alike_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """For a part of the page."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    case: Case = get_object_or_404(Case, pk=pk)
    found = alike(model_admin, request, case, model_admin.parts)
    shown = {"case": case, "may_write": model_admin.has_change_permission(request, case), **found}
    return render(request, "admin/desk/_case_alike.html", shown)


def _to_write_with(request: HttpRequest, case: Any, *, may_write: bool) -> dict[str, Any]:
    agent = agent_of(request)
    if not may_write:
        return {"properties": properties_of(case, None)}
    options = options_for(agent)
    typed = case.typed or {}
    newest = case.newest_message or 0
    return {
        "options": options,
        "properties": properties_of(case, options),
        "composer": StaffMessageForm(initial=typed, case=case, agent=agent, newest=newest),
        "is_draft": bool(case.typed),
        "replies": reply_buttons(options, case, agent),
        "time_form": TimeEntryForm(),
        "max_size": settings.UPLOAD_MAX_BYTES,
        "sending": sending_times(case, timezone.now()),
    }


def _chosen(composer: StaffMessageForm, options: Options, case: Case) -> dict[str, Any]:
    """What happens with the message, as drop-down lists that need no query."""
    lists: dict[str, list[Any]] = {
        "status": options.reachable_from(case.category),
        "priority": list(Priority.choices),
        "queue": [(row["pk"], row["label"]) for row in options.queues],
    }
    return {
        f"then_{name}": PlainSelect(choices=[("", LEAVE_IT), *choices]).render(
            name, composer[name].value(), {"id": f"composer_{name}"}
        )
        for name, choices in lists.items()
    }


ALIKE = AdminPage("alike", "<int:pk>/alike/", alike_view, ("GET", "HEAD"))
register_converter(CaseNumber, "case_number")
PAGES = (
    AdminPage("desk_case", "desk/<case_number:number>/", desk_case_view, ("GET", "HEAD")),
    AdminPage("desk_next", "desk/<case_number:number>/next/", next_view, ("GET", "HEAD")),
)
