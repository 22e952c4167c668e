"""Who is told what by mail. All mails of a case are one thread."""

from collections.abc import Iterable
from typing import Any

from accounts.actions import queue_mail, thread_id
from accounts.models import Contact, User
from cases.models import Case, CaseMessage
from cases.reply_address import MARKER, reply_address


def mail_customers(event: str, case: Case, message: CaseMessage | None = None, *, but: Contact | None = None, **extra: Any) -> None:
    """Tell the contact of the case and its participants, whoever may still see it, each at their own address."""
    for contact in _readers(case):
        if contact != but:
            _mail(event, contact.email, case, reply_address(case, contact=contact), message=message, name=contact.first_name, **extra)


def mail_contact(event: str, case: Case, contact: Contact, **extra: Any) -> None:
    if _is_told(case, contact):
        _mail(event, contact.email, case, reply_address(case, contact=contact), name=contact.first_name, **extra)


def mail_staff(event: str, case: Case, message: CaseMessage | None = None, **extra: Any) -> None:
    """Tell whoever the case is assigned to, or else the agents of its queue. Cases of nobody wait in the list."""
    for agent in agents_of(case):
        _mail(event, agent.email, case, reply_address(case, user=agent), message=message, name=agent.first_name, **extra)


def agents_of(case: Case) -> Iterable[User]:
    if case.assigned_to:
        return [case.assigned_to] if case.assigned_to.is_active else []
    return case.queue.agents.filter(is_active=True, is_staff=True) if case.queue else []


def _readers(case: Case) -> list[Contact]:
    joined = Contact.objects.filter(pk__in=case.participants.values("contact")).select_related("account", "user")
    return [contact for contact in dict.fromkeys([case.contact, *joined]) if _is_told(case, contact)]


def _is_told(case: Case, contact: Contact) -> bool:
    return contact.can_be_told and Case.objects.visible_to(contact).filter(pk=case.pk).exists()


def _mail(event: str, to: str, case: Case, reply_to: str, **context: Any) -> None:
    context = {"case": case, "answer_marker": MARKER if reply_to else "", **context}
    queue_mail(event=f"cases/{event}", to=to, context=context, in_reply_to=thread_id(case.number), reply_to=reply_to)
