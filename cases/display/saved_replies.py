"""Saved replies with their placeholders filled in."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from cases.models import Case, SavedReply
from cases.models.desk import PLACEHOLDERS

_AFTER_SPACE = r"(?<![ \t])(?P<before>[ \t]+)\{(?P<inner>\w{1,30})\}"
_ELSEWHERE = r"\{(?P<outer>\w{1,30})\}(?P<after>[ \t]*+(?!\{)|)"
_PLACEHOLDER = re.compile(f"{_AFTER_SPACE}|{_ELSEWHERE}")


@dataclass(frozen=True)
class Filled:
    """``missing``: placeholders for which the case has nothing, such as the product."""

    text: str
    missing: tuple[str, ...] = ()


def fill(text: str, *, case: Case, agent: User) -> str:
    return filled(text, case=case, agent=agent).text


def filled(text: str, *, case: Case, agent: User) -> Filled:
    """What is unknown stays as typed; what is filled in is not looked at again; what is empty leaves no
    double space."""
    words = {
        "first_name": case.contact.first_name,
        "number": case.number,
        "subject": case.subject,
        "agent": agent.get_full_name(),
        "product": case.product.name if case.product else "",
    }
    missing = tuple(name for name in PLACEHOLDERS if not words[name] and f"{{{name}}}" in text)
    return Filled(_PLACEHOLDER.sub(lambda found: _with(words, found), text), missing)


def _with(words: dict[str, str], found: re.Match[str]) -> str:
    name, before, after = found["inner"] or found["outer"], found["before"] or "", found["after"] or ""
    value = words.get(name, f"{{{name}}}")
    return f"{before}{value}{after}" if value else ""


def saved_replies_of(agent: User) -> QuerySet[SavedReply]:
    """Those for all, and the agent's own."""
    return SavedReply.objects.filter(Q(owner=None) | Q(owner=agent.pk), is_active=True)
