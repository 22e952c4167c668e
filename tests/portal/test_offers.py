"""Pages lead nobody to what they would be refused."""

import pytest
from django.urls import reverse

from accounts.models import RecordPermission, WebRole
from tests.cases.factories import make_case, status
from tests.knowledgebase.factories import make_article
from tests.portal.factories import restrict

NEW, SEARCH = reverse("cases:new"), reverse("search")
FINANCE = "Portal Finance User"


@pytest.fixture
def pages(alice):
    """Each page that offers to open a case."""
    closed = make_case(alice, "Done")
    closed.move_to(status("resolved"), now=closed.created_at)
    closed.save()
    article = make_article("Freezers")
    return [
        "/",
        "/cases/?view=all",
        "/cases/?q=nothing-like-it",
        closed.get_absolute_url(),
        f"{SEARCH}?q=nothing-like-it",
        f"{reverse('search_suggest')}?q=nothing-like-it&for=help",
        f"{reverse('knowledgebase:list')}?q=nothing-like-it",
        f"{reverse('knowledgebase:list')}?q=freezers",
        article.get_absolute_url(),
    ]


def offering(browser, pages, path):
    return [page for page in pages if f'"{path}' in browser.get(page).text]


def test_who_may_open_a_case_is_led_to_it(sign_in, alice, pages):
    assert offering(sign_in(alice), pages, NEW) == pages


def test_where_a_rule_closes_the_page_to_her_nobody_is(sign_in, alice, pages):
    restrict(NEW, FINANCE)
    browser = sign_in(alice)
    assert browser.get(NEW).status_code == 403
    assert offering(browser, pages, NEW) == []


def test_whom_the_rule_names_is(sign_in, alice, pages):
    restrict(NEW, FINANCE)
    WebRole.objects.get(name=FINANCE).contacts.add(alice)
    browser = sign_in(alice)
    assert browser.get(NEW).status_code == 200
    assert offering(browser, pages, NEW) == pages


def test_without_the_right_to_open_cases_nobody_is(sign_in, alice, pages):
    RecordPermission.objects.filter(record_type="case").update(can_create=False)
    browser = sign_in(alice)
    assert browser.get(NEW).status_code == 403
    assert offering(browser, pages, NEW) == []


def test_visitors_are_not_led_to_what_asks_them_to_sign_in_first(visitor, db):
    make_article("Freezers")
    RecordPermission.objects.create(
        role=WebRole.objects.get(for_anonymous=True), record_type="article", scope="global", can_read=True
    )
    page = visitor.get(f"{SEARCH}?q=nothing-like-it")
    assert page.status_code == 200
    assert NEW not in page.text


@pytest.mark.parametrize("page", ["/", "/cases/", "/profile/", NEW])
def test_the_search_is_offered_where_its_page_is_open(sign_in, alice, page):
    browser = sign_in(alice)
    assert f'action="{SEARCH}"' in browser.get(page).text
    restrict(SEARCH, FINANCE)
    assert browser.get(SEARCH).status_code == 403
    text = browser.get(page).text
    assert f'action="{SEARCH}"' not in text
    assert reverse("search_suggest") not in text
