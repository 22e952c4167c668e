"""Lists of cases in a large database: PostgreSQL finds a page by an index, in order, and looks at few rows
besides."""

import re
from collections.abc import Iterator
from copy import copy
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict

from accounts.models import Account, Contact
from cases.forms.lists import CaseListForm
from cases.models import Case, CaseParticipant, CaseStatus
from cases.surface import CASES
from lib.paging import PAGE_SIZE
from records.pages import page_of
from tests.cases.crowd import make_many_cases, make_person

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
        cursor.execute("ANALYZE cases_case, cases_caseparticipant, accounts_contact, accounts_account")
        # as autovacuum leaves a table: what is in an index need not be looked up in the table too
        cursor.execute("SELECT relpages FROM pg_class WHERE oid = 'cases_case'::regclass")
        [[pages]] = cursor.fetchall()
        cursor.execute(
            "SELECT pg_restore_relation_stats('schemaname', 'public', 'relname', "
            "'cases_case', 'relallvisible', %s::integer)",
            [pages],
        )
    return {
        "all of a big account": as_reader(busy, "account"),
        "all of a small account": as_reader(everybody[50], "account"),
        "their own in a big account": as_reader(colleague, "contact"),
        BUSY: as_reader(busy, "contact"),
        "their own in a small account": as_reader(everybody[51], "contact"),
        "what they were asked to join": as_reader(newcomer, "contact"),
    }


def as_reader(contact: Contact, scope: str) -> Contact:
    reader = copy(contact)
    reader.grants = {"case": {scope: ["read"]}}
    return reader


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


def plan_of(contact: Contact, address: str) -> list[dict[str, Any]]:
    """The nodes of the executed plan for the first page, the uppermost first."""
    form = CaseListForm(asked := QueryDict(address), reader=contact, statuses=CaseStatus.objects.all())
    asked_for: list[tuple[str, tuple[Any, ...]]] = []
    with connection.execute_wrapper(lambda execute, *query: asked_for.append(query[:2]) or execute(*query)):
        page_of(CASES, contact, form.filter, asked)
    query, values = asked_for[-1]
    return list(nodes(explain_prepared(query, values) if form.filter.shape else explain(query, values)))


def explain(query: str, values: tuple[Any, ...]) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", values)
        [[[explained]]] = cursor.fetchall()
    return explained["Plan"]


def explain_prepared(query: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """As the portal has it planned: before the values are known (lib.compiled)."""
    numbers = count(1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE page AS {re.sub('%s', lambda _place: f'${next(numbers)}', query)}")
        plan = explain(f"EXECUTE page ({', '.join(['%s'] * len(values))})", values)
        cursor.execute("DEALLOCATE page")
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def sorts_cases(plan: list[dict[str, Any]]) -> bool:
    """More of them than the few that were found for a page."""
    sorts = [
        node
        for node in plan
        if "Sort" in node["Node Type"] and node["Plans"][0]["Actual Rows"] > 2 * (PAGE_SIZE + 1)
    ]
    return any(below.get("Relation Name") == "cases_case" for node in sorts for below in nodes(node))


def looked_at(plan: list[dict[str, Any]]) -> int:
    """How many cases were fetched, whether they were kept or not."""
    removed = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
    fetched = [node for node in plan if node.get("Relation Name") == "cases_case"]
    return sum(
        int((node["Actual Rows"] + sum(node.get(name, 0) for name in removed)) * node["Actual Loops"])
        for node in fetched
    )


def test_a_page_looks_at_few_cases_however_many_there_are(readers: dict[str, Contact]):
    """One test: to make the cases takes longer than to look at them."""
    plans = {
        (who, address): plan_of(contact, address) for who, contact in readers.items() for address in VIEWS
    }
    hard = {(BUSY, address) for address in VIEWS if "q=" in address or "type=" in address}
    assert {
        pages: looked_at(plan) for pages, plan in plans.items() if pages not in hard and looked_at(plan) > FEW
    } == {}
    own = Case.objects.filter(contact=readers[BUSY]).count()
    assert {pages: looked_at(plan) for pages, plan in plans.items() if looked_at(plan) > own + FEW} == {}
    assert [address for address in IN_ORDER if sorts_cases(plans["all of a big account", address])] == []
