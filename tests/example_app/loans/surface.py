from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.http import PortalRequest
from accounts.models import Account, Contact
from accounts.scoping import Permitted
from records.detail import Detail, Told
from records.personal_data import Row, rows_of
from records.surfaces import Badge, Block, BuiltinPage, Event, Line, Search, Surface, declare
from records.waiting import Waiting, as_waiting
from tests.example_app.loans.actions import TALK, lend
from tests.example_app.loans.lists import LOAN_LIST
from tests.example_app.loans.models import Loan, LoanMessage


def line(loan: Loan, reader: Contact | None) -> Line:
    read_at = getattr(loan, "read_at", None)
    return Line(
        title=loan.title,
        url=loan.get_absolute_url(),
        facts=(loan.number,),
        badges=(Badge("resolved", _("Returned")) if loan.returned_at else Badge("open", _("On loan")),),
        at=loan.updated_at,
        is_new=read_at is not None and read_at < loan.updated_at,
    )


def home(request: PortalRequest, contact: Contact, waiting: Collection[str]) -> Block:
    return Block(template="loans/_home.html", context={"loans": Loan.objects.visible_to(contact).out()[:5]})


def waiting(contact: Permitted, today: date) -> models.QuerySet[Any]:
    late = Loan.objects.visible_to(contact).late(today).order_by("due_on", "pk")
    return as_waiting(late, key="number", title="title", due="due_on")


def waiting_badge(row: Waiting) -> Badge:
    return Badge("overdue", _("Late"))


def own_loans(contact: Contact) -> Iterator[Row]:
    return rows_of(Loan.objects.visible_to(contact).filter(contact=contact), "number", "title", "created_at")


def own_words(contact: Contact) -> Iterator[Row]:
    said = LoanMessage.objects.visible_to(contact).by(contact)
    return rows_of(said, "loan__number", "created_at", "body")


def sample(account: Account | None, contact: Contact | None) -> Loan:
    if contact is None:
        raise ValueError("Somebody borrows it.")
    return lend(actor=Actor(user=contact.user, contact=contact), contact=contact, title="Probe")


LOANS = declare(
    Surface(
        model=Loan,
        icon="tools",
        namespace="loans",
        line=line,
        pages=(BuiltinPage("/loans/", "Loans"),),
        listing=LOAN_LIST,
        search=Search(find=lambda loans, words: loans.matching(words)),
        talk=TALK,
        detail=Detail(events={"loan.lent": Told(words=_("borrowed it"))}, template="loans/loan_detail.html"),
        follows=True,
        home=home,
        waiting=waiting,
        waiting_badge=waiting_badge,
        events={"loan.lent": Event(words=_("borrowed")), "loan.replied": Event(words=_("wrote about"))},
        personal={"loans": own_loans, "loan_messages": own_words},
        sample=sample,
        demo="tests.example_app.loans.demo.load",
    )
)
