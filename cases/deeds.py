"""What customers do with a case besides answering: each deed is a small page that asks, and one POST that
does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _lazy

from accounts.actors import Actor
from accounts.models import Activity, Contact
from cases.actions import (
    add_participants,
    change_priority,
    close_case,
    escalate_case,
    rate_case,
    reopen_case,
)
from cases.forms.conduct import (
    DeedForm,
    EscalateForm,
    ParticipantsForm,
    PriorityForm,
    RatingForm,
    ResolveForm,
)
from cases.models import Case, StatusCategory

Words = str | LazyText


@dataclass(frozen=True)
class Deed:
    """``may`` decides whether it is offered; the action decides again, with the case's row locked."""

    label: Words
    question: Words
    button: Words
    done: Words
    icon: str
    form: type[DeedForm]
    may: Callable[[Case, Contact, datetime], bool]
    do: Callable[..., Any]
    is_danger: bool = False


def _resolve(*, actor: Actor, case: Case, rating: int | str = "", comment: str = "") -> None:
    closed = close_case(actor=actor, case=case, category=StatusCategory.RESOLVED)
    if rating:
        rate_case(actor=actor, case=closed, rating=int(rating), comment=comment)


def _cancel(*, actor: Actor, case: Case) -> None:
    close_case(actor=actor, case=case, category=StatusCategory.CANCELLED)


def _may_close(case: Case, contact: Contact, now: datetime) -> bool:
    return case.may_be_closed_by(contact)


def _may_reopen(case: Case, contact: Contact, now: datetime) -> bool:
    return case.may_be_reopened_by(contact, window=timedelta(days=case.desk["reopen_days"]), now=now)


def _may_escalate(case: Case, contact: Contact, now: datetime) -> bool:
    return case.may_be_closed_by(contact) and case.escalated_at is None


def is_said(words: str, case: Case, contact: Contact) -> bool:
    """Whether these words of the contact came with a deed that was done, as those of a double click do."""
    said = Activity.objects.filter(record_type="case", record_id=str(case.pk), actor=contact.user)
    return words == case.rating_comment or said.filter(details__reason=words).exists()


def may_add(case: Case, contact: Contact, now: datetime) -> bool:
    return case.account_id is not None and case.accepts_reply_from(contact)


def _may_rate(case: Case, contact: Contact, now: datetime) -> bool:
    return case.may_be_rated_by(contact)


DEEDS: dict[str, Deed] = {
    "resolve": Deed(
        label=_lazy("Mark as solved"),
        question=_lazy("We will close the case. You can reopen it if the problem comes back."),
        button=_lazy("Mark as solved"),
        done=_lazy("The case has been resolved. Thank you."),
        icon="check-circle",
        form=ResolveForm,
        may=_may_close,
        do=_resolve,
    ),
    "rate": Deed(
        label=_lazy("Rate our help"),
        question=_lazy("Your feedback goes to the support team."),
        button=_lazy("Send"),
        done=_lazy("Thank you. Your rating has been saved."),
        icon="star",
        form=RatingForm,
        may=_may_rate,
        do=rate_case,
    ),
    "reopen": Deed(
        label=_lazy("Reopen"),
        question=_lazy("The case goes back to in progress. The conversation is kept."),
        button=_lazy("Reopen case"),
        done=_lazy("The case has been reopened."),
        icon="arrow-repeat",
        form=DeedForm,
        may=_may_reopen,
        do=reopen_case,
    ),
    "people": Deed(
        label=_lazy("Add colleagues"),
        question=_lazy("They can read and reply to everything in this case, and receive its emails."),
        button=_lazy("Add to case"),
        done=_lazy("Your colleagues are now in the loop."),
        icon="people",
        form=ParticipantsForm,
        may=may_add,
        do=add_participants,
    ),
    "priority": Deed(
        label=_lazy("Change priority"),
        question=_lazy(
            "The case owner is notified immediately with your reason. Response times are recalculated."
        ),
        button=_lazy("Change priority"),
        done=_lazy("The priority has been changed."),
        icon="flag",
        form=PriorityForm,
        may=_may_close,
        do=change_priority,
    ),
    "escalate": Deed(
        label=_lazy("Escalate case"),
        question=_lazy(
            "The case owner is notified immediately with your reason, and the case is marked as escalated "
            "until it is closed. Escalate when the impact is serious and time matters."
        ),
        button=_lazy("Escalate case"),
        done=_lazy("The case has been escalated, and the case owner has been notified."),
        icon="exclamation-triangle",
        form=EscalateForm,
        may=_may_escalate,
        do=escalate_case,
    ),
    "cancel": Deed(
        label=_lazy("Cancel case"),
        question=_lazy("We will stop working on it, and it will no longer accept replies."),
        button=_lazy("Cancel case"),
        done=_lazy("The case has been cancelled."),
        icon="x-circle",
        form=DeedForm,
        may=_may_close,
        do=_cancel,
        is_danger=True,
    ),
}
"""In the order in which they are offered."""


def offered_deeds(case: Case, contact: Contact, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": deed.label,
            "icon": deed.icon,
            "url": reverse("cases:conduct", args=[case.number, name]),
        }
        for name, deed in DEEDS.items()
        if deed.may(case, contact, now)
    ]
