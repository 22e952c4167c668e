"""Old addresses lead on, to those who may read what they lead to."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.models import Activity
from portal.actions.redirects import leads_back
from portal.models import Redirect
from tests.factories import make_user
from tests.portal.factories import make_page, restrict
from tests.races import at_once, commits

ADD = reverse("admin:portal_redirect_add")
FINANCE = "Portal Finance User"


def lead(from_path, to, **fields):
    return Redirect.objects.create(from_path=from_path, to=to, **fields)


@pytest.mark.parametrize("status", [301, 302])
def test_an_old_address_leads_to_the_page_with_the_query(sign_in, alice, status):
    make_page("/help/")
    lead("/support/", "/help/", status=status)
    response = sign_in(alice).get("/support/?a=b&c=%26")
    assert (response.status_code, response.url) == (status, "/help/?a=b&c=%26")


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("https://other.example/x", "https://other.example/x?a=b"),
        ("https://other.example/x?c=d#e", "https://other.example/x?c=d&a=b#e"),
        ("/cases/?state=open", "/cases/?state=open&a=b"),
    ],
)
def test_a_target_keeps_its_own_query_and_fragment(sign_in, alice, to, expected):
    lead("/support/", to)
    assert sign_in(alice).get("/support/?a=b").url == expected


@pytest.mark.parametrize(
    "spelling", ["/support/faq.aspx", "/Support/FAQ.aspx", "//support/faq.aspx/", "/support/faq.aspx/"]
)
def test_letter_case_and_the_last_slash_make_no_difference(sign_in, alice, spelling):
    lead("/support/faq.aspx/", "https://other.example/")
    assert sign_in(alice).get("/", PATH_INFO=spelling).url == "https://other.example/"


def test_what_the_portal_or_a_page_answers_is_not_led_elsewhere(sign_in, alice):
    make_page("/help/", "Words")
    for path in ("/cases/", "/help/"):
        lead(path, "https://other.example/")
        assert sign_in(alice).get(path).status_code == 200


def test_a_redirect_tells_nobody_of_a_page_that_they_may_not_read(sign_in, visitor, alice, fiona):
    make_page("/help/prices/")
    restrict("/help/prices/", FINANCE)
    make_page("/news/", is_draft=True)
    lead("/prices/", "/help/prices/")
    lead("/old-news/", "/news/")
    assert sign_in(fiona).get("/prices/").url == "/help/prices/"
    assert sign_in(alice).get("/prices/").status_code == 404
    assert visitor.get("/prices/").url == "/accounts/login/?next=/prices/"
    assert [
        browser.get("/old-news/").status_code for browser in (sign_in(fiona), sign_in(alice), visitor)
    ] == [404, 404, 404]


def test_a_rule_on_the_way_to_the_old_address_counts(sign_in, visitor, alice, fiona):
    lead("/help/prices/old/", "https://other.example/")
    restrict("/help/prices/", FINANCE)
    assert sign_in(fiona).get("/help/prices/old/").status_code == 301
    assert sign_in(alice).get("/help/prices/old/").status_code == 403
    assert visitor.get("/help/prices/old/").url.startswith("/accounts/login/")


def test_forms_are_not_led_elsewhere(sign_in, alice):
    lead("/support/", "https://other.example/")
    assert sign_in(alice).post("/support/").status_code == 404
    assert sign_in(alice).head("/support/").status_code == 301


def test_no_browser_keeps_a_redirect_for_good(sign_in, alice):
    lead("/support/", "https://other.example/")
    assert "no-store" in sign_in(alice).get("/support/")["Cache-Control"]


def add(desk, from_path, to, **fields):
    return desk.post(ADD, {"from_path": from_path, "to": to, "status": 301, **fields})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("/Support/FAQ.aspx", "/support/faq.aspx/"),
        ("support", "/support/"),
        ("//a//b", "/a/b/"),
        ("/caf%C3%A9/", "/café/"),
    ],
)
def test_ada_may_write_an_old_address_in_any_way_and_it_is_kept_in_one(sign_in, ada, typed, kept):
    assert add(sign_in(ada), typed, "/cases/", note="From the old site").status_code == 302
    assert Redirect.objects.get().from_path == kept
    line = Activity.objects.get(verb="redirect.added")
    assert (line.label, line.details["to"], line.is_internal) == (kept, "/cases/", True)


@pytest.mark.parametrize(
    ("from_path", "complaint"),
    [
        ("/cases/", "is used by the portal itself"),
        ("/cases", "is used by the portal itself"),
        ("/HEALTHZ", "is used by the portal itself"),
        ("/admin/x/", "is used by the portal itself"),
        ("/static/css/portal.css", "is used by the portal itself"),
        ("/", "is used by the portal itself"),
        ("/help", "There is already a page at"),
        ("/support/?id=7", "without a query (?) or fragment (#)"),
        ("/support/../cases/", "without a query (?) or fragment (#)"),
        ("/a b/", "without a query (?) or fragment (#)"),
        ("/x\\y", "without a query (?) or fragment (#)"),
        ("x" * 301, "at most 300 characters"),
        ("/x/\x00", "Null characters"),
        ("/%00/", "without a query (?) or fragment (#)"),
        ("/%ED%A0%80/", ""),
    ],
)
def test_an_address_that_cannot_lead_on_is_explained(sign_in, ada, from_path, complaint):
    make_page("/help/")
    page = add(sign_in(ada), from_path, "https://other.example/")
    if complaint:
        assert complaint in page.text
        assert not Redirect.objects.exists()
    else:
        assert page.status_code in (200, 302)


@pytest.mark.parametrize(
    "to",
    ["javascript:alert(1)", "http://other.example/", "//other.example/", "/\\other.example/", "", "x" * 600],
)
def test_an_odd_target_is_explained(sign_in, ada, to):
    page = add(sign_in(ada), "/support/", to)
    assert page.context["adminform"].form.errors["to"]
    assert not Redirect.objects.exists()


@pytest.mark.parametrize(
    ("others", "to"),
    [
        ({}, "/a/"),
        ({}, "/A?x=1"),
        ({"/b/": "/a/"}, "/b/"),
        ({"/b/": "/c/#x", "/c/": "/d/?y", "/d/": "/a"}, "/b/"),
        ({"/b/": "/c/", "/c/": "/b/"}, "/b/"),
    ],
)
def test_a_circle_is_refused_however_long(sign_in, ada, others, to):
    for from_path, target in others.items():
        lead(from_path, target)
    page = add(sign_in(ada), "/a/", to)
    assert "This redirect would lead back to its own address." in page.text
    assert not Redirect.objects.filter(from_path="/a/").exists()


def test_a_chain_that_ends_is_fine_and_a_redirect_may_be_saved_again(sign_in, ada):
    lead("/b/", "/c/")
    desk = sign_in(ada)
    assert add(desk, "/a/", "/b/").status_code == 302
    redirect = Redirect.objects.get(from_path="/a/")
    url = reverse("admin:portal_redirect_change", args=[redirect.pk])
    assert desk.post(url, {"from_path": "/a/", "to": "/c/", "status": 302}).status_code == 302
    redirect.refresh_from_db()
    assert (redirect.to, redirect.status) == ("/c/", 302)


def test_the_database_itself_refuses_a_redirect_to_itself(db):
    with pytest.raises(IntegrityError, match="portal_redirect_leads_elsewhere"):
        lead("/a/", "/a/")


def test_redirects_are_found_by_what_they_say(sign_in, ada):
    lead("/a/", "/cases/", note="Spring catalogue")
    lead("/b/", "/forums/")
    page = sign_in(ada).get(reverse("admin:portal_redirect_changelist"), {"q": "catalogue"})
    assert [row.from_path for row in page.context["cl"].result_list] == ["/a/"]


class TestAtOnce:
    pytestmark = commits

    def test_two_administrators_make_no_circle_together(self, sign_in):
        people = [
            make_user(f"ada{number}@portal.example", is_staff=True, is_superuser=True) for number in range(2)
        ]
        desks = [sign_in(person) for person in people]
        ways = [("/a/", "/b/"), ("/b/", "/a/")]
        statuses = at_once(2, lambda number: add(desks[number], *ways[number]).status_code)
        assert sorted(statuses) == [200, 302]
        assert not leads_back(Redirect.objects.get())
