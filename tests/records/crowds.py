"""Very many records of each type that has a list, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from accounts.models import Account, Contact
from forums.models import Topic
from invoices.models import Invoice
from records.surfaces import Surface, surface_named
from tests.cases.crowd import make_many_cases, make_person
from tests.forums.factories import make_forum
from tests.records.plans import settle

MANY = 20_000


@dataclass(frozen=True)
class Crowd:
    """``big`` reads a twentieth of all records and more, ``small`` a few; within ``parent``, if the list is
    one of such."""

    big: Contact
    small: Contact
    parent: int | None = None


def _people() -> tuple[list[Contact], list[Contact]]:
    """Of one big account, and of a hundred others."""
    accounts = Account.objects.bulk_create(Account(number=f"S-{n}", name=f"Account {n}") for n in range(101))
    people = [make_person(account, n) for account in accounts for n in range(4)]
    everybody = Contact.objects.bulk_create(people)
    return everybody[:4], everybody[4:]


def _cases() -> Crowd:
    of_big, others = _people()
    make_many_cases(MANY, of_big, others)
    return Crowd(of_big[0], others[0])


def _invoices() -> Crowd:
    """One in forty is open, and half of these are overdue; one in a hundred was voided."""
    of_big, others = _people()
    today = timezone.localdate()
    accounts = [of_big[0].account_id, *{contact.account_id for contact in others}]

    def fields(n: int) -> dict[str, object]:
        status = "open" if n % 40 == 0 else "void" if n % 100 == 3 else "paid"
        issued_on = today - timedelta(days=(MANY - n) // 40)
        due_on = max(issued_on, today + timedelta(days=30 if n % 80 else -1))
        owner = accounts[0] if n // 40 % 10 == 0 else accounts[n // 40 % len(accounts)]
        return {"status": status, "issued_on": issued_on, "due_on": due_on, "account_id": owner}

    Invoice.objects.bulk_create(Invoice(number=f"B-{n}", **fields(n)) for n in range(MANY))
    return Crowd(of_big[0], others[0])


def _topics() -> Crowd:
    """A tenth is in one forum; a few are pinned, and of fifty one is not answered and one the reader's."""
    of_big, others = _people()
    forums, now = [make_forum() for _ in range(40)], timezone.now()
    Topic.objects.bulk_create(
        Topic(
            forum=forums[0] if n % 10 == 0 else forums[n % 40],
            title=f"Topic {n}",
            slug="topic",
            author_contact=of_big[0] if n // 40 % 50 == 0 else others[n % len(others)],
            last_post_at=now - timedelta(minutes=n),
            is_pinned=n % 4000 == 0,
            is_answered=n // 10 % 50 != 0,
        )
        for n in range(MANY)
    )
    return Crowd(of_big[0], others[0], parent=forums[0].pk)


def _loans() -> Crowd:
    """One in twenty is still out, and half of these are late. The small reader has none of their own and
    takes part in some of a colleague's."""
    surface = surface_named("loan")
    assert surface
    loan_model = surface.model
    participant = loan_model._meta.get_field("participants").related_model
    of_big, others = _people()
    now = timezone.now()
    owners = [of_big[0], *others]

    def fields(n: int) -> dict[str, object]:
        at, owner = now - timedelta(minutes=n), owners[0] if n // 20 % 10 == 0 else owners[n % len(owners)]
        due_on = timezone.localdate() + timedelta(days=30 if n % 40 else -1)
        returned_at = None if n % 20 == 0 else at
        return {
            "contact": owner, "account_id": owner.account_id, "due_on": due_on, "returned_at": returned_at,
            "created_at": at, "updated_at": at,
        }  # fmt: skip

    loans = loan_model.objects.bulk_create(
        loan_model(number=f"L-{n}", title=f"Probe {n}", **fields(n)) for n in range(MANY)
    )
    participant.objects.bulk_create(
        participant(loan=loan, contact=of_big[1])
        for loan in loans[:400]
        if loan.account_id == of_big[1].account_id
    )
    settle("loans_loanparticipant")
    return Crowd(of_big[0], of_big[1])


CROWDS: dict[str, Callable[[], Crowd]] = {
    "case": _cases,
    "invoice": _invoices,
    "topic": _topics,
    **({"loan": _loans} if surface_named("loan") else {}),
}


def crowd_of(surface: Surface) -> Crowd:
    crowd = CROWDS[surface.name]()
    settle(surface.model._meta.db_table)
    settle("accounts_contact")
    return crowd
