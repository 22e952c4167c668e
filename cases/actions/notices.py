"""Who is told what by mail. All mails of a case are one thread."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from accounts.actions import queue_mail, thread_id
from accounts.models import Contact, User
from cases.models import Case, CaseDesk, CaseMessage
from lib import markdown
from lib.absolute_links import absolute_links, absolute_links_in_markdown
from lib.mail_text.answer import MARKER
from records.actions.following import may_be_told, receivers
from records.reply_address import reply_address

MAIL_CODE = "c"
"""Names cases in the addresses of answers."""


def subject_of_mails(case: Case) -> str:
    return f"[{case.number}] {case.subject}"


def mail_customers(
    event: str, case: Case, message: CaseMessage | None = None, *, but: Contact | None = None, **extra: Any
) -> None:
    """Tell the contact of the case, its participants and who follows it, each at their own address."""
    for contact in receivers(case):
        if contact != but:
            _mail_contact(event, case, contact, message=message, **extra)


def mail_contact(event: str, case: Case, contact: Contact, **extra: Any) -> None:
    if may_be_told(contact, case):
        _mail_contact(event, case, contact, **extra)


def mail_staff(
    event: str,
    case: Case,
    message: CaseMessage | None = None,
    *,
    to: Iterable[User] | None = None,
    **extra: Any,
) -> None:
    """Tell these people, or whoever looks after the case. Cases that nobody looks after wait in the list."""
    for agent in agents_of(case) if to is None else to:
        reply_to = reply_address(MAIL_CODE, case, user=agent) if agent.has_perm("cases.change_case") else ""
        _mail(event, agent.email, case, reply_to, message=message, name=agent.first_name, **extra)


def mail_colleagues(
    event: str, case: Case, message: CaseMessage | None = None, *, to: Iterable[User], **extra: Any
) -> None:
    """Tell them what is between staff. There is no address to answer to: that answer would go to the
    customer."""
    for agent in to:
        _mail(event, agent.email, case, "", message=message, name=agent.first_name, **extra)


def agents_of(case: Case) -> list[User]:
    """Whoever the case is assigned to, or else the agents of its queue: those who still work at the desk."""
    assignee = [case.assigned_to] if case.assigned_to else []
    return at_the_desk(assignee) or (at_the_desk(case.queue.agents.all()) if case.queue else [])


def leads_of(case: Case) -> list[User]:
    """Who is told when something goes wrong: the lead of the queue, or else those whom the desk names."""
    lead = [case.queue.lead] if case.queue and case.queue.lead else []
    return at_the_desk(lead) or at_the_desk(CaseDesk.objects.the_one().escalations_to.all())


def watchers_of(case: Case) -> list[User]:
    """Of what must not be overlooked somebody is told, even where nobody looks after the case."""
    return agents_of(case) or leads_of(case)


def everyone_concerned(case: Case) -> list[User]:
    return list(dict.fromkeys([*agents_of(case), *leads_of(case)]))


def at_the_desk(people: Iterable[User]) -> list[User]:
    """Mails hold what customers wrote: they are for staff who may read cases. Whoever is switched off has no
    permissions."""
    return [
        who
        for who in people
        if who.is_staff and (who.has_perm("cases.view_case") or who.has_perm("cases.change_case"))
    ]


def _mail_contact(event: str, case: Case, contact: Contact, **context: Any) -> None:
    about = {
        "name": contact.first_name,
        "is_own": contact.pk == case.contact_id,
        "status": case.status_for(contact),
    }
    _mail(event, contact.email, case, reply_address(MAIL_CODE, case, contact=contact), **about, **context)


def _mail(event: str, to: str, case: Case, reply_to: str, **context: Any) -> None:
    context = {
        "case": case,
        "answer_marker": MARKER if reply_to else "",
        **_said(context.get("message"), case),
        **context,
    }
    queue_mail(
        event=f"cases/{event}", to=to, context=context, in_reply_to=thread_id(case.number), reply_to=reply_to
    )


def _said(message: CaseMessage | None, case: Case) -> dict[str, Any]:
    """What was written, with links that lead somewhere from a mailbox, too, and the names of the files."""
    if message is None:
        return {}
    page = f"{settings.BASE_URL}{case.get_absolute_url()}"
    return {
        "body": message.body if message.is_by_mail else absolute_links_in_markdown(message.body, page),
        "body_html": markdown.cleaned(absolute_links(message.body_html, page)),
        "files": list(message.attachments.values_list("name", flat=True)),
    }
