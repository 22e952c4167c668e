"""Colleagues who are named in a note, ``@Mei Tanaka``."""

import re
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import User
from cases.actions.messages import TALK, add_internal_note
from cases.actions.notices import mail_colleagues
from cases.actions.status import locked_case
from cases.models import Case, CaseMessage, agents
from lib.submissions import sent_before


@transaction.atomic
def write_note(*, actor: Actor, case: Case, body: str, **sent: Any) -> CaseMessage:
    """Write what only staff read, and tell the colleagues whom it mentions, once."""
    case = locked_case(case)
    before: CaseMessage | None = sent_before(TALK.of(case), sent.get("submission"))
    if before:
        return before
    note = add_internal_note(actor=actor, case=case, body=body, **sent)
    colleagues = [who for who in mentioned_in(body) if who != actor.user]
    if colleagues:
        names = ", ".join(who.get_full_name() for who in colleagues)
        record_activity(actor=actor, verb="case.mentioned", record=case, is_internal=True, who=names)
        mail_colleagues("mentioned", case, note, to=colleagues, actor=actor)
    return note


def mention_of(names: Iterable[str]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<!\w)@({longest_first})(?!\w)")


def mentioned_in(text: str) -> list[User]:
    """Of those who may read cases. The longest name that fits is meant; two of one name are both."""
    if "@" not in text:
        return []
    people: dict[str, list[User]] = {}
    for who in agents():
        people.setdefault(who.get_full_name().casefold(), []).append(who)
    found = dict.fromkeys(mention_of(people).findall(text.casefold())) if people else {}
    return [who for name in found for who in people[name]]
