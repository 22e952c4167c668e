"""The desk's list in a large database: PostgreSQL finds each page by an index, in order."""

from itertools import product
from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.http import QueryDict

from accounts.admin_start import counts_of, moments_for
from accounts.models import Account, Contact
from cases.admin.case import CaseAdmin
from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.frame import frame_for, rows_in
from cases.admin.desk.people import People
from cases.admin.desk.rows import page_of
from cases.admin.start import FIGURES
from cases.models import Case, Queue
from lib.admin_start import Declared
from tests.cases.crowd import make_many_cases
from tests.cases.desk_crowd import put_on_the_desk
from tests.records.crowds import make_person
from tests.records.plans import Plan, plan_asked_by

MANY = 20_000
ACTIVE = MANY // 20
FEW = 400
"""Rows that may be looked at for a page of 25. So few may be sorted, too: the statistics of the day decide.
In another order than the usual one those of an agent or of a queue are."""
LISTS = ("", "agent=me", "agent=none", "queue={queue}", "queue=none", "state=late")
ORDERS = ("", "sort=priority", "sort=activity", "sort=opened")
LARGE = ("state=closed", "state=all", "state=closed&sort=opened", "state=all&sort=opened")


def plan(query: str, agent, cursor: str = "") -> Plan:
    shown, asked = DeskFilter.written(query), QueryDict(cursor.removeprefix("?"))
    return plan_asked_by(
        lambda: page_of(shown, agent, asked, People()), "cases_case", is_prepared=shown.shape is not None
    )


def cursor_behind(query: str, agent, pages: int) -> str:
    shown, cursor = DeskFilter.written(query), ""
    for _page in range(pages):
        cursor = page_of(shown, agent, QueryDict(cursor.removeprefix("?")), People()).older_url or cursor
    return cursor


def test_each_tab_in_each_order_is_found_by_an_index_on_the_first_page_and_on_a_later_one(db):
    """One test: to make the cases takes longer than to look at them."""
    accounts = Account.objects.bulk_create(Account(number=f"S-{n}", name=f"Account {n}") for n in range(101))
    people = Contact.objects.bulk_create(make_person(account, n) for account in accounts for n in range(4))
    make_many_cases(MANY, people[:4], people[4:])
    agent = put_on_the_desk()
    queue = Queue.objects.first()
    lists = [name.format(queue=queue.pk) for name in LISTS]
    faults = []
    for query in [*("&".join(filter(None, both)) for both in product(lists, ORDERS)), *LARGE]:
        is_usual = "sort" not in query
        for pages in (0, 3):
            cursor = cursor_behind(query, agent, pages)
            found = plan(query, agent, cursor)
            most = FEW if is_usual or query in LARGE else ACTIVE + FEW
            if found.walks_through_all or found.looked_at > most:
                faults.append((query, pages, found.looked_at, found.sorts_many, found.indexes))
    assert faults == []
    figures = tuple((CaseAdmin(Case, admin.site), figure) for figure in FIGURES)
    request: Any = SimpleNamespace(user=agent)
    counting = plan_asked_by(
        lambda: counts_of(Declared(figures, (), ()), moments_for(request)), "cases_case", is_prepared=True
    )
    assert not counting.walks_through_all
    assert counting.looked_at < len(FIGURES) * (ACTIVE + FEW), counting.indexes


def test_what_stands_around_the_list_is_one_statement_that_counts_no_further_than_it_shows(
    db, django_assert_num_queries
):
    agent = put_on_the_desk()
    with django_assert_num_queries(1):
        frame = frame_for(agent)
    assert len(frame.choices.queues) == len(frame.counts) - 5 == 6
    assert set(rows_in(frame.choices.agents)[0]) == {"id", "first_name", "last_name", "email"}
