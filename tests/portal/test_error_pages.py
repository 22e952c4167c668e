"""Pages for what went wrong: in the portal's look, with a number to quote, and without the database."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.views import errors
from tests.portal.factories import allow, restrict

FAILED = {
    "bad": (400, "We could not read that request"),
    "forbidden": (403, "You do not have access to this page"),
    "bug": (500, "Something went wrong on our side"),
    "database": (503, "The portal is taking a short break"),
    "connection": (503, "The portal is taking a short break"),
}


def refuse_every_query(execute, sql, params, many, context):
    raise OperationalError("connection to server failed")


@pytest.fixture
def calm():
    """A browser that is shown errors instead of a test that is stopped by them."""
    return Client(raise_request_exception=False)


def assert_is_error_page(response, status, heading):
    assert response.status_code == status
    assert f"<h1>{heading}</h1>" in response.text
    assert response["X-Request-Id"] in response.text
    assert len(response["X-Request-Id"]) == 12
    assert "no-store" in response["Cache-Control"]


def test_an_unknown_page_is_not_found_by_a_visitor(visitor):
    assert_is_error_page(visitor.get("/no/such/page/"), 404, "We cannot find that page")


def test_an_unknown_page_is_not_found_by_alice(sign_in, alice):
    assert_is_error_page(sign_in(alice).get("/no/such/page/"), 404, "We cannot find that page")


def test_a_page_that_alice_may_not_open_is_refused(sign_in, alice):
    browser = sign_in(alice)
    assert_is_error_page(browser.get(reverse("invoices:list")), 403, "You do not have access to this page")
    restrict("/cases/", "Portal IT User")
    assert_is_error_page(browser.get(reverse("cases:list")), 403, "You do not have access to this page")


def test_a_refused_network_is_told_so(visitor):
    allow("192.0.2.0/24")
    assert_is_error_page(visitor.get("/"), 403, "The portal is not available from here")


@pytest.mark.urls("tests.portal.broken_urls")
@pytest.mark.parametrize("failure", FAILED)
def test_a_failure_is_told_in_plain_words_and_gives_nothing_away(db, calm, failure):
    response = calm.get(f"/broken/{failure}/")
    assert_is_error_page(response, *FAILED[failure])
    assert "secret detail" not in response.text
    assert response.has_header("Retry-After") is (response.status_code == 503)


def test_a_database_that_is_down_is_a_short_break_and_not_an_error(db, calm, sign_in, alice):
    browser = sign_in(alice)
    browser.raise_request_exception = False
    for url in ("/", "/accounts/login/", "/no/such/page/", "/admin/"):
        with connection.execute_wrapper(refuse_every_query):
            response = browser.get(url)
        assert_is_error_page(response, 503, "The portal is taking a short break")
        assert int(response["Retry-After"]) > 0
        assert not response.cookies
    assert browser.get("/").status_code == 200


def test_the_health_check_fails_while_the_database_is_down(db, calm):
    with connection.execute_wrapper(refuse_every_query):
        assert calm.get("/healthz").status_code == 503
    assert calm.get("/healthz").status_code == 200


def test_an_expired_form_is_explained_and_nothing_is_done(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    response = browser.post("/accounts/logout/")
    assert_is_error_page(response, 403, "This form has expired")
    assert browser.get("/profile/").status_code == 200


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "403_network", "404", "410", "429", "500", "503"])
def test_no_error_page_needs_anything_but_the_request(name):
    """Without the marker for database access, a query would end the test."""
    response = errors.error_page(RequestFactory().get("/"), name, 500)
    assert "<h1>" in response.text


def test_an_error_page_keeps_the_readers_theme_and_the_brand(visitor):
    visitor.cookies["theme"] = "dark"
    page = visitor.get("/no/such/page/").text
    assert 'data-theme="dark"' in page
    assert "Customer portal" in page
    assert "/brand.css?v=" in page


@pytest.mark.parametrize(
    "url", ["/", "/accounts/login/", "/brand.css", "/no/such/page/", "/cases", "/healthz"]
)
def test_every_answer_has_a_number_of_its_own(visitor, url):
    first, second = visitor.get(url), visitor.get(url, headers={"X-Request-Id": "chosen-by-client"})
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert second["X-Request-Id"] != "chosen-by-client"
