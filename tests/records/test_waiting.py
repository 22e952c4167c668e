"""What waits for a reader is asked by one kept statement, and is what each type's own rows say."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Contact, RecordPermission
from records.surfaces import surfaces
from records.waiting import Waiting, waiting_for
from tests.cases.factories import make_case, make_staff_reply, status
from tests.example_app.loans.models import Loan
from tests.factories import grant
from tests.invoices.factories import make_overdue

ASKED = {surface.name: surface.waiting for surface in surfaces() if surface.waiting}


def anew(contact: Contact) -> Contact:
    return Contact.objects.with_rights().select_related("account").get(pk=contact.pk)


def kept(contact: Contact, *types: str) -> list[Waiting]:
    return waiting_for(anew(contact), {name: ASKED[name] for name in types or ASKED})


def by_the_types(contact: Contact) -> set[Waiting]:
    """Each asked by itself, of the contact and not of a reader in their place."""
    rows = (row for ask in ASKED.values() for row in ask(anew(contact), timezone.localdate()))
    return {Waiting(**{name.removeprefix("row_"): value for name, value in row.items()}) for row in rows}


@pytest.fixture
def everything(alice, bob, charlie, ada, acme, globex):
    """Cases, invoices and loans of two accounts wait; of each something does not."""
    for contact in (alice, bob, charlie):
        make_staff_reply(make_case(contact), ada, status="waiting")
        make_case(contact, "Not answered yet")
        for number, days in ((f"L-{contact.pk}", -3), (f"M-{contact.pk}", 3)):
            due = timezone.localdate() + timedelta(days=days)
            Loan.objects.create(
                number=number, title="Probe", account=contact.account, contact=contact, due_on=due
            )
    for account in (acme, globex):
        make_overdue(account)
    for contact in (alice, charlie):
        grant(contact, "loan", "contact", "read")


def test_each_reader_is_told_what_their_own_rows_say(everything, alice, bob, ivan, fiona, charlie):
    counts = {}
    for _time in range(2):
        for contact in (alice, bob, ivan, fiona, charlie):
            found = kept(contact)
            assert len(found) == len(set(found)), contact
            assert set(found) == by_the_types(contact), contact
            counts[contact.first_name] = sorted({row.type for row in found}), len(found)
    assert counts["Alice"] == (["case", "loan"], 2)
    assert counts["Fiona"][0] == ["invoice"]
    assert counts["Ivan"] == (["case"], 2)


def test_what_is_due_comes_first_whichever_type_it_is_of(everything, alice):
    grant(alice, "invoice", "account", "read")
    assert [row.type for row in kept(alice)] == ["loan", "invoice", "case"]


def test_only_the_types_that_are_asked_are_told(everything, alice):
    assert [row.type for row in kept(alice, "loan")] == ["loan"]
    assert [row.type for row in kept(alice, "case")] == ["case"]
    assert waiting_for(anew(alice), {}) == []


def test_a_changed_right_or_label_shows_at_once(everything, alice):
    assert {row.type for row in kept(alice)} == {"case", "loan"}
    waiting = status("waiting")
    waiting.customer_label = "It is your turn"
    waiting.save()
    assert [row.label for row in kept(alice, "case")] == ["It is your turn"]
    RecordPermission.objects.filter(record_type="loan").delete()
    assert {row.type for row in kept(alice)} == {"case"}
    RecordPermission.objects.filter(record_type="case").delete()
    assert kept(alice) == []
