"""Very many loans of the example."""

from datetime import timedelta

from django.utils import timezone

from tests.example_app.loans.models import Loan, LoanParticipant
from tests.records.crowds import MANY, Crowd, Crowds, make_people
from tests.records.plans import settle


def make_crowd() -> Crowd:
    """One in twenty is still out, and half of these are late. The small reader has none of their own and
    takes part in some of a colleague's."""
    of_big, others = make_people()
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

    loans = Loan.objects.bulk_create(
        Loan(number=f"L-{n}", title=f"Probe {n}", **fields(n)) for n in range(MANY)
    )
    LoanParticipant.objects.bulk_create(
        LoanParticipant(loan=loan, contact=of_big[1])
        for loan in loans[:400]
        if loan.account_id == of_big[1].account_id
    )
    settle("loans_loanparticipant")
    return Crowd(of_big[0], of_big[1])


CROWDS: Crowds = {"loan": make_crowd}
