"""From draft to paid or void."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, OutgoingMail
from invoices.actions import issue_invoice, record_payment, update_totals, void_invoice
from invoices.models import Invoice, InvoiceSettings, Payment
from tests.factories import make_contact
from tests.invoices.factories import make_draft, make_invoice, make_overdue
from tests.portal.factories import restrict

State = Invoice.State


def verbs():
    return list(Activity.objects.filter(record_type="invoice").order_by("pk").values_list("verb", flat=True))


def test_issuing_takes_the_next_number_and_copies_the_billing_address(acme, ada):
    acme.street, acme.postal_code, acme.city, acme.vat_number = (
        "2200 Mill Creek Road",
        "78744",
        "Austin",
        "US-1",
    )
    acme.save()
    first, second = make_draft(acme), make_draft(acme, bill_to_name="Acme Foods, Accounts payable")
    for invoice in (first, second):
        issue_invoice(actor=Actor(user=ada), invoice=invoice)
    assert [first.number, second.number] == ["INV-10001", "INV-10002"]
    assert (first.bill_to_name, first.bill_to_address, first.bill_to_vat) == (
        "Acme Foods",
        "2200 Mill Creek Road\n78744 Austin",
        "US-1",
    )
    assert second.bill_to_name == "Acme Foods, Accounts payable"
    assert first.status == Invoice.Status.OPEN
    activity = Activity.objects.get(label="INV-10001")
    assert (activity.verb, activity.actor, activity.account, activity.url) == (
        "invoice.issued",
        ada,
        acme,
        first.get_absolute_url(),
    )


def test_a_number_that_was_given_by_hand_is_left_out(acme):
    make_invoice(acme, number="INV-10001")
    draft = make_draft(acme)
    issue_invoice(actor=SYSTEM, invoice=draft)
    assert draft.number == "INV-10002"
    assert InvoiceSettings.objects.stored().next_number == 10003


def test_issuing_mails_those_who_may_read_it_and_nobody_else(
    acme, alice, bob, fiona, charlie, run_jobs, mailoutbox
):
    make_contact("Fred", acme, "Portal Finance User", is_active=False)
    make_contact("Frida", acme, "Portal Finance User", signs_in=False)
    issue_invoice(actor=SYSTEM, invoice=make_draft(acme, "1234.50", purchase_order="PO-7"))
    run_jobs()
    [message] = mailoutbox
    assert message.to == [fiona.email]
    assert message.subject == "Invoice INV-10001 for $1,234.50"
    assert "/invoices/INV-10001/" in message.body
    assert "PO-7" in message.body
    assert "/invoices/INV-10001/" in message.alternatives[0].content


def test_issuing_mails_nobody_whom_a_page_rule_shuts_out(acme, fiona):
    restrict("/invoices/", "Portal IT User")
    issue_invoice(actor=SYSTEM, invoice=make_draft(acme))
    assert not OutgoingMail.objects.exists()


def test_an_invoice_that_is_brought_in_mails_nobody(acme, fiona):
    issue_invoice(actor=SYSTEM, invoice=make_draft(acme), notify=False)
    assert not OutgoingMail.objects.exists()


@pytest.mark.parametrize("amounts", [[], ["-5.00"]])
def test_a_draft_without_lines_or_below_zero_is_not_issued(acme, amounts):
    draft = make_draft(acme, *amounts)
    if not amounts:
        draft.lines.all().delete()
    with pytest.raises(ValidationError):
        issue_invoice(actor=SYSTEM, invoice=draft)
    draft.refresh_from_db()
    assert draft.is_draft
    assert InvoiceSettings.objects.stored().next_number == 10001


def test_an_invoice_is_issued_once(acme):
    invoice = make_invoice(acme)
    with pytest.raises(ValidationError):
        issue_invoice(actor=SYSTEM, invoice=invoice)
    assert verbs() == ["invoice.issued"]


def test_an_issued_invoice_is_not_added_up_anew(acme):
    with pytest.raises(ValidationError):
        update_totals(invoice=make_invoice(acme))


def test_an_invoice_over_nothing_is_paid_when_it_is_issued(acme):
    assert make_invoice(acme, "0.00").state == State.PAID


def test_payments_add_up_until_the_invoice_is_paid(acme):
    invoice = make_invoice(acme, "100.00")
    record_payment(actor=SYSTEM, invoice=invoice, amount=Decimal("40.00"), reference="A")
    assert (invoice.state, invoice.balance) == (State.PARTLY_PAID, Decimal("60.00"))
    record_payment(actor=SYSTEM, invoice=invoice, amount=Decimal("60.00"), reference="B")
    assert (invoice.state, invoice.balance, invoice.amount_paid) == (State.PAID, 0, 100)
    assert verbs() == ["invoice.issued", "invoice.payment_received", "invoice.paid"]


@pytest.mark.parametrize("amount", ["0", "-1", "100.01", "1.005"])
def test_an_impossible_payment_is_refused(acme, amount):
    invoice = make_invoice(acme, "100.00")
    with pytest.raises(ValidationError):
        record_payment(actor=SYSTEM, invoice=invoice, amount=Decimal(amount))
    assert not Payment.objects.exists()


def test_a_payment_on_a_balance_that_has_changed_is_refused(acme):
    invoice = make_invoice(acme, "100.00")
    payment = {"amount": Decimal(40), "expected_balance": Decimal("100.00")}
    record_payment(actor=SYSTEM, invoice=invoice, **payment)
    with pytest.raises(ValidationError):
        record_payment(actor=SYSTEM, invoice=invoice, **payment)
    assert Payment.objects.count() == 1


def test_nothing_is_paid_on_a_draft_or_a_void_invoice(acme):
    void = make_invoice(acme)
    void_invoice(actor=SYSTEM, invoice=void)
    for invoice in (make_draft(acme), void):
        with pytest.raises(ValidationError):
            record_payment(actor=SYSTEM, invoice=invoice, amount=Decimal(1))


def test_a_void_invoice_keeps_its_number_and_owes_nothing(acme):
    invoice = make_invoice(acme, number="T-VOID")
    void_invoice(actor=SYSTEM, invoice=invoice, reason="Sent twice")
    assert (invoice.number, invoice.state, invoice.balance) == ("T-VOID", State.VOID, 0)
    assert verbs() == ["invoice.issued", "invoice.voided"]


def test_only_an_open_invoice_without_payments_is_voided(acme):
    partly_paid = make_invoice(acme, "100.00")
    record_payment(actor=SYSTEM, invoice=partly_paid, amount=Decimal(1))
    for invoice in (make_draft(acme), partly_paid):
        with pytest.raises(ValidationError):
            void_invoice(actor=SYSTEM, invoice=invoice)


def test_an_invoice_is_overdue_from_the_day_after_it_was_due(acme):
    today = timezone.localdate()
    due_today = make_invoice(acme, due_on=today)
    due_yesterday = make_invoice(acme, issued_on=today - timedelta(days=9), due_on=today - timedelta(days=1))
    assert (due_today.state, due_yesterday.state) == (State.OPEN, State.OVERDUE)
    assert list(Invoice.objects.overdue()) == [due_yesterday]


def test_a_paid_invoice_is_never_overdue(acme):
    invoice = make_overdue(acme)
    record_payment(actor=SYSTEM, invoice=invoice, amount=invoice.total)
    assert invoice.state == State.PAID
    assert not Invoice.objects.overdue().exists()
