"""Where one is signed in: the list tells the truth, and an ended session is over with its next click."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.actions.second_factor import switch_on_email
from accounts.actions.sessions import end_session, end_sessions
from accounts.actors import SYSTEM
from accounts.models import Activity, OutgoingMail, User
from accounts.tasks import forget_expired_sessions
from tests.accounts.external import person, sign_in_with
from tests.accounts.own_pages import (
    AGAIN,
    FIREFOX,
    IPHONE,
    LOGIN,
    SECURITY,
    SESSIONS,
    browser_of,
    change_policy,
    confirm,
    is_signed_in,
    with_password,
)
from tests.factories import PASSWORD, make_contact

MINUTE, HOUR = 60, 60 * 60
NEW_PASSWORD = "calm-river-1871"


@pytest.fixture
def alice(alice):
    with_password(alice)
    return alice


@pytest.fixture
def clock():
    with time_machine.travel("2030-01-01 12:00Z", tick=False) as clock:
        yield clock


def listed(browser):
    return browser.get(SESSIONS).context["sessions"]


def browsers_in(browser):
    return [session.browser for session in listed(browser)]


def test_alice_sees_each_browser_with_its_address_and_times_and_which_is_this_one(alice, clock):
    desk = browser_of(alice)
    clock.shift(30 * MINUTE)
    phone = browser_of(alice, IPHONE, "198.51.100.4")
    confirm(desk)
    here, there = sorted(listed(desk), key=lambda session: not session.is_here)
    assert (here.browser, here.client_ip, here.is_here) == ("Firefox on Linux", "203.0.113.7", True)
    assert (there.browser, there.client_ip, there.is_here) == ("Safari on iPhone", "198.51.100.4", False)
    assert (there.started_at - here.started_at).total_seconds() == 30 * MINUTE
    assert here.seen_at == there.seen_at
    page = phone.get(SESSIONS).text
    assert "198.51.100.4" in page
    assert page.count("This browser") == 1
    assert page.count('aria-label="Sign out of ') == 1


def test_other_peoples_sessions_are_neither_listed_nor_ended(alice, bob):
    with_password(bob)
    desk, other = browser_of(alice), browser_of(bob)
    assert len(listed(desk)) == 1
    foreign = UserSession.objects.get(user=bob.user)
    assert (
        "no longer signed in there" in desk.post(f"{SESSIONS}end/", {"session": foreign.pk}, follow=True).text
    )
    desk.post(f"{SESSIONS}end-others/")
    assert is_signed_in(other)


def test_alice_ends_one_session_and_its_next_click_is_the_sign_in_page(alice):
    desk, phone, laptop = browser_of(alice), browser_of(alice, IPHONE), browser_of(alice)
    there = next(session for session in listed(desk) if session.browser == "Safari on iPhone")
    assert (
        "Signed out. If you do not recognize"
        in desk.post(f"{SESSIONS}end/", {"session": there.pk}, follow=True).text
    )
    assert phone.get("/").url.startswith(LOGIN)
    assert is_signed_in(desk)
    assert is_signed_in(laptop)
    told = Activity.objects.get(verb="session.ended")
    assert (told.actor, told.contact, told.client_ip, told.details) == (
        alice.user,
        alice,
        "203.0.113.7",
        {"sessions": 1},
    )


def test_alice_ends_the_others(alice):
    desk, phone, laptop = browser_of(alice), browser_of(alice, IPHONE), browser_of(alice)
    page = desk.post(f"{SESSIONS}end-others/", follow=True)
    assert "signed in only here" in page.text
    assert "not signed in anywhere else" in page.text
    assert browsers_in(desk) == ["Firefox on Linux"]
    assert not is_signed_in(phone)
    assert not is_signed_in(laptop)
    assert Activity.objects.get(verb="session.ended").details == {"sessions": 2}


def test_ending_twice_or_nothing_is_told_once(alice):
    desk, phone = browser_of(alice), browser_of(alice, IPHONE)
    there = next(session for session in listed(desk) if not session.is_here)
    for _ in range(2):
        assert desk.post(f"{SESSIONS}end/", {"session": there.pk}).url == SESSIONS
    desk.post(f"{SESSIONS}end-others/")
    assert Activity.objects.filter(verb="session.ended").count() == 1
    assert not is_signed_in(phone)


def test_the_own_session_is_ended_by_signing_out_only(alice):
    desk = browser_of(alice)
    desk.post(f"{SESSIONS}end/", {"session": listed(desk)[0].pk})
    assert is_signed_in(desk)


@pytest.mark.parametrize("sent", ["", "x", "0", "-1", "9" * 30, "1\0"])
def test_a_number_that_is_none_is_not_found(alice, sent):
    assert browser_of(alice).post(f"{SESSIONS}end/", {"session": sent}).status_code == 404


def test_the_pages_ask_for_the_password_again(alice, sign_in):
    browser = sign_in(alice)
    for path in ("", "end/", "end-others/"):
        assert (browser.post if path else browser.get)(SESSIONS + path).url.startswith(AGAIN)


def test_the_own_session_is_listed_even_when_no_row_tells_of_it(alice):
    desk = browser_of(alice)
    UserSession.objects.all().delete()
    page = desk.get(SESSIONS).text
    assert "Firefox on Linux" in page
    assert "This browser" in page
    assert "203.0.113.7" in page
    browser_of(alice, IPHONE)
    assert "In 2 browsers" in desk.get(SECURITY).text


def test_a_session_that_signed_out_is_not_listed(alice):
    desk, phone = browser_of(alice), browser_of(alice, IPHONE)
    phone.post("/accounts/logout/")
    assert browsers_in(desk) == ["Firefox on Linux"]


def test_address_and_browser_of_sessions_that_are_over_are_forgotten_at_night(alice):
    desk, phone = browser_of(alice), browser_of(alice, IPHONE)
    phone.post("/accounts/logout/")
    Session.objects.filter(session_key=browser_of(alice).cookies["session"].value).update(
        expire_date=timezone.now()
    )
    forget_expired_sessions(timestamp=0)
    assert UserSession.objects.get().session_key == desk.cookies["session"].value
    assert is_signed_in(desk)


def test_a_session_that_rested_too_long_or_is_too_old_is_not_listed(alice, clock):
    change_policy(idle_minutes=60, session_hours=12)
    browser_of(alice, IPHONE)
    clock.shift(61 * MINUTE)
    desk = browser_of(alice)
    assert browsers_in(desk) == ["Firefox on Linux"]
    change_policy(idle_minutes=1440, session_hours=1)
    clock.shift(50 * MINUTE)
    laptop = browser_of(alice, IPHONE)
    assert len(listed(laptop)) == 2
    clock.shift(15 * MINUTE)
    confirm(laptop)
    assert browsers_in(laptop) == ["Safari on iPhone"]


def test_a_new_password_ends_the_others_and_they_are_not_listed(alice):
    desk, phone = browser_of(alice), browser_of(alice, IPHONE)
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert desk.post("/accounts/password/change/", data).url == "/profile/security/"
    desk.post(AGAIN, {"password": NEW_PASSWORD})
    assert browsers_in(desk) == ["Firefox on Linux"]
    assert not is_signed_in(phone)


def test_a_sign_in_with_a_code_is_listed(alice):
    switch_on_email(actor=SYSTEM, user=alice.user)
    OutgoingMail.objects.all().delete()
    browser = Client(HTTP_USER_AGENT=FIREFOX)
    browser.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert not UserSession.objects.exists()
    code = re.search(r"\b\d{6}\b", OutgoingMail.objects.get(event="accounts/code").text)[0]
    browser.post("/accounts/code/", {"code": code, "method": "email"})
    confirm(browser)
    assert browsers_in(browser) == ["Firefox on Linux"]


def test_a_sign_in_through_a_provider_is_listed(provider):
    change_policy(registration="open")
    browser = Client(HTTP_USER_AGENT=IPHONE)
    sign_in_with(browser, person(provider, "dora", "dora@acme.example"))
    assert is_signed_in(browser)
    row = UserSession.objects.get(user__email="dora@acme.example")
    assert (row.ip, row.session_key) == ("127.0.0.1", browser.cookies["session"].value)


def test_looking_around_writes_nothing_and_asks_nothing_more(alice, django_assert_num_queries, clock):
    browser = browser_of(alice)
    clock.shift(MINUTE)
    browser.get("/search/")
    with django_assert_num_queries(4) as queries:
        browser.get("/search/")
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_an_address_that_changed_on_the_way_is_seen_within_minutes(alice, clock):
    phone = browser_of(alice, IPHONE, "198.51.100.4")
    clock.shift(6 * MINUTE)
    phone.get("/", REMOTE_ADDR="192.0.2.99")
    row = UserSession.objects.get()
    assert (row.ip, row.last_seen_at.minute) == ("192.0.2.99", 6)


def test_a_session_from_before_the_list_joins_it(alice, clock, sign_in):
    browser = sign_in(alice)
    clock.shift(6 * MINUTE)
    browser.get("/")
    confirm(browser)
    assert [session.is_here for session in listed(browser)] == [True]


def test_a_session_whose_user_may_no_longer_sign_in_clicks_without_an_error(alice, clock):
    browser = browser_of(alice)
    User.objects.update(is_active=False)
    clock.shift(6 * MINUTE)
    assert browser.get("/").url.startswith(LOGIN)


def test_the_page_costs_the_same_for_few_and_many_sessions(alice, django_assert_max_num_queries):
    desk = browser_of(alice)
    for _ in range(12):
        browser_of(alice, IPHONE)
    with django_assert_max_num_queries(7):
        assert len(listed(desk)) == 13


def test_an_administrator_ends_all_sessions_of_somebody_without_a_contact_too(ada, alice):
    with_password(ada)
    browser = browser_of(ada)
    assert end_sessions(actor=SYSTEM, user=ada) == 1
    assert not is_signed_in(browser)
    told = Activity.objects.get(verb="session.ended")
    assert (told.label, told.is_internal, told.contact) == (ada.email, True, None)
    assert end_sessions(actor=SYSTEM, user=ada) == 0
    assert not end_session(actor=SYSTEM, user=alice.user, pk=1)


def test_each_account_of_the_person_is_told(alice, globex):
    there = make_contact("Alice", globex, user=alice.user, signs_in=False, email="alice@globex.example")
    browser_of(alice)
    end_sessions(actor=SYSTEM, user=alice.user)
    assert set(Activity.objects.filter(verb="session.ended").values_list("contact", flat=True)) == {
        alice.pk,
        there.pk,
    }


def test_ended_sessions_leave_no_rows(alice):
    browser_of(alice)
    end_sessions(actor=SYSTEM, user=alice.user)
    assert not UserSession.objects.exists()
    assert not Session.objects.exists()
    assert EmailAddress.objects.filter(user=alice.user).exists()
