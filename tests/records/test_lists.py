"""What is true of every list of records: asked of each surface that has one."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse
from openpyxl import load_workbook

from accounts.models import Account, Activity, Contact, RecordPermission
from records.actions import exports
from records.actions.saved_views import MOST_VIEWS
from records.models import SavedView
from records.pages import page_of
from records.surfaces import Surface, surfaces
from tests.factories import grant, make_contact
from tests.records.addresses import routes
from tests.records.crowds import MANY, crowd_of, crowds
from tests.records.plans import as_reader, form_of, plan_of

LISTED = [surface for surface in surfaces() if surface.listing]
FILED = [surface for surface in LISTED if surface.listing.columns]
OWNED = [surface for surface in LISTED if surface.record_type.belongs_to_somebody]
BY_QUERIES = 5
"""Of a list: revision, session, user, contact, and its rows."""
FEW = MANY // 20 + 100
"""Rows that may be looked at for a page of 25: a tab that has few is sorted by hand where another order than
the usual one is asked for."""


def each(listed: list[Surface[Any]]) -> Any:
    return pytest.mark.parametrize("surface", listed, ids=lambda surface: surface.name)


@pytest.fixture
def reader(alice: Contact) -> Contact:
    """May read whatever there is: of their account, or of everybody where it belongs to nobody."""
    for surface in LISTED:
        gate = surface.granted
        grant(alice, gate.name, "account" if gate.account else "global", "read", "create")
    return Contact.objects.get(pk=alice.pk)


@pytest.fixture
def colleague(acme: Account, reader: Contact) -> Contact:
    """Reads what the reader reads."""
    contact = make_contact("Carl", acme)
    contact.roles.set(reader.roles.all())
    return contact


def place_of(surface: Surface[Any], record: Any) -> dict[str, Any]:
    """What the address of the list says of the record that it stands in."""
    parent = surface.listing.parent
    return dict(resolve(getattr(record, parent).get_absolute_url()).kwargs) if parent else {}


def address(surface: Surface[Any], record: Any, name: str = "", **arguments: Any) -> str:
    place = {key: value for key, value in place_of(surface, record).items() if key != "surface"}
    return reverse(f"{surface.namespace}:{name or surface.listing.name}", kwargs={**place, **arguments})


def sample(surface: Surface[Any], contact: Contact) -> Any:
    return surface.sample(contact.account, contact)


def file_of(browser: Client, surface: Surface[Any], record: Any, kind: str = "csv", **query: str) -> bytes:
    response = browser.get(address(surface, record, "export", kind=kind), query)
    assert response.status_code == 200
    return b"".join(response.streaming_content)


def lines_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_lists_have_the_same_routes_everywhere_and_each_says_of_which_surface_it_is():
    found: dict[str, set[str]] = {}
    for name, route in routes():
        if surface := getattr(route, "default_args", {}).get("surface"):
            found.setdefault(surface.name, set()).add(name.removeprefix(f"{surface.namespace}:"))
    for surface in LISTED:
        kept = {"view_save", "view_delete"}
        files = {"export"} if surface.listing.columns else set()
        assert found[surface.name] >= {surface.listing.name} | kept | files


def test_every_list_has_a_crowd():
    assert {surface.name for surface in LISTED} == crowds().keys()


@each(LISTED)
def test_a_list_costs_the_same_for_one_row_and_for_fifty(
    surface: Surface[Any], reader: Contact, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    browser, url, counts = sign_in(reader), address(surface, record), []
    for more in (0, 49):
        for _ in range(more):
            sample(surface, reader)
        browser.get(url)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(url)
        counts.append(len(queries))
        assert len(page.context["page"].rows) == min(more + 1, 25)
    besides = 2 if surface.listing.parent else 0  # the record that it stands in, and what is pinned there
    assert counts == [BY_QUERIES + besides] * 2


@each(LISTED)
def test_a_list_shows_its_rows_to_a_reader_and_to_nobody_else(
    surface: Surface[Any], reader: Contact, charlie: Contact, ada: Any, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    url = address(surface, record)
    title = surface.line(record, reader).title
    assert title in sign_in(reader).get(url).text
    if surface in OWNED:
        charlie.roles.set(reader.roles.all())
        other = sign_in(charlie).get(url)
        assert (other.status_code, other.context["page"].rows) == (200, [])
    RecordPermission.objects.filter(record_type=surface.granted.name).delete()
    for person in (reader, charlie, ada):
        assert sign_in(person).get(url).status_code in (403, 404)
    assert sign_in(None).get(url).status_code == 302


@each(FILED)
def test_a_file_holds_what_the_reader_may_see_and_nobody_elses_rows(
    surface: Surface[Any], reader: Contact, charlie: Contact, ada: Any, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    _heads, line = lines_of(file_of(sign_in(reader), surface, record))
    assert surface.line(record, reader).title in line
    if surface in OWNED:
        charlie.roles.set(reader.roles.all())
        assert len(lines_of(file_of(sign_in(charlie), surface, record))) == 1
    RecordPermission.objects.filter(record_type=surface.granted.name).delete()
    url = address(surface, record, "export", kind="csv")
    for person in (reader, charlie, ada):
        assert sign_in(person).get(url).status_code in (403, 404)
    assert sign_in(None).get(url).status_code == 302


@each(FILED)
def test_it_is_recorded_who_took_a_list_out(
    surface: Surface[Any], reader: Contact, bob: Contact, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    file_of(sign_in(reader), surface, record, "xlsx")
    line = Activity.objects.get(verb=f"{surface.name}.exported")
    assert (line.actor, line.contact, line.details) == (reader.user, reader, {"count": 1, "kind": "xlsx"})
    [told] = sign_in(bob).get("/users/log/", {"kind": "download"}).context["lines"]
    assert (told.what, told.facts[0].endswith(": 1")) == (
        str(surface.told_downloads[f"{surface.name}.exported"].words),
        True,
    )


@each(FILED)
def test_a_file_costs_the_same_for_one_row_and_for_many_and_both_kinds_say_the_same(
    surface: Surface[Any], reader: Contact, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    browser, counts = sign_in(reader), []
    file_of(browser, surface, record)  # what is read once in a process is known
    for more in (0, 9):
        for _ in range(more):
            sample(surface, reader)
        with CaptureQueriesContext(connection) as queries:
            lines = lines_of(file_of(browser, surface, record))
        counts.append(len(queries))
        assert len(lines) == more + 2
    assert counts[0] == counts[1]
    sheet = load_workbook(io.BytesIO(file_of(browser, surface, record, "xlsx"))).active
    assert [cell.value for cell in sheet[1]] == lines[0]
    assert (sheet.max_row, sheet.max_column) == (len(lines), len(surface.listing.columns))


@each(FILED)
def test_a_list_that_is_too_long_is_refused_with_a_word_on_what_to_do(
    surface: Surface[Any], reader: Contact, sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
):
    record, _other = sample(surface, reader), sample(surface, reader)
    monkeypatch.setattr(exports, "MOST_ROWS", 1)
    response = sign_in(reader).get(address(surface, record, "export", kind="csv"), follow=True)
    assert "The list has more than 1 " in response.text
    assert not Activity.objects.filter(verb=f"{surface.name}.exported").exists()


@each(LISTED)
def test_a_saved_view_is_its_keepers_own_and_of_one_type(
    surface: Surface[Any], reader: Contact, colleague: Contact, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    url, browser, other = address(surface, record), sign_in(reader), sign_in(colleague)
    view = surface.listing.form.views[-1][0]
    browser.post(address(surface, record, "view_save"), {"name": "Kept", "query": f"view={view}&older=x"})
    kept = SavedView.objects.get()
    assert (kept.contact, kept.record_type, kept.query) == (reader, surface.name, f"view={view}")
    elsewhere = SavedView.objects.create(
        contact=reader, record_type="nothing", name="Elsewhere", query="view=all"
    )
    assert [each["name"] for each in browser.get(url).context["saved_views"]] == ["Kept"]
    assert [each["name"] for each in browser.get(url, {"q": "nobody"}).context["saved_views"]] == ["Kept"]
    for query in ({}, {"q": "nobody"}):
        assert other.get(url, query).context["saved_views"] == []
    other.post(address(surface, record, "view_delete", pk=kept.pk))
    browser.post(address(surface, record, "view_delete", pk=elsewhere.pk))
    assert SavedView.objects.count() == 2
    browser.post(address(surface, record, "view_delete", pk=kept.pk))
    assert list(SavedView.objects.all()) == [elsewhere]


@each(LISTED)
def test_a_contact_keeps_twenty_views_of_each_type(
    surface: Surface[Any], reader: Contact, sign_in: Callable[..., Client]
):
    record = sample(surface, reader)
    SavedView.objects.bulk_create(
        SavedView(contact=reader, record_type=record_type, name=f"View {n}", query="q=x")
        for record_type, many in ((surface.name, MOST_VIEWS), ("another", 1))
        for n in range(many)
    )
    url = address(surface, record, "view_save")
    page = sign_in(reader).post(url, {"name": "One more", "query": "q=y"})
    assert "You have reached the limit of 20 views" in page.text
    assert 'value="One more"' in page.text
    assert sign_in(reader).post(url, {"name": "View 3", "query": "q=y"}).status_code == 302
    assert SavedView.objects.filter(record_type=surface.name).count() == MOST_VIEWS
    assert SavedView.objects.get(record_type=surface.name, name="View 3").query.endswith("q=y")


@each(LISTED)
@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense&sort=colour&more=1",
        "q=%00&view=%00",
        "q=%27%20%26%20%21%28%3A%2A%25_",
        "older=%00&newer=9_9",
        "older=2025-13-01_1",
        "newer=0001-01-01T00:00:00.000000%2B0000_1",
        "older=9999-12-31_99999999999999999999",
        "since=0001-01-01&until=9999-12-31&more=1",
        "since=yesterday&until=%00",
    ],
)
def test_an_odd_address_shows_a_list(
    surface: Surface[Any], query: str, reader: Contact, sign_in: Callable[..., Client]
):
    url = address(surface, sample(surface, reader))
    assert sign_in(reader).get(f"{url}?{query}").status_code == 200


def orders_of(surface: Surface[Any], contact: Contact) -> Iterator[str]:
    """Each tab in each of the orders that it offers."""
    for view, _label in surface.listing.form.views or [("", "")]:
        sort = form_of(surface, contact, f"view={view}").fields.get("sort")
        for order, _words in sort.choices if sort else [("", "")]:  # type: ignore[attr-defined]
            yield f"view={view}&sort={order}"


@each(LISTED)
def test_lists_of_many_records_are_found_by_an_index_and_paged_in_both_directions(
    surface: Surface[Any], db: None
):
    """One test: to make the records takes longer than to look at them."""
    crowd, gate = crowd_of(surface), surface.granted
    within = {surface.listing.parent: crowd.parent} if crowd.parent else {}
    faults = []
    for scope in gate.scopes:
        for contact in (crowd.big, crowd.small):
            someone = as_reader(contact, gate.name, scope)
            for order in orders_of(surface, someone):
                assert paged(surface, someone, order, within) == expected(surface, someone, order, within)
                plan = plan_of(surface, someone, order, **within)
                is_usual = order.endswith("sort=")
                if plan.walks_through_all or (is_usual and plan.sorts_many) or plan.looked_at > FEW:
                    faults.append((scope, contact is crowd.big, order, plan.looked_at, plan.indexes))
    assert faults == []


def expected(surface: Surface[Any], contact: Contact, order: str, within: dict[str, int]) -> list[int]:
    """Of three pages, by one query that is neither compiled nor cut."""
    shown = form_of(surface, contact, order).filter
    parts = shown.parts(surface.visible_to(contact).filter(**within), contact)
    keys = {row.pk for part in parts for row in part.only("pk")}
    rows = surface.model.objects.filter(pk__in=keys).order_by(f"-{shown.by}", "-pk")
    return [row.pk for row in rows.only("pk")[:75]]


def paged(surface: Surface[Any], contact: Contact, order: str, within: dict[str, int]) -> list[int]:
    """Down three pages; on the way up, each is what it was."""
    shown, found, seen = form_of(surface, contact, order).filter, [], ""
    pages = []
    for _ in range(3):
        page = page_of(surface, contact, shown, QueryDict(seen.removeprefix("?")), **within)
        pages.append(page)
        if not page.older_url:
            break
        seen = page.older_url
    for below, above in zip(reversed(pages), list(reversed(pages))[1:], strict=False):
        again = page_of(surface, contact, shown, QueryDict(below.newer_url.removeprefix("?")), **within)
        assert [row.pk for row in again.rows] == [row.pk for row in above.rows]
    for page in pages:
        found += [row.pk for row in page.rows]
    return found
