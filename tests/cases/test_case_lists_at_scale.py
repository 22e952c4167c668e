"""Lists of cases in a large database: PostgreSQL finds a page by an index, in order, and looks at few rows
besides."""

import pytest
from django.db import connection

from accounts.models import Account, Contact
from cases.models import Case, CaseParticipant
from cases.surface import CASES
from tests.cases.crowd import make_many_cases
from tests.records.crowds import make_person
from tests.records.plans import as_reader, plan_of, settle

MANY = 100_000
FEW = 1000
"""Rows that may be looked at for a page of 25: active cases are sorted by hand where another order than the
usual one is asked for."""


@pytest.fixture
def readers(db: None) -> dict[str, Contact]:
    return make_readers()


def make_readers() -> dict[str, Contact]:
    accounts = Account.objects.bulk_create(Account(number=f"S-{n}", name=f"Account {n}") for n in range(501))
    of_big = [make_person(accounts[0], n) for n in range(40)]
    others = [make_person(account, n) for account in accounts[1:] for n in range(4)]
    everybody = Contact.objects.bulk_create([*of_big, *others])
    make_many_cases(MANY, everybody[: len(of_big)], everybody[len(of_big) :])
    busy, colleague = everybody[:2]
    [newcomer] = Contact.objects.bulk_create([make_person(accounts[0], 99)])
    joined = Case.objects.filter(contact=busy)[:20]
    CaseParticipant.objects.bulk_create(
        CaseParticipant(case=case, contact=who) for case in joined for who in (colleague, newcomer)
    )
    with connection.cursor() as cursor:
        # as autovacuum does: what was inserted at once is not in the index's order yet, which makes the index
        # look expensive
        cursor.execute("SELECT gin_clean_pending_list('cases_case_search')")
        cursor.execute("ANALYZE cases_caseparticipant, accounts_contact, accounts_account")
    settle("cases_case")
    return {
        "all of a big account": as_reader(busy, "case", "account"),
        "all of a small account": as_reader(everybody[50], "case", "account"),
        "their own in a big account": as_reader(colleague, "case", "contact"),
        BUSY: as_reader(busy, "case", "contact"),
        "their own in a small account": as_reader(everybody[51], "case", "contact"),
        "what they were asked to join": as_reader(newcomer, "case", "contact"),
    }


BUSY = "their own, which are thousands"
"""At most these are looked at by a search."""
IN_ORDER = ("view=active", "view=resolved", "view=all", "view=all&sort=opened", "view=active&sort=priority")
"""A page of a big account comes in its order from an index."""
VIEWS = (
    "view=active",
    "view=waiting",
    "view=resolved",
    "view=all",
    "view=all&whose=mine",
    "view=all&whose=followed",
    "view=active&whose=followed",
    "view=all&sort=opened",
    "view=active&sort=opened",
    "view=waiting&sort=priority",
    "view=active&sort=priority",
    "view=all&type=1",
    "view=all&q=freezer",
    "view=all&q=autoclave+alarm",
    "view=all&q=C-17",
    "view=all&q=17017",
    "view=all&q=SN17017",
)


def test_a_page_looks_at_few_cases_however_many_there_are(readers: dict[str, Contact]):
    """One test: to make the cases takes longer than to look at them."""
    plans = {
        (who, address): plan_of(CASES, contact, address)
        for who, contact in readers.items()
        for address in VIEWS
    }
    hard = {(BUSY, address) for address in VIEWS if "q=" in address or "type=" in address}
    assert {
        pages: plan.looked_at for pages, plan in plans.items() if pages not in hard and plan.looked_at > FEW
    } == {}
    own = Case.objects.filter(contact=readers[BUSY]).count()
    assert {pages: plan.looked_at for pages, plan in plans.items() if plan.looked_at > own + FEW} == {}
    assert [address for address in IN_ORDER if plans["all of a big account", address].sorts_many] == []
