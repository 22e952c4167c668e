"""One record says who may register, how people sign in and for how long; a change holds from the next
request."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import Activity, Contact, SignInPolicy, User
from tests.factories import PASSWORD, make_contact, make_user

LOGIN, SIGNUP, RESET, TERMS = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/terms/",
)
MINUTE, HOUR = 60, 60 * 60
NEW_PASSWORD = "calm-river-1871"


def change_policy(**values):
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(**values)


@pytest.fixture
def alice(alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


@pytest.fixture
def ada(ada):
    ada.set_password(PASSWORD)
    ada.save()
    return ada


@pytest.fixture
def clock():
    with time_machine.travel("2030-01-01 12:00Z", tick=False) as clock:
        yield clock


def attempt(browser, email, query="", **data):
    return browser.post(f"{LOGIN}{query}", {"login": email, "password": PASSWORD, **data})


def is_signed_in(browser):
    return browser.get("/profile/").status_code == 200


# Registration


def register(browser, email="dora@acme.example", **data):
    fields = {
        "first_name": "Dora",
        "last_name": "Diaz",
        "email": email,
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    }
    return browser.post(SIGNUP, fields | data)


def confirm(browser, mailoutbox):
    link = re.search(r"http://[^/]+(/accounts/confirm-email/\S+/)", mailoutbox[-1].body)[1]
    return browser.post(link)


@pytest.mark.parametrize(
    ("registration", "words"), [("invitation", "By invitation only"), ("closed", "Registration is closed")]
)
def test_nobody_registers_while_it_is_not_open(visitor, registration, words):
    change_policy(registration=registration)
    for response in (visitor.get(SIGNUP), register(visitor)):
        assert words in response.text
    assert not User.objects.exists()
    assert SIGNUP not in visitor.get(LOGIN).text


def test_dora_registers_confirms_her_address_and_is_an_individual_customer(
    visitor, run_jobs, mailoutbox, alice
):
    change_policy(registration="open")
    assert f'href="{SIGNUP}"' in visitor.get(LOGIN).text
    assert register(visitor, "Dora@Acme.Example").url == "/accounts/confirm-email/"
    assert not Contact.objects.filter(email="dora@acme.example").exists()
    assert attempt(visitor, "dora@acme.example", password=NEW_PASSWORD).url == "/accounts/confirm-email/"
    run_jobs()
    confirm(visitor, mailoutbox)
    dora = Contact.objects.get(email="dora@acme.example")
    assert (dora.account, dora.full_name, dora.user.email) == (None, "Dora Diaz", "dora@acme.example")
    assert attempt(visitor, "dora@acme.example", password=NEW_PASSWORD).url == "/"
    assert visitor.get("/").context["request"].contact == dora
    assert "contact.registered" in Activity.objects.filter(contact=dora).values_list("verb", flat=True)


@pytest.mark.parametrize("has_account", [True, False], ids=["of an account", "individual"])
def test_a_registration_binds_no_contact_that_waits_for_somebody(
    visitor, run_jobs, mailoutbox, acme, has_account
):
    change_policy(registration="open")
    waiting = make_contact("Dora", acme if has_account else None, email="dora@acme.example", signs_in=False)
    register(visitor)
    run_jobs()
    confirm(visitor, mailoutbox)
    waiting.refresh_from_db()
    assert waiting.user is None
    attempt(visitor, "dora@acme.example", password=NEW_PASSWORD)
    contact = visitor.get("/").context["request"].contact
    assert contact is None or contact.account is None
    assert Contact.objects.filter(account=None, email="dora@acme.example").count() == 1


def test_a_user_whom_staff_made_becomes_no_customer_by_proving_an_address(visitor, run_jobs, mailoutbox, db):
    make_user("new@acme.example", PASSWORD)
    EmailAddress.objects.update(verified=False)
    attempt(visitor, "new@acme.example")
    run_jobs()
    confirm(visitor, mailoutbox)
    assert not Contact.objects.exists()


def test_only_addresses_of_the_allowed_domains_register(visitor, db):
    change_policy(registration="open", allowed_domains=["acme.example"])
    for email in ("dora@globex.example", "dora@sub.acme.example", "dora@acme.example.evil.example"):
        assert "from one of these domains: acme.example" in register(visitor, email).text
    assert not User.objects.exists()
    assert register(visitor, "dora@ACME.example").status_code == 302


def test_an_address_that_is_taken_looks_like_a_new_one_and_its_owner_is_told(
    visitor, alice, run_jobs, mailoutbox
):
    change_policy(registration="open")
    taken, new = register(Client(), alice.email), register(Client())
    assert (taken.status_code, taken.url) == (new.status_code, new.url)
    run_jobs()
    assert (
        "This address is already registered"
        in next(mail for mail in mailoutbox if mail.to == [alice.email]).body
    )
    assert attempt(visitor, alice.email).url == "/"


def test_a_registration_without_a_name_is_explained_and_keeps_what_was_typed(visitor, db):
    change_policy(registration="open")
    page = register(visitor, first_name="")
    assert page.status_code == 200
    assert 'value="dora@acme.example"' in page.text
    assert not User.objects.exists()


# Sign-in with a password switched off


def test_without_local_sign_in_only_staff_sign_in_with_a_password(visitor, alice, ada):
    change_policy(local_sign_in=False)
    page = visitor.get(LOGIN)
    assert 'name="password"' not in page.text
    assert f'href="{LOGIN}?staff=1"' in page.text
    for query in ("", "?staff=1"):
        assert attempt(Client(), alice.email, query).status_code == 200
    assert 'name="password"' in visitor.get(f"{LOGIN}?staff=1").text
    assert attempt(visitor, ada.email, "?staff=1").url == "/"


def test_a_customer_at_the_door_of_staff_gets_the_answer_of_a_wrong_password(visitor, alice):
    change_policy(local_sign_in=False)
    assert "not correct" in attempt(visitor, alice.email, "?staff=1").text


def test_the_way_to_the_administration_leads_to_the_door_of_staff(visitor, ada):
    change_policy(local_sign_in=False)
    page = visitor.get("/admin/", follow=True)
    assert 'name="password"' in page.text
    assert attempt(visitor, ada.email, next="/admin/").url == "/admin/"


def test_without_local_sign_in_nobody_registers_with_a_password(visitor, db):
    change_policy(local_sign_in=False, registration="open")
    assert "You do not need a password" in register(visitor).text
    assert not User.objects.exists()


def test_without_local_sign_in_customers_are_mailed_no_reset_link_but_staff_are(
    visitor, alice, ada, run_jobs, mailoutbox
):
    change_policy(local_sign_in=False)
    answers = [
        visitor.post(RESET, {"email": email}).url for email in (alice.email, ada.email, "nobody@acme.example")
    ]
    assert len(set(answers)) == 1
    run_jobs()
    with_link = [mail.to[0] for mail in mailoutbox if "/reset/key/" in mail.body]
    assert with_link == [ada.email]
    assert (
        "You do not need a password here"
        in next(mail for mail in mailoutbox if mail.to == [alice.email]).body
    )


# How long a session lasts


def test_a_session_ends_after_an_hour_without_a_click(alice, visitor, clock):
    attempt(visitor, alice.email)
    for _ in range(3):
        clock.shift(50 * MINUTE)
        assert is_signed_in(visitor)
    clock.shift(61 * MINUTE)
    response = visitor.get("/profile/", follow=True)
    assert response.redirect_chain[0][0].startswith(LOGIN)
    assert "You were signed out after a period of time" in response.text


def test_a_session_ends_after_twelve_hours_whatever_happens(alice, visitor, clock):
    attempt(visitor, alice.email, remember="on")
    for _ in range(14):
        clock.shift(50 * MINUTE)
        assert is_signed_in(visitor)
    clock.shift(21 * MINUTE)
    assert not is_signed_in(visitor)
    assert not Session.objects.filter(session_key=visitor.cookies["session"].value).exists()


def test_a_shorter_limit_holds_for_live_sessions_from_the_next_click(alice, visitor, clock):
    attempt(visitor, alice.email)
    clock.shift(20 * MINUTE)
    change_policy(idle_minutes=15)
    assert not is_signed_in(visitor)


def test_whoever_clicks_within_the_shortest_limit_stays(alice, visitor, clock):
    change_policy(idle_minutes=5)
    attempt(visitor, alice.email)
    for _ in range(8):
        clock.shift(4 * MINUTE)
        assert is_signed_in(visitor)


def test_clicks_write_the_session_once_in_five_minutes(alice, visitor, clock, django_assert_num_queries):
    attempt(visitor, alice.email)
    visitor.get("/")
    written = []
    for _ in range(12):
        clock.shift(MINUTE)
        written.append(
            "session" in visitor.get("/preferences/theme/").cookies
            or "session" in visitor.get("/profile/").cookies
        )
    assert sum(written) == 2


@pytest.mark.parametrize(("remember", "max_age"), [({"remember": "on"}, 20 * HOUR), ({}, "")])
def test_only_whoever_wants_to_be_remembered_stays_when_the_browser_is_closed(
    alice, visitor, remember, max_age
):
    change_policy(session_hours=20)
    assert attempt(visitor, alice.email, **remember).cookies["session"]["max-age"] == max_age


# Terms of use


def test_without_terms_nobody_is_asked(alice, sign_in):
    assert is_signed_in(sign_in(alice))
    assert sign_in(alice).get(TERMS).url == "/"


def test_alice_accepts_the_terms_before_anything_else_and_once(alice, sign_in):
    change_policy(terms="# Rules\n\nBe **kind**. <script>")
    browser = sign_in(alice)
    response = browser.get("/cases/?status=open")
    assert response.url == f"{TERMS}?next=%2Fcases%2F%3Fstatus%3Dopen"
    page = browser.get(response.url)
    assert "Be <strong>kind</strong>. &lt;script&gt;" in page.text
    assert browser.post("/preferences/contact/", {"contact": alice.pk}).url.startswith(TERMS)
    assert browser.post(TERMS, {"next": "/cases/?status=open"}).url == "/cases/?status=open"
    assert browser.get("/cases/").status_code == 200
    browser.post(TERMS)
    line = Activity.objects.get()
    assert (line.verb, line.actor, line.contact) == ("contact.terms_accepted", alice.user, alice)


def test_changed_terms_are_asked_again_from_their_day_on(alice, sign_in, clock):
    change_policy(terms="Old", terms_changed_on="2029-12-01")
    browser = sign_in(alice)
    browser.post(TERMS)
    change_policy(terms="New", terms_changed_on="2030-01-02")
    assert is_signed_in(browser)
    clock.shift(12 * HOUR + 1)
    browser = sign_in(alice)
    assert browser.get("/").url.startswith(TERMS)
    assert "We have updated our terms" in browser.get(TERMS).text
    browser.post(TERMS)
    assert is_signed_in(browser)


def test_who_accepted_earlier_on_the_day_of_the_change_is_asked_again(alice, ada, sign_in, clock):
    change_policy(terms="Old")
    browser = sign_in(alice)
    browser.post(TERMS)
    assert save_policy(sign_in(ada), terms="New", terms_changed_on="2030-01-01").status_code == 302
    assert browser.get("/").url.startswith(TERMS)
    browser.post(TERMS)
    assert is_signed_in(browser)


def test_whoever_declines_signs_out_and_staff_reach_the_administration(alice, ada, sign_in):
    change_policy(terms="Rules")
    assert sign_in(alice).post("/accounts/logout/").url == LOGIN
    assert sign_in(ada).get("/admin/").status_code == 200


def test_a_visitor_reads_the_terms_and_accepts_nothing(visitor, db):
    change_policy(terms="Rules")
    assert "Rules" in visitor.get(TERMS).text
    assert "Accept" not in visitor.get(TERMS).text
    assert visitor.post(TERMS).url.startswith(LOGIN)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_accepting_leads_to_no_other_site(alice, sign_in, target):
    change_policy(terms="Rules")
    assert sign_in(alice).post(TERMS, {"next": target}).url == "/"


# The page of the policy


POLICY = {
    "local_sign_in": "on",
    "registration": "invitation",
    "allowed_domains": "",
    "second_factor": "nobody",
    "lockout_attempts": 5,
    "lockout_minutes": 15,
    "session_hours": 12,
    "idle_minutes": 60,
    "terms": "",
    "terms_changed_on": "",
}


def save_policy(browser, **values):
    return browser.post(reverse("admin:accounts_signinpolicy_change", args=[1]), {**POLICY, **values})


def test_ada_finds_one_policy_and_can_neither_add_nor_delete_one(ada, sign_in):
    desk = sign_in(ada)
    url = reverse("admin:accounts_signinpolicy_change", args=[1])
    assert desk.get(reverse("admin:accounts_signinpolicy_changelist")).url == url
    assert desk.get(url).status_code == 200
    assert desk.get(reverse("admin:accounts_signinpolicy_add")).status_code == 403
    assert (
        desk.post(reverse("admin:accounts_signinpolicy_delete", args=[1]), {"post": "yes"}).status_code == 403
    )


def test_what_ada_saves_holds_from_the_next_request_and_is_in_the_log(ada, sign_in, visitor):
    desk = sign_in(ada)
    assert "By invitation only" in visitor.get(SIGNUP).text
    assert (
        save_policy(desk, registration="open", allowed_domains="@Acme.Example, globex.example").status_code
        == 302
    )
    assert "By invitation only" not in visitor.get(SIGNUP).text
    assert SignInPolicy.objects.get().allowed_domains == ["acme.example", "globex.example"]
    line = Activity.objects.get()
    assert (line.verb, line.actor, line.details) == (
        "policy.changed",
        ada,
        {"changed": ["registration", "allowed_domains"]},
    )


@pytest.mark.parametrize(
    "values",
    [
        {"lockout_attempts": 1},
        {"lockout_attempts": 11},
        {"lockout_minutes": 0},
        {"session_hours": 0},
        {"idle_minutes": 4},
        {"terms_changed_on": "2030-01-01"},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(ada, sign_in, values):
    assert save_policy(sign_in(ada), **values).status_code == 200
    assert not Activity.objects.exists()


def test_customers_are_not_left_without_a_way_in(ada, sign_in):
    page = save_policy(sign_in(ada), local_sign_in="")
    assert "No external sign-in is configured" in page.text
    assert SignInPolicy.objects.stored().local_sign_in
