"""What agents do with several cases of the desk's list at once.

A deed says of each case why it cannot be done there; the others are done, each in a transaction of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actors import Actor
from accounts.models import Contact
from cases import actions
from cases.actions import why_not_merged
from cases.forms import AgentForm, QueueForm
from cases.forms.agents import KeptCaseForm, PriorityForm, StatusForm
from cases.models import Case, CaseParticipant, CaseStatus, StatusCategory

Reason = Callable[[Case, Any], str]


@dataclass(frozen=True)
class Deed:
    """``do`` raises ValidationError; it returns the case as it is then. ``form`` has one field, ``to``, whose
    value is handed to ``do`` and ``why_not``; without one, ``value`` gives it."""

    label: str | Promise
    """Of the button; one that asks first ends with "…"."""
    title: str | Promise
    field: str | Promise
    """What it changes, for the case's history."""
    do: Callable[[Actor, Case, Any], Case]
    form: Callable[[Any, Sequence[Case]], forms.Form] | None = None
    value: Callable[[Actor], Any] = lambda actor: actor.user
    why_not: Reason = lambda _case, _value: ""
    asks: bool = True
    alone: str = ""
    """The name of the page that asks when a single case is chosen."""
    effects: Callable[[Sequence[Case]], list[str]] = lambda _cases: []
    """In sentences, before it is done."""


def refused(deed: Deed, cases: Sequence[Case], value: Any) -> dict[Case, str]:
    """Case → why it cannot be done there."""
    reasons = {case: _merged(case) or deed.why_not(case, value) for case in cases}
    return {case: reason for case, reason in reasons.items() if reason}


def done_for(
    deed: Deed, actor: Actor, cases: Sequence[Case], value: Any
) -> tuple[list[Case], dict[Case, str]]:
    """Those that were changed, and those that a colleague changed meanwhile so that it could not be done."""
    changed, failed = [], {}
    for case in cases:
        try:
            now = deed.do(actor, case, value)
        except ValidationError as error:
            failed[case] = error.messages[0]
        else:
            if _looks(now) != _looks(case):
                changed.append(case)
    return changed, failed


def _looks(case: Case) -> tuple[Any, ...]:
    return case.pk, case.assigned_to_id, case.queue_id, case.status_id, case.priority


def _merged(case: Case) -> str:
    return _("It was merged into another case.") if case.merged_into_id else ""


def _assign(actor: Actor, case: Case, to: Any) -> Case:
    return actions.assign_case(actor=actor, case=case, to=to)


def _move(actor: Actor, case: Case, to: Any) -> Case:
    return actions.move_to_queue(actor=actor, case=case, queue=to)


def _change_status(actor: Actor, case: Case, to: CaseStatus) -> Case:
    return actions.change_status(actor=actor, case=case, status=to)


def _change_priority(actor: Actor, case: Case, to: str) -> Case:
    return actions.change_priority(actor=actor, case=case, priority=to)


def _merge(actor: Actor, case: Case, to: Case) -> Case:
    return case if case.pk == to.pk else actions.merge_cases(actor=actor, case=case, into=to)


def _why_not_moved(case: Case, status: CaseStatus) -> str:
    if case.may_move_to(status):
        return ""
    return _("A case that is %(now)s cannot become %(then)s.") % {"now": case.status, "then": status}


def _why_not_merged(case: Case, into: Case) -> str:
    return "" if case.pk == into.pk else why_not_merged(case, into)


def what_resolving_does(cases: Sequence[Case]) -> list[str]:
    open_ones = [case for case in cases if case.category != StatusCategory.RESOLVED]
    done, told = len(cases) - len(open_ones), customers_of(open_ones)
    mails = ngettext(
        "%(count)d customer is notified by email.", ("%(count)d customers are notified by email."), told
    ) % {"count": told}
    if not done:
        return [mails]
    already = ngettext(
        "%(count)d of them is already resolved.", "%(count)d of them are already resolved.", done
    ) % {"count": done}
    return [mails, already]


def what_merging_does(_cases: Sequence[Case]) -> list[str]:
    return [
        _("Messages, files, and times move to the case that is kept. The others are cancelled."),
        _("This cannot be undone."),
    ]


def customers_of(cases: Sequence[Case]) -> int:
    """How many people have a mail about these cases: their contacts, and who is kept in the loop."""
    joined = CaseParticipant.objects.filter(case__in=cases).values("contact")
    people = Contact.objects.filter(
        Q(pk__in=[case.contact_id for case in cases]) | Q(pk__in=joined)
    ).select_related("account", "user")
    return sum(person.can_be_told for person in people)


DEEDS: Mapping[str, Deed] = {
    "assign_to_me": Deed(
        label=gettext_lazy("Assign to me"),
        title=gettext_lazy("Assign cases to me"),
        field=gettext_lazy("Assigned to"),
        do=_assign,
        asks=False,
    ),
    "assign_to_agent": Deed(
        label=gettext_lazy("Assign…"),
        title=gettext_lazy("Assign cases"),
        field=gettext_lazy("Assigned to"),
        do=_assign,
        form=lambda data, _cases: AgentForm(data),
    ),
    "move_to_queue": Deed(
        label=gettext_lazy("Move…"),
        title=gettext_lazy("Move cases"),
        field=gettext_lazy("Queue"),
        do=_move,
        form=lambda data, _cases: QueueForm(data),
    ),
    "change_status": Deed(
        label=gettext_lazy("Status…"),
        title=gettext_lazy("Change status"),
        field=gettext_lazy("Status"),
        do=_change_status,
        form=lambda data, _cases: StatusForm(data),
        why_not=_why_not_moved,
    ),
    "change_priority": Deed(
        label=gettext_lazy("Priority…"),
        title=gettext_lazy("Change priority"),
        field=gettext_lazy("Priority"),
        do=_change_priority,
        form=lambda data, _cases: PriorityForm(data),
    ),
    "resolve": Deed(
        label=gettext_lazy("Resolve…"),
        title=gettext_lazy("Resolve cases"),
        field=gettext_lazy("Status"),
        do=_change_status,
        value=lambda _actor: CaseStatus.objects.first_of(StatusCategory.RESOLVED),
        why_not=_why_not_moved,
        effects=what_resolving_does,
    ),
    "merge": Deed(
        label=gettext_lazy("Merge…"),
        title=gettext_lazy("Merge cases"),
        field=gettext_lazy("Status"),
        do=_merge,
        form=lambda data, cases: KeptCaseForm(data, cases=cases),
        why_not=_why_not_merged,
        alone="admin:cases_case_merge",
        effects=what_merging_does,
    ),
}
"""Name in the form → deed, in the order of the buttons."""
