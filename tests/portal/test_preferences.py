"""Light or dark, and for which of the own contacts one acts."""

import uuid

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from cases.models import Case
from tests.cases.factories import make_case
from tests.factories import make_contact

THEME, CONTACT = reverse("set_theme"), reverse("switch_contact")


@pytest.fixture
def alice_at_globex(alice, globex):
    """Alice as a contact of the other account."""
    return make_contact("Alice", globex, user=alice.user)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_chosen_theme_is_remembered(visitor, theme):
    response = visitor.post(THEME, {"theme": theme, "next": "/accounts/login/"})
    assert response.url == "/accounts/login/"
    assert response.cookies["theme"]["samesite"] == "Lax"
    page = visitor.get("/accounts/login/").text
    assert f'data-theme="{theme}"' in page
    assert f'name="color-scheme" content="{theme}"' in page


@pytest.mark.parametrize("theme", ["", "purple", '"><script>'])
def test_any_other_choice_follows_the_system_again(visitor, theme):
    visitor.post(THEME, {"theme": "dark"})
    response = visitor.post(THEME, {"theme": theme})
    assert response.cookies["theme"].value == ""
    assert 'data-theme=""' in visitor.get("/accounts/login/").text


def test_a_forged_cookie_is_ignored(visitor):
    visitor.cookies["theme"] = "purple"
    assert 'data-theme=""' in visitor.get("/accounts/login/").text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\x01//evil.example",
        "",
    ],
)
def test_nobody_is_sent_to_another_site(visitor, target):
    assert visitor.post(THEME, {"theme": "dark", "next": target}).url == "/"


def test_the_way_back_keeps_its_query(visitor):
    assert visitor.post(THEME, {"next": "/search/?q=a%20b"}).url == "/search/?q=a%20b"


@pytest.mark.parametrize("url", [THEME, CONTACT])
def test_nothing_is_chosen_by_a_mere_link(sign_in, alice, url):
    assert sign_in(alice).get(url, {"theme": "dark", "contact": alice.pk}).status_code == 405


def test_a_visitor_has_no_contact_to_choose(visitor, alice):
    assert visitor.post(CONTACT, {"contact": alice.pk}).url.startswith("/accounts/login/")


def test_after_switching_alice_sees_the_other_account_only(sign_in, alice, alice_at_globex):
    here, there = make_case(alice, "Acme's matter"), make_case(alice_at_globex, "Globex's matter")
    browser = sign_in(alice)
    assert "Acme&#x27;s matter" in browser.get("/cases/").text
    assert browser.get(there.get_absolute_url()).status_code == 404
    assert browser.post(CONTACT, {"contact": alice_at_globex.pk}).url == "/"
    page = browser.get("/cases/").text
    assert "Globex&#x27;s matter" in page
    assert "Acme&#x27;s matter" not in page
    assert browser.get(here.get_absolute_url()).status_code == 404
    assert browser.get(there.get_absolute_url()).status_code == 200


def test_a_case_opened_after_switching_belongs_to_the_other_account(sign_in, alice, alice_at_globex):
    browser = sign_in(alice)
    browser.post(CONTACT, {"contact": alice_at_globex.pk})
    data = {
        "subject": "New",
        "request_type": "2",
        "priority": "normal",
        "description": "Text",
        "submission": str(uuid.uuid4()),
    }
    browser.post(reverse("cases:new"), data)
    assert alice_at_globex.cases.get().account == alice_at_globex.account


def test_the_choice_is_this_browsers_and_lasts(sign_in, alice, alice_at_globex):
    one, other = sign_in(alice), sign_in(alice)
    one.post(CONTACT, {"contact": alice_at_globex.pk})
    assert one.get("/").context["request"].contact == alice_at_globex
    assert one.get("/profile/").context["request"].contact == alice_at_globex
    assert other.get("/").context["request"].contact == alice


def test_a_foreign_contact_cannot_be_chosen(sign_in, alice, charlie):
    browser = sign_in(alice)
    assert browser.post(CONTACT, {"contact": charlie.pk}).status_code == 404
    assert browser.get("/").context["request"].contact == alice


@pytest.mark.parametrize("what", ["contact", "account"])
def test_an_inactive_contact_cannot_be_chosen_and_one_that_is_active_ends(
    sign_in, alice, alice_at_globex, what
):
    chosen, refused = sign_in(alice), sign_in(alice)
    chosen.post(CONTACT, {"contact": alice_at_globex.pk})
    if what == "contact":
        alice_at_globex.deactivate()
    else:
        alice_at_globex.account.status = "inactive"
        alice_at_globex.account.save()
    assert refused.post(CONTACT, {"contact": alice_at_globex.pk}).status_code == 404
    assert chosen.get("/").context["request"].contact == alice


@pytest.mark.parametrize(
    "garbage", ["", "abc", "0", "-1", "1.5", "99999999999999999999999", "\x00", "1 OR 1=1"]
)
def test_garbage_is_not_a_contact(sign_in, alice, alice_at_globex, garbage):
    assert sign_in(alice).post(CONTACT, {"contact": garbage}).status_code == 404


def test_only_a_person_with_two_contacts_sees_the_switcher(sign_in, alice, charlie, alice_at_globex):
    page = sign_in(alice).get("/").text
    assert f'action="{CONTACT}"' in page
    assert "Acme Foods" in page
    assert "Globex Pharma" in page
    assert f'action="{CONTACT}"' not in sign_in(charlie).get("/").text


# A form of another site


@pytest.fixture
def strict(sign_in, alice):
    """Alice's browser, as Django treats browsers: what it sends needs a token."""
    browser = Client(enforce_csrf_checks=True)
    browser.cookies[django_settings.SESSION_COOKIE_NAME] = (
        sign_in(alice).cookies[django_settings.SESSION_COOKIE_NAME].value
    )
    return browser


def contact_of(browser):
    return browser.get("/").context["request"].contact


@pytest.mark.parametrize(
    "url",
    [reverse("cases:new"), CONTACT, "/nowhere/", "/cases", "/mail/inbound/", "/accounts/saml/works/acs/"],
)
def test_a_form_without_a_token_changes_no_contact(strict, alice, alice_at_globex, url):
    for data in (
        {"acting_as": alice_at_globex.pk},
        {"acting_as": alice_at_globex.pk, "contact": alice_at_globex.pk},
    ):
        assert strict.post(url, data).status_code >= 400
        assert contact_of(strict) == alice


def test_a_form_with_its_token_does(strict, alice, alice_at_globex):
    """So that the refusals above are those of the token."""
    token = strict.get("/profile/").context["csrf_token"]
    strict.post(
        reverse("cases:new"),
        {"acting_as": alice_at_globex.pk, "csrfmiddlewaretoken": str(token), "step": "refresh"},
    )
    assert contact_of(strict) == alice_at_globex
    assert not Case.objects.exists()


class Unread:
    """A body that nobody has any business to read."""

    def read(self, *_):
        pytest.fail("The body was read.")

    readline = read


@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
@pytest.mark.parametrize("url", [reverse("cases:new"), "/nowhere/", "/mail/inbound/"])
def test_a_form_that_comes_from_elsewhere_is_not_even_read(strict, alice_at_globex, url, content_type):
    body = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": 1000, "wsgi.input": Unread()}
    answer = strict.request(REQUEST_METHOD="POST", PATH_INFO=url, HTTP_ORIGIN="https://evil.example", **body)
    assert answer.status_code >= 400
