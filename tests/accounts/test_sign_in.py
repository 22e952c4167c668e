"""One door for everyone: e-mail and password, the same answer to every wrong try, and limits that count."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import OutgoingMail, User
from portal import settings as project
from tests.factories import PASSWORD, make_contact, make_user

LOGIN, RESET, CHANGE = "/accounts/login/", "/accounts/password/reset/", "/accounts/password/change/"
NEW_PASSWORD = "calm-river-1871"
PROXY = {"REMOTE_ADDR": "", "HTTP_X_REAL_IP": "192.0.2.7"}


@pytest.fixture
def alice(alice):
    """Alice with a password."""
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


def attempt(browser, email, password=PASSWORD, **extra):
    return browser.post(LOGIN, {"login": email, "password": password}, **extra)


def signed_in(email, password=PASSWORD):
    browser = Client()
    attempt(browser, email, password)
    return browser


def is_signed_in(browser):
    return browser.get("/profile/").status_code == 200


def words_of(response, *own):
    """What the page says, without what differs from request to request and the typed address."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text)
    for word in own:
        text = text.replace(word, "")
    return text


@pytest.mark.parametrize("typed", ["alice@acme.example", "ALICE@Acme.Example", "  alice@acme.example "])
def test_alice_signs_in_with_her_address_in_any_spelling(alice, visitor, typed):
    response = attempt(visitor, typed)
    assert (response.status_code, response.url) == (302, "/")
    assert "Hello Alice" in visitor.get("/").text


def test_signing_in_starts_a_new_session_whose_cookie_scripts_cannot_read(alice, visitor):
    visitor.get(LOGIN)
    session = visitor.session
    session["planted"] = "by somebody else"
    session.save()
    before = session.session_key
    visitor.cookies["session"] = before
    cookie = attempt(visitor, alice.email).cookies["session"]
    assert cookie.value != before
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_alice_signs_out_by_a_button_and_not_by_a_link(alice):
    browser = signed_in(alice.email)
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_signed_in(browser)
    assert browser.post("/accounts/logout/").url == LOGIN
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "method", ["wrong password", "unknown", "inactive", "inactive, wrong password", "no password set"]
)
def test_every_failed_try_gets_the_same_page(alice, visitor, method):
    make_user("gone@acme.example", PASSWORD, is_active=False)
    make_user("invited@acme.example")
    email, password = {
        "wrong password": (alice.email, "wrong"),
        "unknown": ("nobody@acme.example", PASSWORD),
        "inactive": ("gone@acme.example", PASSWORD),
        "inactive, wrong password": ("gone@acme.example", "wrong"),
        "no password set": ("invited@acme.example", PASSWORD),
    }[method]
    expected = attempt(Client(), "reference@acme.example")
    assert "The email address and/or password you specified are not correct" in expected.text
    response = attempt(visitor, email, password)
    assert response.status_code == expected.status_code == 200
    assert words_of(response, email) == words_of(expected, "reference@acme.example")
    assert not is_signed_in(visitor)


def test_a_user_who_is_switched_off_loses_the_session_with_the_next_click(alice):
    browser = signed_in(alice.email)
    assert is_signed_in(browser)
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert browser.get("/profile/").url.startswith(LOGIN)


def test_alice_arrives_where_she_wanted_to_go(alice, visitor):
    url = visitor.get("/cases/new/").url
    assert url == "/accounts/login/?next=/cases/new/"
    form = visitor.get(url).text
    assert re.search(r'<input[^>]*name="next"[^>]*value="/cases/new/"', form)
    response = visitor.post(url, {"login": alice.email, "password": PASSWORD, "next": "/cases/new/"})
    assert response.url == "/cases/new/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\x00"]
)
@pytest.mark.parametrize("place", ["query", "form"])
def test_nobody_is_sent_to_another_site(alice, visitor, target, place):
    data = {"login": alice.email, "password": PASSWORD}
    form, query = (data | {"next": target}, "") if place == "form" else (data, f"next={target}")
    response = visitor.post(LOGIN, form, QUERY_STRING=query)
    assert response.url == "/"


def test_whoever_is_signed_in_is_led_on_from_the_sign_in_page(alice):
    assert signed_in(alice.email).get(LOGIN).url == "/"


def test_the_administration_has_no_door_of_its_own(visitor):
    assert visitor.get("/admin/").url == "/admin/login/?next=/admin/"
    assert visitor.get("/admin/login/?next=/admin/").url == "/accounts/login/?next=%2Fadmin%2F"
    response = visitor.post(
        "/admin/login/", {"username": "ada@portal.example", "password": PASSWORD, "next": "/admin/"}
    )
    assert response.url == "/accounts/login/?next=%2Fadmin%2F"


def test_ada_signs_in_to_the_administration_through_the_portal(ada, visitor):
    ada.set_password(PASSWORD)
    ada.save()
    response = visitor.post(LOGIN, {"login": ada.email, "password": PASSWORD, "next": "/admin/"})
    assert response.url == "/admin/"
    assert visitor.get("/admin/").status_code == 200


def test_alice_gets_no_administration(alice):
    browser = signed_in(alice.email)
    assert browser.get("/admin/", follow=True).status_code == 403
    assert browser.get("/admin/accounts/user/", follow=True).status_code == 403
    assert browser.get("/admin/login/").status_code == 403


def test_without_the_form_token_nobody_signs_in(alice):
    browser = Client(enforce_csrf_checks=True)
    assert attempt(browser, alice.email).status_code == 403
    assert not is_signed_in(browser)


# Forgotten and changed passwords


def reset_link(mail):
    return re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.body)[1]


def test_a_forgotten_password_is_chosen_anew_through_the_mailed_link(alice, visitor, run_jobs, mailoutbox):
    other_device = signed_in(alice.email)
    assert visitor.post(RESET, {"email": alice.email}).url == "/accounts/password/reset/done/"
    assert mailoutbox == []
    run_jobs()
    assert OutgoingMail.objects.get().status == "sent"
    assert mailoutbox[0].to == [alice.email]
    link = reset_link(mailoutbox[0])
    form = visitor.get(link, follow=True)
    assert form.status_code == 200
    assert link not in form.request["PATH_INFO"]
    response = visitor.post(form.request["PATH_INFO"], {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert response.url == "/accounts/password/reset/key/done/"
    assert is_signed_in(signed_in(alice.email, NEW_PASSWORD))
    assert not is_signed_in(signed_in(alice.email, PASSWORD))
    assert not is_signed_in(other_device)
    assert 'name="password1"' not in Client().get(link, follow=True).text


def test_the_owner_of_the_address_is_told_that_the_password_changed(alice, run_jobs, mailoutbox):
    browser = signed_in(alice.email)
    browser.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[alice.email]]
    assert "password" in mailoutbox[0].subject.lower()


def work_of(browser, email):
    """The statements that the request makes the database carry out, without what is typed."""
    with CaptureQueriesContext(connection) as queries:
        page = browser.post(RESET, {"email": email}, follow=True)
    return (
        words_of(page),
        page.redirect_chain,
        [re.sub(r"'[^']*'|\d+", "…", query["sql"]) for query in queries],
    )


@pytest.mark.parametrize("who", ["unknown", "switched off", "deactivated"])
def test_asking_for_an_address_that_nobody_may_sign_in_with_looks_and_works_the_same_and_mails_nobody(
    alice, bob, run_jobs, who
):
    make_user("gone@acme.example", PASSWORD, is_active=False)
    bob.deactivate()
    work_of(Client(), "first@acme.example")
    expected = work_of(Client(), alice.email)
    assert any("procrastinate_defer" in statement for statement in expected[2])
    asked = {"unknown": "nobody@acme.example", "switched off": "gone@acme.example", "deactivated": bob.email}[
        who
    ]
    assert work_of(Client(), asked) == expected
    run_jobs()
    assert [mail.to for mail in OutgoingMail.objects.all()] == [alice.email]


def test_a_link_for_a_new_password_goes_to_the_address_in_its_one_spelling_and_leads_to_the_portal(
    alice, run_jobs, mailoutbox
):
    Client(headers={"host": "127.0.0.1:1"}).post(RESET, {"email": alice.email.upper()})
    run_jobs()
    assert mailoutbox[0].to == [alice.email]
    assert "http://localhost:8000/accounts/password/reset/key/" in mailoutbox[0].body


@pytest.mark.parametrize("key", ["1-abc", "zzz-abc-def", "1-set-password"])
def test_an_invented_link_shows_no_form(visitor, key):
    page = visitor.get(f"/accounts/password/reset/key/{key}/", follow=True)
    assert page.status_code in (200, 404)
    assert 'name="password1"' not in page.text


def test_a_mailed_link_is_old_after_three_days(alice, visitor, run_jobs, mailoutbox):
    visitor.post(RESET, {"email": alice.email})
    run_jobs()
    with time_machine.travel("2100-01-01"):
        assert 'name="password1"' not in visitor.get(reset_link(mailoutbox[0]), follow=True).text


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(alice):
    here, there = signed_in(alice.email), signed_in(alice.email)
    here.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert is_signed_in(here)
    assert not is_signed_in(there)


def test_a_password_is_changed_only_by_those_who_know_it(alice):
    browser = signed_in(alice.email)
    page = browser.post(
        CHANGE, {"oldpassword": "wrong", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    )
    assert page.status_code == 200
    assert is_signed_in(signed_in(alice.email, PASSWORD))


@pytest.mark.parametrize(
    ("password", "complaint"),
    [
        ("short-1", "at least 10 characters"),
        ("password1234", "too common"),
        ("alice@acme.example", "too similar"),
        ("x7" * 65, "at most 128 characters"),
    ],
)
def test_a_weak_password_is_explained(alice, password, complaint):
    page = signed_in(alice.email).post(
        CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )
    assert complaint in page.text
    assert is_signed_in(signed_in(alice.email, PASSWORD))


@pytest.mark.parametrize("password", ["calm river bright", "x7" * 64, "пароль-на-память"])
def test_a_long_password_needs_no_special_characters(alice, password):
    browser = signed_in(alice.email)
    browser.post(CHANGE, {"oldpassword": PASSWORD, "password1": password, "password2": password})
    assert is_signed_in(signed_in(alice.email, password))


# Who may register


def test_nobody_registers_uninvited(visitor, db):
    data = {"email": "stranger@acme.example", "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for response in (visitor.get("/accounts/signup/"), visitor.post("/accounts/signup/", data)):
        assert "By invitation only" in response.text
    assert not User.objects.exists()
    assert not OutgoingMail.objects.exists()


# How passwords are kept


def test_passwords_are_kept_as_argon2id_of_19_mib(settings, alice, visitor):
    settings.PASSWORD_HASHERS = ["accounts.sign_in.hashers.PortalArgon2PasswordHasher"]
    alice.user.set_password(PASSWORD)
    alice.user.save()
    assert alice.user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert attempt(visitor, alice.email).url == "/"
    assert not is_signed_in(signed_in(alice.email, "wrong"))


def test_the_project_keeps_passwords_with_that_hasher_alone():
    """The fixture for fast tests replaces it; the settings file tells."""
    assert project.PASSWORD_HASHERS == ["accounts.sign_in.hashers.PortalArgon2PasswordHasher"]


# Limits


def test_the_sixty_first_wrong_try_from_one_address_is_refused_even_if_right(alice, visitor):
    for n in range(60):
        assert "not correct" in attempt(visitor, f"guess{n}@acme.example").text
    refused = attempt(visitor, alice.email)
    assert refused.status_code == 200
    assert "Too many failed login attempts" in refused.text
    assert not is_signed_in(visitor)
    assert attempt(visitor, alice.email, REMOTE_ADDR="192.0.2.7").url == "/"


def test_right_passwords_use_nothing_up(alice):
    for _ in range(11):
        assert attempt(Client(), alice.email).status_code == 302


def test_a_lockout_ends_no_live_session(alice, visitor):
    browser = signed_in(alice.email)
    for _ in range(11):
        attempt(visitor, alice.email, "wrong")
    assert is_signed_in(browser)


def test_choosing_a_new_password_ends_the_wait(alice, visitor, run_jobs, mailoutbox):
    for _ in range(11):
        attempt(visitor, alice.email, "wrong")
    visitor.post(RESET, {"email": alice.email})
    run_jobs()
    form = visitor.get(reset_link(mailoutbox[0]), follow=True).request["PATH_INFO"]
    visitor.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert attempt(visitor, alice.email, NEW_PASSWORD).url == "/"


def test_too_many_requests_get_a_page_in_the_portals_look(alice, visitor, run_jobs):
    for _ in range(3):
        assert visitor.post(RESET, {"email": alice.email}).status_code == 302
    response = visitor.post(RESET, {"email": alice.email})
    assert response.status_code == 429
    assert "<h1>Too many requests</h1>" in response.text
    assert "portal.css" in response.text
    run_jobs()
    assert OutgoingMail.objects.count() == 3


def test_every_worker_counts_on_the_same_table(visitor, settings):
    if settings.REDIS_URL:
        pytest.skip("The counters are in Redis here.")
    attempt(visitor, "nobody@acme.example")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache WHERE cache_key LIKE '%%login_failed%%'")
        assert cursor.fetchone()[0] == 2


# Behind a proxy


def test_signing_in_works_behind_a_unix_socket(alice, visitor, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert attempt(visitor, alice.email, **PROXY).url == "/"


@pytest.mark.parametrize(
    "extra", [{"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}]
)
def test_signing_in_is_refused_without_an_address(alice, visitor, settings, extra):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert attempt(visitor, alice.email, **extra).status_code == 403
    assert not is_signed_in(visitor)


def test_tries_are_counted_for_the_client_and_not_for_the_proxy(alice, visitor, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"login_failed": "2/m/ip"}
    for _ in range(2):
        attempt(visitor, "guess@acme.example", HTTP_X_REAL_IP="192.0.2.8", HTTP_X_FORWARDED_FOR="192.0.2.7")
    assert attempt(visitor, alice.email, HTTP_X_REAL_IP="192.0.2.8").status_code == 200
    assert attempt(visitor, alice.email, HTTP_X_REAL_IP="192.0.2.7").status_code == 302


# Addresses


def test_a_user_whose_address_is_not_proved_must_prove_it_first(visitor, run_jobs, mailoutbox, db):
    make_user("new@acme.example", PASSWORD)
    EmailAddress.objects.update(verified=False)
    assert attempt(visitor, "new@acme.example").url == "/accounts/confirm-email/"
    assert not is_signed_in(visitor)
    run_jobs()
    link = re.search(r"http://[^/]+(/accounts/confirm-email/\S+/)", mailoutbox[0].body)[1]
    visitor.get(link)
    assert not EmailAddress.objects.get().verified
    visitor.post(link)
    assert EmailAddress.objects.get().verified
    assert attempt(visitor, "new@acme.example").url == "/"


def test_an_address_that_ada_replaced_opens_nothing_any_more(
    sign_in, ada, alice, visitor, run_jobs, mailoutbox
):
    old = alice.user.email
    url = reverse("admin:accounts_user_change", args=[alice.user.pk])
    data = {
        "email": "alice.new@acme.example",
        "is_active": "on",
        "contacts-TOTAL_FORMS": 0,
        "contacts-INITIAL_FORMS": 0,
    }
    assert sign_in(ada).post(url, data).status_code == 302
    assert attempt(visitor, old).status_code == 200
    visitor.post(RESET, {"email": old})
    run_jobs()
    assert not [mail for mail in mailoutbox if "/reset/key/" in mail.body]
    assert attempt(visitor, "alice.new@acme.example").url == "/accounts/confirm-email/"
    run_jobs()
    assert mailoutbox[-1].to == ["alice.new@acme.example"]


def test_a_user_made_on_the_command_line_signs_in_at_once(visitor, db, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", email="Root@Portal.Example", interactive=False, verbosity=0)
    assert attempt(visitor, "root@portal.example").url == "/"
    assert visitor.get("/admin/").status_code == 200


def test_authentication_elsewhere_in_django_keeps_to_active_users(alice):
    assert authenticate(email=alice.email, password=PASSWORD) == alice.user
    User.objects.update(is_active=False)
    assert authenticate(email=alice.email, password=PASSWORD) is None


def test_a_person_of_two_accounts_has_one_sign_in(alice, globex, visitor):
    make_contact("Alice", globex, user=alice.user)
    attempt(visitor, alice.email)
    assert len(visitor.get("/").context["request"].contacts) == 2
