"""Menus offer what the reader may open, and nothing else."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import RecordPermission, User, WebRole
from portal.models import Page, WebLink, WebLinkTranslation
from tests.cases.factories import make_case
from tests.portal.factories import make_link, make_page, restrict


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


def test_the_right_to_preview_a_page_brings_no_entry(sign_in, alice, ivan):
    restrict("/forums/", "Portal Finance User")
    restrict("/forums/", "Portal IT User", right="preview")
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
    assert (
        menu.index(">Cases")
        < menu.index(">Elsewhere")
        < menu.index(">Open cases")
        < menu.index(">Knowledge base")
    )


def test_entries_below_a_hidden_entry_are_hidden(sign_in, alice, fiona):
    invoices = WebLink.objects.get(menu="primary", label="Invoices")
    make_link("How to pay", url="https://pay.example/", parent=invoices)
    assert "https://pay.example/" in sign_in(fiona).get("/").text
    assert "https://pay.example/" not in sign_in(alice).get("/").text


def test_a_link_to_another_site_is_for_everyone(sign_in, alice, ada, visitor, settings):
    settings.DEMO_MODE = True
    make_link("Status page", url="https://status.example/", menu="footer")
    for browser in (sign_in(alice), sign_in(ada), visitor):
        assert '<a href="https://status.example/">Status page</a>' in menu_of(
            browser.get("/mailbox/"), "Footer"
        )


def test_entries_stand_in_the_order_that_administrators_gave_them(sign_in, alice):
    make_link("Third", url="https://example.org/3", position=300)
    make_link("First", url="https://example.org/1", position=1)
    make_link("Also first", url="https://example.org/2", position=1)
    assert labels(sign_in(alice).get("/")) == [
        "First",
        "Also first",
        "Cases",
        "Knowledge base",
        "Forums",
        "Third",
    ]


@pytest.mark.parametrize(
    ("url", "current"),
    [("/", []), ("/cases/", ["Cases"]), ("/cases/new/", ["Cases"]), ("/forums/", ["Forums"])],
)
def test_the_entry_of_the_page_in_view_is_marked(sign_in, alice, url, current):
    page = sign_in(alice).get(url)
    assert [item.label for item in page.context["navigation"].primary if item.is_current] == current
    assert menu_of(page).count('aria-current="page"') == len(current)


def test_the_entry_of_a_case_is_marked_on_its_page_and_home_only_at_home(sign_in, alice):
    make_link("Home", "/", position=1)
    browser = sign_in(alice)
    shown = {
        url: browser.get(url).context["navigation"].primary
        for url in ("/", make_case(alice).get_absolute_url())
    }
    assert [[item.label for item in items if item.is_current] for items in shown.values()] == [
        ["Home"],
        ["Cases"],
    ]


def test_an_entry_for_a_page_is_for_those_who_may_read_it(sign_in, alice, fiona):
    page = make_page("/prices/")
    restrict("/prices/", "Portal Finance User")
    WebLink.objects.create(label="Prices", page=page)
    assert "Prices" in labels(sign_in(fiona).get("/"))
    assert "Prices" not in labels(sign_in(alice).get("/"))


@pytest.mark.parametrize(
    "fields",
    [
        {"is_draft": True},
        {"published_from": timezone.now() + timedelta(days=1)},
        {"published_until": timezone.now() - timedelta(days=1)},
        {"hidden_from_menus": True},
    ],
)
def test_an_entry_for_a_page_that_is_not_there_for_readers_is_hidden_even_from_previewers(
    sign_in, ivan, fields
):
    WebLink.objects.create(label="News", page=make_page("/news/"))
    restrict("/news/", "Portal IT User", right="preview")
    browser = sign_in(ivan)
    assert "News" in labels(browser.get("/"))
    Page.objects.filter(path="/news/").update(**fields)
    assert "News" not in labels(browser.get("/"))


def test_an_entry_below_a_draft_is_hidden(sign_in, alice):
    make_page("/news/", is_draft=True)
    WebLink.objects.create(label="May", page=make_page("/news/may/"))
    assert "May" not in labels(sign_in(alice).get("/"))


@pytest.mark.parametrize(
    ("url", "is_shown"),
    [
        ("/cases/?state=open", True),
        ("/CASES/new/", True),
        ("/invoices/?state=open", False),
        ("/invoices/x/", False),
        ("/users/", False),
        ("/mailbox/", True),
        ("/accounts/email/", True),
        ("mailto:help@acme.example", True),
    ],
)
def test_an_address_within_the_portal_is_judged_by_the_page_that_it_belongs_to(sign_in, alice, url, is_shown):
    make_link("Here", url=url)
    assert ("Here" in labels(sign_in(alice).get("/"))) is is_shown


def test_an_address_within_a_restricted_branch_is_hidden(sign_in, alice):
    make_link("Mail", url="/mailbox/1/")
    restrict("/mailbox/", "Portal IT User")
    assert "Mail" not in labels(sign_in(alice).get("/"))


def test_a_visitor_is_offered_the_pages_that_a_rule_opens_to_visitors(visitor, settings):
    settings.DEMO_MODE = True
    for path in ("/terms-of-sale/", "/intern/"):
        WebLink.objects.create(label=path, page=make_page(path), menu="footer")
    make_link("Sign in", url="/accounts/login/", menu="footer")
    make_link("Profile", url="/profile/", menu="footer")
    assert labels(visitor.get("/mailbox/"), "footer") == ["Sign in"]
    restrict("/terms-of-sale/", "Anonymous Users")
    restrict("/intern/", "Authenticated Users")
    assert sorted(labels(visitor.get("/mailbox/"), "footer")) == ["/terms-of-sale/", "Sign in"]


def test_a_visitor_is_offered_the_records_that_visitors_may_read(visitor, settings):
    settings.DEMO_MODE = True
    assert "Knowledge base" not in labels(visitor.get("/mailbox/"))
    role = WebRole.objects.get(name="Anonymous Users")
    RecordPermission.objects.create(role=role, record_type="article", scope="global", can_read=True)
    assert labels(visitor.get("/mailbox/")) == ["Knowledge base"]


def test_a_heading_is_shown_above_what_the_reader_may_open_and_not_above_nothing(sign_in, alice, fiona):
    heading = make_link("Money", position=1)
    make_link("Invoices of mine", "/invoices/", parent=heading)
    assert labels(sign_in(fiona).get("/"))[0] == "Money"
    assert "Money" not in labels(sign_in(alice).get("/"))
    page = sign_in(fiona).get("/")
    assert 'href=""' not in page.text
    assert 'href="/invoices/"' in menu_of(page)


@pytest.mark.parametrize("menu", ["primary", "footer", "profile"])
def test_each_menu_shows_headings_and_what_is_below_them(sign_in, alice, menu):
    heading = make_link("More", menu=menu)
    make_link("Elsewhere", url="https://elsewhere.example/", parent=heading, menu=menu)
    page = sign_in(alice).get("/")
    assert page.text.index(">More") < page.text.index('href="https://elsewhere.example/"')
    assert 'href=""' not in page.text


def test_a_label_is_shown_in_the_readers_language(sign_in, alice, settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("de-at", "Österreich"), ("fr", "Français")]
    link = make_link("Prices", url="https://prices.example/", position=1)
    WebLinkTranslation.objects.create(link=link, language="de", label="Preise")
    browser = sign_in(alice)
    shown = {}
    for language in ("en", "de", "de-at", "fr"):
        User.objects.update(language=language)
        shown[language] = labels(browser.get("/"))[0]
    assert shown == {"en": "Prices", "de": "Preise", "de-at": "Preise", "fr": "Prices"}
