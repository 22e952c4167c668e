"""Very many invoices."""

from datetime import timedelta

from django.utils import timezone

from invoices.models import Invoice
from tests.records.crowds import MANY, Crowd, Crowds, make_people


def make_crowd() -> Crowd:
    """One in forty is open, and half of these are overdue; one in a hundred was voided."""
    of_big, others = make_people()
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


CROWDS: Crowds = {"invoice": make_crowd}
