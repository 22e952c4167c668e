from datetime import timedelta

from django.db import transaction

from accounts.actions import record_activity
from accounts.actors import Actor
from accounts.models import Contact
from records.talk import Talk
from tests.example_app.loans.models import Loan, LoanMessage

TALK = Talk(
    messages=LoanMessage,
    code="l",
    accepts=Loan.accepts_reply_from,
    editable_for=lambda loan: None if loan.returned_at else timedelta(minutes=15),
)


@transaction.atomic
def lend(*, actor: Actor, contact: Contact, title: str) -> Loan:
    number = f"L-{Loan.objects.count() + 1}"
    loan = Loan.objects.create(number=number, title=title, account=contact.account, contact=contact)
    record_activity(actor=actor, verb="loan.lent", record=loan)
    return loan
