"""Menus offer what the reader may open, and nothing else."""

import re

import pytest
from django.urls import reverse

from accounts.models import WebRole
from portal.models import WebLink
from tests.cases.factories import make_case
from tests.portal.factories import make_link, restrict

LINKS = reverse("admin:portal_weblink_changelist")


def labels(response, menu="primary"):
    return [item.label for item in getattr(response.context["navigation"], menu)]


def menu_of(response, name="Main"):
    """The HTML of the first menu with this name."""
    return re.search(rf'<nav[^>]*aria-label="{name}".*?</nav>', response.text, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("alice", ["Cases", "Knowledge base", "Forums"]),
        ("bob", ["Cases", "Knowledge base", "Forums", "Manage users"]),
        ("fiona", ["Cases", "Knowledge base", "Forums", "Invoices"]),
        ("ada", []),
    ],
)
def test_the_menu_has_entries_for_records_that_the_reader_may_read(sign_in, request, person, expected):
    page = sign_in(request.getfixturevalue(person)).get("/")
    assert labels(page) == expected
    assert ('href="/invoices/"' in page.text) is ("Invoices" in expected)


def test_a_visitor_is_offered_nothing_that_needs_records(visitor, settings):
    settings.DEMO_MODE = True
    page = visitor.get("/mailbox/")
    assert labels(page) == []
    assert labels(page, "footer") == []
    assert 'href="/cases/"' not in page.text


def test_an_entry_goes_with_the_page_rule_and_comes_back_with_the_role(sign_in, alice):
    browser = sign_in(alice)
    restrict("/forums/", "Portal IT User")
    assert labels(browser.get("/")) == ["Cases", "Knowledge base"]
    alice.roles.add(WebRole.objects.get(name="Portal IT User"))
    assert labels(browser.get("/")) == ["Cases", "Knowledge base", "Forums"]


def test_a_rule_above_hides_the_entries_of_its_branch(sign_in, fiona, ivan):
    restrict("/", "Portal IT User")
    make_link("Elsewhere", url="https://elsewhere.example/")
    page = sign_in(fiona).get("/accounts/email/")
    assert labels(page) == ["Elsewhere"]
    assert labels(page, "profile") == []
    assert labels(sign_in(ivan).get("/accounts/email/"), "profile") == ["Profile"]


def test_the_right_to_change_a_page_brings_no_entry(sign_in, alice, ivan):
    restrict("/forums/", "Portal Finance User")
    restrict("/forums/", "Portal IT User", right="change")
    assert "Forums" not in labels(sign_in(ivan).get("/"))


def test_the_entry_goes_with_the_grant(sign_in, fiona):
    browser = sign_in(fiona)
    assert "Invoices" in labels(browser.get("/"))
    fiona.roles.clear()
    assert "Invoices" not in labels(browser.get("/"))


def test_entries_below_an_entry_are_shown_below_it(sign_in, alice):
    cases = WebLink.objects.get(menu="primary", label="Cases")
    make_link("Invoices of mine", "/invoices/", parent=cases)
    make_link("Open cases", "/cases/", parent=cases, position=20)
    make_link("Elsewhere", url="https://elsewhere.example/", parent=cases, position=10)
    page = sign_in(alice).get("/")
    shown = page.context["navigation"].primary[0]
    assert [child.label for child in shown.children] == ["Elsewhere", "Open cases"]
    assert labels(page) == ["Cases", "Knowledge base", "Forums"]
    menu = menu_of(page)
    assert menu.index(">Cases") < menu.index(">Elsewhere") < menu.index(">Open cases") < menu.index(">Knowledge base")


def test_entries_below_a_hidden_entry_are_hidden(sign_in, alice, fiona):
    invoices = WebLink.objects.get(menu="primary", label="Invoices")
    make_link("How to pay", url="https://pay.example/", parent=invoices)
    assert "https://pay.example/" in sign_in(fiona).get("/").text
    assert "https://pay.example/" not in sign_in(alice).get("/").text


def test_a_link_to_another_site_is_for_everyone(sign_in, alice, ada, visitor, settings):
    settings.DEMO_MODE = True
    make_link("Status page", url="https://status.example/", menu="footer")
    for browser in (sign_in(alice), sign_in(ada), visitor):
        assert '<a href="https://status.example/">Status page</a>' in menu_of(browser.get("/mailbox/"), "Footer")


def test_entries_stand_in_the_order_that_administrators_gave_them(sign_in, alice):
    make_link("Third", url="https://example.org/3", position=300)
    make_link("First", url="https://example.org/1", position=1)
    make_link("Also first", url="https://example.org/2", position=1)
    assert labels(sign_in(alice).get("/")) == ["First", "Also first", "Cases", "Knowledge base", "Forums", "Third"]


@pytest.mark.parametrize(("url", "current"), [("/", []), ("/cases/", ["Cases"]), ("/cases/new/", ["Cases"]), ("/forums/", ["Forums"])])
def test_the_entry_of_the_page_in_view_is_marked(sign_in, alice, url, current):
    page = sign_in(alice).get(url)
    assert [item.label for item in page.context["navigation"].primary if item.is_current] == current
    assert menu_of(page).count('aria-current="page"') == len(current)


def test_the_entry_of_a_case_is_marked_on_its_page_and_home_only_at_home(sign_in, alice):
    make_link("Home", "/", position=1)
    browser = sign_in(alice)
    shown = {url: browser.get(url).context["navigation"].primary for url in ("/", make_case(alice).get_absolute_url())}
    assert [[item.label for item in items if item.is_current] for items in shown.values()] == [["Home"], ["Cases"]]


def test_adas_edit_of_a_menu_holds_from_the_next_request(sign_in, ada, alice):
    desk, browser = sign_in(ada), sign_in(alice)
    browser.get("/")
    link = {"menu": "primary", "label": "Shop", "url": "https://shop.example/", "position": 5}
    assert desk.post(reverse("admin:portal_weblink_add"), link).status_code == 302
    assert labels(browser.get("/"))[0] == "Shop"
    desk.post(reverse("admin:portal_weblink_delete", args=[WebLink.objects.get(label="Shop").pk]), {"post": "yes"})
    assert "Shop" not in labels(browser.get("/"))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({}, "Choose a page or write an address, not both."),
        ({"url": "https://shop.example/", "page": "1"}, "Choose a page or write an address, not both."),
        ({"url": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"url": "https://shop.example/", "menu": "footer", "parent": "cases"}, "The entry above belongs to another menu."),
    ],
)
def test_an_entry_that_leads_nowhere_is_explained(sign_in, ada, fields, complaint):
    if "parent" in fields:
        fields |= {"parent": WebLink.objects.get(menu="primary", label="Cases").pk}
    if "page" in fields:
        fields |= {"page": WebLink.objects.get(menu="primary", label="Cases").page_id}
    page = sign_in(ada).post(reverse("admin:portal_weblink_add"), {"menu": "primary", "label": "Shop", "position": 5, **fields})
    assert complaint in page.text
    assert not WebLink.objects.filter(label="Shop").exists()
