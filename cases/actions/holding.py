"""Scheduled replies that something came between. A module of its own: closing a case holds them, too."""

from datetime import datetime

from accounts.actions import record_activity
from accounts.actors import SYSTEM
from cases.actions.notices import at_the_desk, mail_colleagues, watchers_of
from cases.models import Case, ScheduledReply


def hold_replies(case: Case, because: str, now: datetime) -> None:
    """With the case's row locked."""
    for reply in ScheduledReply.objects.waiting().filter(case=case).select_related("author"):
        hold(case, reply, because, now)


def hold(case: Case, reply: ScheduledReply, because: str, now: datetime) -> None:
    """It stays, and its author is told; whoever looks after the case, when the author has left."""
    reply.held_at, reply.held_because = now, because
    reply.save(update_fields=["held_at", "held_because"])
    record_activity(actor=SYSTEM, verb="case.reply_held", record=case, is_internal=True, why=because)
    mail_colleagues("reply_held", case, to=at_the_desk([reply.author]) or watchers_of(case), reply=reply)
