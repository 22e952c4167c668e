"""What is told in the conversation of a case besides messages. The first part is for everybody; assignments,
clocks and the desk's own order are told to staff alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Priority, ScheduledReply
from records.detail import Told

Details = Mapping[str, Any]


def status_changed(details: Details, for_customer: bool) -> str:
    words = details.get("after_customer_label" if for_customer else "after_label") or _earlier_words(
        details, for_customer=for_customer
    )
    return _("changed the status to %(status)s") % {"status": words}


def priority_changed(details: Details, for_customer: bool) -> str:
    return _("changed the priority to %(priority)s") % {
        "priority": dict(Priority.choices).get(details["after"], "")
    }


def assigned(details: Details, for_customer: bool) -> str:
    return _("assigned the case to %(to)s") % details if details.get("to") else _("unassigned the case")


def scheduled(details: Details, for_customer: bool) -> str:
    at = date_format(localtime(datetime.fromisoformat(details["at"])), "DATETIME_FORMAT")
    return _("scheduled a reply for %(time)s") % {"time": at}


def held(details: Details, for_customer: bool) -> str:
    why = dict(ScheduledReply.Held.choices).get(details["why"], "")
    return _("held back a scheduled reply: %(why)s") % {"why": why}


def _earlier_words(details: Details, *, for_customer: bool) -> str:
    after: str = details.get("after", "")
    for_agents, for_customers = EARLIER_STATUSES.get(after, (after, after))
    return str(for_customers if for_customer else for_agents)


def _for_staff(words: Any) -> Told:
    return Told(words=words, is_for_staff=True)


EVENTS = {
    "case.status_changed": Told(words=status_changed, icon="arrow-repeat"),
    "case.priority_changed": Told(words=priority_changed, icon="flag"),
    "case.escalated": Told(words=gettext_lazy("escalated the case"), icon="exclamation-triangle"),
    "case.rated": Told(words=gettext_lazy("rated the help %(rating)s out of 5"), icon="star"),
    "case.participant_added": Told(words=gettext_lazy("added %(who)s"), icon="people"),
    "case.participant_removed": Told(words=gettext_lazy("removed %(who)s from the loop"), icon="people"),
    "case.handed_over": Told(
        words=gettext_lazy("transferred the case from %(before)s to %(after)s"), icon="person"
    ),
    "case.merged": Told(words=gettext_lazy("merged case %(number)s into this one"), icon="link-45deg"),
    "case.merged_away": Told(words=gettext_lazy("merged this case into %(number)s"), icon="link-45deg"),
    "case.split": Told(words=gettext_lazy("split case %(number)s off from this one"), icon="link-45deg"),
    "case.split_off": Told(words=gettext_lazy("split this case off from %(number)s"), icon="link-45deg"),
    "case.assigned": _for_staff(assigned),
    "case.renamed": _for_staff(gettext_lazy("changed the subject from \u201c%(before)s\u201d")),
    "case.queued": _for_staff(gettext_lazy("moved the case to the queue %(to)s")),
    "case.reclassified": _for_staff(gettext_lazy("changed type and product to %(type)s, %(product)s")),
    "case.time_entered": _for_staff(gettext_lazy("logged %(minutes)s minutes of work")),
    "case.time_taken_back": _for_staff(gettext_lazy("reversed %(minutes)s minutes of work")),
    "case.promise_near": _for_staff(gettext_lazy("warned that an SLA target is about to be missed")),
    "case.promise_missed": _for_staff(gettext_lazy("warned that an SLA target was missed")),
    "case.lead_told": _for_staff(gettext_lazy("notified %(who)s that an SLA target was missed")),
    "case.entitlement_changed": _for_staff(gettext_lazy("changed the entitlement to %(to)s")),
    "case.mail_waits": _for_staff(
        gettext_lazy("kept an email from a program under Inbound emails, for you to decide on: %(subject)s")
    ),
    "case.mail_returned": _for_staff(gettext_lazy("noted that %(who)s does not get our emails: %(reason)s")),
    "case.mentioned": _for_staff(gettext_lazy("mentioned %(who)s")),
    "case.reply_scheduled": _for_staff(scheduled),
    "case.reply_taken_back": _for_staff(gettext_lazy("withdrew a scheduled reply")),
    "case.reply_held": _for_staff(held),
    "case.checklist_added": _for_staff(gettext_lazy("added the checklist %(name)s")),
    "case.checklist_removed": _for_staff(gettext_lazy("removed the checklist %(name)s")),
    "case.step_done": _for_staff(gettext_lazy("ticked \u201c%(step)s\u201d")),
    "case.step_reopened": _for_staff(gettext_lazy("unticked \u201c%(step)s\u201d")),
    "case.article_drafted": _for_staff(gettext_lazy("drafted an article from this case")),
}

EARLIER_STATUSES = {
    "new": (gettext_lazy("New"), gettext_lazy("New")),
    "in_progress": (gettext_lazy("In progress"), gettext_lazy("In progress")),
    "waiting": (gettext_lazy("Waiting for customer"), gettext_lazy("Waiting for you")),
    "on_hold": (gettext_lazy("On hold"), gettext_lazy("On hold")),
    "resolved": (gettext_lazy("Resolved"), gettext_lazy("Resolved")),
    "cancelled": (gettext_lazy("Cancelled"), gettext_lazy("Cancelled")),
}
"""For agents and for customers. The log cannot be rewritten: its lines from before statuses had words of
their own name the status alone."""
