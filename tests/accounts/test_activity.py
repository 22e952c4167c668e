"""The log: it can be added to and nothing else, and it is seen by those who may see its records."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.urls import reverse

from accounts.actions import deactivate_contact, reactivate_contact, record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact
from tests.cases.factories import make_case
from tests.factories import grant, make_contact
from tests.invoices.factories import make_invoice
from tests.knowledgebase.factories import make_article


def again(contact):
    return Contact.objects.get(pk=contact.pk)


@pytest.fixture
def line(alice):
    make_case(alice)
    return Activity.objects.get()


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


CHANGES = {
    "save": Activity.save,
    "update": lambda _: Activity.objects.update(verb="other"),
    "SQL update": lambda _: sql("UPDATE accounts_activity SET label = 'x'"),
    "delete": Activity.delete,
    "delete all": lambda _: Activity.objects.all().delete(),
    "SQL delete": lambda _: sql("DELETE FROM accounts_activity"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_no_line_can_be_changed_or_deleted(line, change):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        change(line)
    assert Activity.objects.get().verb == "case.opened"


def test_who_is_in_the_log_cannot_be_deleted(line, alice, acme):
    for person in (alice, alice.user, acme):
        with pytest.raises(ProtectedError), transaction.atomic():
            person.delete()
    assert Activity.objects.count() == 1


def test_a_line_says_who_did_what_for_which_account_and_from_where(alice):
    case = make_case(alice, "Probe drifts")
    line = record_activity(
        actor=Actor(alice.user, alice, "192.0.2.7"), verb="case.replied", record=case, words=12
    )
    assert (line.actor, line.actor_name, line.verb) == (alice.user, "Alice Tester", "case.replied")
    assert (line.record_type, line.record_id, line.label, line.url) == (
        "case",
        str(case.pk),
        str(case),
        case.get_absolute_url(),
    )
    assert (line.account, line.contact) == (alice.account, alice)
    assert (line.client_ip, line.details, line.is_internal) == ("192.0.2.7", {"words": 12}, False)


def test_what_the_system_does_has_no_actor(alice):
    line = record_activity(actor=SYSTEM, verb="contact.noticed", record=alice)
    assert (line.actor, line.actor_name, line.client_ip) == (None, "", None)
    assert (line.record_type, line.account, line.contact) == ("contact", alice.account, alice)


def test_a_request_leaves_its_address(sign_in, alice, ada):
    data = {"action": "deactivate", "_selected_action": [alice.pk]}
    sign_in(ada).post(reverse("admin:accounts_contact_changelist"), data, REMOTE_ADDR="192.0.2.7")
    line = Activity.objects.get()
    assert (line.verb, line.actor, line.contact, line.client_ip) == (
        "contact.deactivated",
        ada,
        alice,
        "192.0.2.7",
    )
    assert not again(alice).is_active


def test_an_action_on_a_contact_writes_one_line(alice, ada):
    deactivate_contact(actor=Actor(user=ada), contact=alice)
    assert again(alice).deactivated_at is not None
    reactivate_contact(actor=Actor(user=ada), contact=alice)
    assert again(alice).deactivated_at is None
    assert list(Activity.objects.order_by("pk").values_list("verb", flat=True)) == [
        "contact.deactivated",
        "contact.reactivated",
    ]


def labels(contact):
    return {(line.record_type, line.label) for line in Activity.objects.visible_to(contact)}


@pytest.fixture
def history(alice, bob, charlie, acme, globex):
    """One line each about two cases and an invoice of Acme, and a case and an invoice of Globex."""
    for contact in (alice, bob, charlie):
        make_case(contact, f"Of {contact.first_name}")
    for account, number in ((acme, "ACME-1"), (globex, "GLOBEX-1")):
        make_invoice(account, number=number)
    return {
        label.split(" ", 1)[-1]: (kind, label)
        for kind, label in Activity.objects.values_list("record_type", "label")
    }


def test_each_sees_what_happened_to_the_records_that_they_may_read(history, alice, bob, charlie, fiona, ivan):
    assert labels(again(alice)) == {history["Of Alice"]}
    assert labels(again(bob)) == {history["Of Bob"]}
    assert labels(again(charlie)) == {history["Of Charlie"]}
    assert labels(again(fiona)) == {history["ACME-1"]}
    assert labels(again(ivan)) == {history["Of Alice"], history["Of Bob"]}


def test_nobody_and_an_inactive_contact_see_nothing(history, ivan):
    assert labels(None) == set()
    ivan.deactivate()
    assert labels(again(ivan)) == set()


def test_what_is_internal_is_seen_by_no_customer(alice, ivan):
    case = make_case(alice)
    record_activity(actor=SYSTEM, verb="case.secret", record=case, is_internal=True)
    grant(ivan, "case", "global", "read")
    for reader in (alice, ivan):
        assert [line.verb for line in Activity.objects.visible_to(again(reader))] == ["case.opened"]


def test_what_happened_to_records_of_nobody_is_told_to_no_customer(alice):
    """Whether an article is meant for the reader cannot be told from the line about it."""
    grant(alice, "article", "global", "read")
    record_activity(actor=SYSTEM, verb="article.changed", record=make_article("Secret plans"))
    assert labels(again(alice)) == set()


def test_an_individual_sees_the_own_lines_and_not_those_of_others_without_an_account(db):
    pat, quinn = make_contact("Pat", None), make_contact("Quinn", None)
    for contact in (pat, quinn):
        make_case(contact, f"Of {contact.first_name}")
        grant(contact, "case", "account", "read")
    assert [line.contact for line in Activity.objects.visible_to(again(pat))] == [pat]


def test_the_right_to_write_gives_no_sight_of_the_log(history, fiona):
    fiona.roles.clear()
    grant(fiona, "invoice", "account", "write", "create", "delete")
    assert labels(again(fiona)) == set()
