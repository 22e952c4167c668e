"""Saved replies with their placeholders filled in."""

import re

from django.db.models import Q, QuerySet

from accounts.models import User
from cases.models import Case, SavedReply

_PLACEHOLDER = re.compile(r"\{(\w{1,30})\}")


def fill(text: str, *, case: Case, agent: User) -> str:
    """``{first_name}``, ``{number}``, ``{subject}``, ``{agent}``, ``{product}``. What is unknown stays as typed; what is
    filled in is not looked at again."""
    words = {
        "first_name": case.contact.first_name,
        "number": case.number,
        "subject": case.subject,
        "agent": agent.get_full_name(),
        "product": case.product.name if case.product else "",
    }
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def saved_replies_of(agent: User) -> QuerySet[SavedReply]:
    """Those for all, and the agent's own."""
    return SavedReply.objects.filter(Q(owner=None) | Q(owner=agent.pk), is_active=True)
