"""In which order the desk lists cases, and which one follows another."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.http import QueryDict
from django.utils import timezone

from cases.admin.desk.filters import DeskFilter
from cases.admin.desk.finding import found, values_of
from cases.admin.desk.following import next_case
from cases.admin.desk.people import People
from cases.models import Case
from lib.paging import KeysetPage
from tests.cases.factories import make_case

ORDERS = ("", "sort=priority", "sort=activity", "sort=opened", "state=all", "q=gateway")


@pytest.fixture
def cases(alice):
    """Of each pair, both stand at the same place and are told apart by their keys; the last three are never
    due."""
    now = timezone.now()
    made = [make_case(alice) for _ in range(9)]
    for place, case in enumerate(made):
        at = now + timedelta(hours=place // 2)
        due = at if place < 6 else None
        priority = ("low", "urgent", "normal")[place % 3]
        Case.objects.filter(pk=case.pk).update(due_at=due, updated_at=at, created_at=at, priority=priority)
    return list(Case.objects.order_by("pk"))


def page(query, agent, address="", size=2) -> KeysetPage[Case]:
    shown, asked = DeskFilter.written(query), QueryDict(address.removeprefix("?"))
    cut = shown.cut(asked)
    cut = type(cut)(cut.by, asked, size, cut.direction, cut.at, cut.pk)
    return cut.page(list(found(shown, cut, People(), **values_of(shown, cut, agent.pk))))


def keys(rows):
    return [case.pk for case in rows]


def test_what_is_due_comes_first_and_what_never_is_last(cases, ada):
    assert keys(page("", ada, size=20).rows) == keys(cases)


@pytest.mark.parametrize("query", ORDERS)
def test_each_order_is_paged_in_both_directions_without_a_gap(cases, ada, query):
    whole, seen = keys(page(query, ada, size=20).rows), page(query, ada)
    pages = [seen]
    while seen.older_url:
        seen = page(query, ada, seen.older_url)
        pages.append(seen)
    assert [key for each in pages for key in keys(each.rows)] == whole
    assert len(whole) == 9
    for above, below in pairwise(pages):
        assert keys(page(query, ada, below.newer_url).rows) == keys(above.rows)


@pytest.mark.parametrize("query", ORDERS)
def test_the_next_case_is_the_row_behind_it(cases, ada, query, django_assert_num_queries):
    whole = page(query, ada, size=20).rows
    with django_assert_num_queries(len(whole) * (2 if "q=" in query else 1)):
        following = [next_case(query, case, agent=ada) for case in whole]
    assert following == [*whole[1:], None]


def test_the_next_case_is_one_of_the_same_list(cases, ada):
    mine = cases[4]
    Case.objects.filter(pk=mine.pk).update(assigned_to=ada)
    assert next_case("agent=me", cases[0], agent=ada) == mine
    assert next_case("agent=me", mine, agent=ada) is None


@pytest.mark.parametrize("cursor", ["_x", "nonsense_1", "_", "_1", "9999-12-31T23:59:59.999999+0000_1"])
def test_an_odd_cursor_shows_a_page(cases, ada, cursor):
    for direction in ("older", "newer"):
        page("", ada, f"{direction}={cursor}")
