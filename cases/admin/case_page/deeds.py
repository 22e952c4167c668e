"""Buttons beside the conversation: steps of checklists, and replies that wait for their time."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.admin.base import actor_of, changeable
from accounts.models import User
from cases.actions import add_checklist, remove_checklist, take_back_reply, tick_step
from cases.admin.base import CaseModelAdmin, add_typed, agent_of, by_post, to_case
from cases.models import Case, CaseMessage, CaseStep, Checklist, ScheduledReply, agents
from lib.admin_parts import AdminPage, show

MOST_FOUND = 30


@by_post
def steps_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """``done`` and ``undone`` name a step, ``add`` a checklist, ``remove`` one by its name in the case."""
    actor = actor_of(request)
    own, known = CaseStep.objects.filter(case=case), Checklist.objects.filter(is_active=True)
    try:
        if step := named(own, request.POST.get("done", "")) or named(own, request.POST.get("undone", "")):
            tick_step(actor=actor, step=step, is_done="done" in request.POST)
        elif checklist := named(known, request.POST.get("add", "")):
            add_checklist(actor=actor, case=case, checklist=checklist)
        elif "remove" in request.POST:
            remove_checklist(actor=actor, case=case, name=request.POST["remove"].replace("\0", ""))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return to_case(request, case, "#checklists")


@by_post
def scheduled_view(model_admin: CaseModelAdmin, request: HttpRequest, case: Case) -> HttpResponse:
    """``edit`` puts a waiting reply back into the composer, ``discard`` takes it away."""
    rows = ScheduledReply.objects.filter(case=case)
    pk = request.POST.get("edit") or request.POST.get("discard", "")
    reply = named(rows, pk)
    files = ", ".join(reply.attachments.values_list("name", flat=True)) if reply else ""
    taken = take_back_reply(actor=actor_of(request), reply=reply) if reply else None
    if taken is None:
        messages.error(request, _("This reply has already been sent or withdrawn."))
    elif "edit" in request.POST:
        put_back(agent_of(request), case, taken)
        messages.success(request, _("The reply is no longer scheduled. Change it and send it."))
        if files:
            messages.warning(request, _("Please choose these files again: %(names)s") % {"names": files})
    else:
        messages.success(request, _("The scheduled reply has been discarded."))
    return to_case(request, case)


def put_back(agent: User, case: Case, reply: ScheduledReply) -> None:
    chosen = {"visibility": CaseMessage.Visibility.CUSTOMER.value, "status": reply.status_id or ""}
    add_typed(agent, case, {**chosen, "body": reply.body})


def named(rows: QuerySet[Any], pk: str) -> Any:
    """The row with this key, if it is one."""
    return rows.filter(pk=pk).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


def assign_view(model_admin: CaseModelAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Look for a colleague, where there are too many for a list."""
    case: Case = changeable(model_admin, request, pk, posts=False)
    words = request.GET.get("q", "")[:100].replace("\0", "").casefold().split()
    fitting = [who for who in agents() if all(word in who.get_full_name().casefold() for word in words)]
    about = {"title": _("Assign the case"), "subtitle": str(case), "case": case}
    found = {"people": fitting[:MOST_FOUND], "has_more": len(fitting) > MOST_FOUND, "q": " ".join(words)}
    return show(model_admin, request, "admin/desk/case_assign.html", **about, **found)


DEEDS = (
    AdminPage("assign", "<int:pk>/assign/", assign_view, ("GET", "HEAD")),
    AdminPage("steps", "<int:pk>/steps/", steps_view),
    AdminPage("scheduled", "<int:pk>/scheduled/", scheduled_view),
)
