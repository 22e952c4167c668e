"""The reports stay quick with ten thousand contacts and a hundred thousand cases."""

from random import Random
from time import perf_counter

import pytest
from django.db import connection

from accounts.models import Account, Contact, RecordPermission, WebRole
from cases.models import Case, RequestType
from invoices.models import Invoice
from portal.access.impact import Sight, compare
from portal.access.readers import readers_of
from portal.access.rights import Rights
from portal.access.subjects import subject_of
from tests.invoices.factories import make_invoice
from tests.portal.factories import restrict

CONTACTS, CASES, ACCOUNTS = 10_000, 100_000, 1_000


@pytest.fixture
def crowd(db):
    chance = Random(1)  # noqa: S311 -- the same crowd every time
    accounts = Account.objects.bulk_create(
        Account(number=f"N{number}", name=f"Account {number}") for number in range(ACCOUNTS)
    )
    people = Contact.objects.bulk_create(
        Contact(
            account=chance.choice(accounts),
            first_name="P",
            last_name=str(number),
            email=f"p{number}@many.example",
        )
        for number in range(CONTACTS)
    )
    given = list(WebRole.objects.filter(for_authenticated=False, for_anonymous=False))
    people[0].roles.add(WebRole.objects.get(name="Portal Finance User"))
    links = [
        (contact.pk, role.pk)
        for contact in people[1:]
        for role in chance.sample(given, chance.choice([0, 0, 1, 2]))
    ]
    through = Contact.roles.through
    through.objects.bulk_create(through(contact_id=contact, webrole_id=role) for contact, role in links)
    problem = RequestType.objects.get(slug="problem")
    owners = [chance.choice(people) for _ in range(CASES)]
    Case.objects.bulk_create(
        [
            Case(subject="S", contact=owner, account_id=owner.account_id, request_type=problem)
            for owner in owners
        ],
        batch_size=5000,
    )
    make_invoice(people[0].account)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return people


def seconds(work):
    begun = perf_counter()
    result = work()
    taken = perf_counter() - begun
    return taken, result


def measured(change):
    def work():
        before = Sight.now()
        change()
        return compare(before, Sight.now())

    return seconds(work)


def test_a_preview_and_a_list_of_readers_take_less_than_two_seconds(crowd):
    role = WebRole.objects.get(name="Portal Project User")
    everyone = WebRole.objects.get(for_authenticated=True)
    changes = {
        "account": lambda: RecordPermission.objects.create(
            role=role, record_type="case", scope="account", can_read=True
        ),
        "global": lambda: RecordPermission.objects.create(
            role=role, record_type="case", scope="global", can_read=True
        ),
        "everyone": lambda: RecordPermission.objects.create(
            role=everyone, record_type="case", scope="account", can_read=True
        ),
        "nobody": lambda: RecordPermission.objects.filter(record_type="case").delete(),
        "page": lambda: restrict("/cases/", "Portal IT User"),
        "flag": lambda: WebRole.objects.filter(pk=role.pk).update(for_authenticated=True),
    }
    for name, change in changes.items():
        taken, impact = measured(change)
        assert impact or name == "flag"
        assert taken < 2, name
    taken, readers = seconds(lambda: readers_of(subject_of(Invoice.objects.get(), Rights.now())))
    assert readers.count
    assert taken < 2
    assert seconds(lambda: list(readers.contacts[:100]))[0] < 2
