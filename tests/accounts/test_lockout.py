"""Wrong passwords lock an address, whether anybody signs in with it or not, and nobody can tell the
difference."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts import lockout
from accounts.actions.sign_ins import unlock_user
from accounts.actors import Actor
from accounts.models import Activity, SignInFailure, SignInPolicy, User
from accounts.tasks import forget_old_sign_in_failures
from tests.factories import PASSWORD, make_user

LOGIN, RESET, REAUTHENTICATE = "/accounts/login/", "/accounts/password/reset/", "/accounts/reauthenticate/"
NEW_PASSWORD = "calm-river-1871"
MINUTE, DAY = 60, 24 * 60 * 60


@pytest.fixture
def alice(alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


@pytest.fixture
def clock():
    with time_machine.travel("2030-01-01 12:00Z") as clock:
        yield clock


@pytest.fixture
def compared(monkeypatch):
    """The passwords that were compared with those of users."""
    passwords = []
    check = User.check_password
    monkeypatch.setattr(
        User, "check_password", lambda user, password: passwords.append(password) or check(user, password)
    )
    return passwords


def attempt(email, password=PASSWORD, browser=None, **extra):
    return (browser or Client()).post(LOGIN, {"login": email, "password": password}, **extra)


def is_let_in(email, password=PASSWORD):
    return attempt(email, password).status_code == 302


def guess(email, times):
    return [attempt(email, f"wrong-{n}") for n in range(times)]


def words_of(response, email):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.text).replace(email, "")


def change_policy(**values):
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(**values)


def test_the_right_password_is_of_no_use_after_five_wrong_ones(alice, compared):
    guess(alice.email, 4)
    assert is_let_in(alice.email)
    guess(alice.email, 5)
    assert not is_let_in(alice.email)
    assert len(compared) == 4 + 1 + 5


def test_the_fifth_try_may_be_the_right_one_and_clears_the_others(alice):
    for _ in range(2):
        guess(alice.email, 4)
        assert is_let_in(alice.email)
    assert not SignInFailure.objects.exists()


@pytest.mark.parametrize("spelling", ["ALICE@Acme.Example", "  alice@acme.example "])
def test_another_spelling_is_the_same_address(alice, spelling):
    guess(alice.email, 5)
    assert not is_let_in(spelling)


def test_wrong_unknown_locked_and_deactivated_get_the_same_page(alice, ada):
    make_user("gone@acme.example", PASSWORD, is_active=False)
    expected = words_of(attempt("reference@acme.example"), "reference@acme.example")
    for email in (alice.email, "nobody@acme.example", "gone@acme.example"):
        answers = [*guess(email, 20), attempt(email)]
        assert {(answer.status_code, words_of(answer, email)) for answer in answers} == {(200, expected)}
        assert lockout.is_locked(email)


def test_a_lock_takes_fifteen_minutes_and_doubles_up_to_a_day(alice, clock):
    for minutes in (15, 30, 60, 120, 240, 480, 960, 1440, 1440):
        guess(alice.email, 5)
        clock.shift(minutes * MINUTE - 5)
        assert not is_let_in(alice.email)
        clock.shift(10)
        assert not lockout.is_locked(alice.email)
    assert is_let_in(alice.email)


def test_tries_while_it_is_locked_lengthen_nothing(alice, clock):
    guess(alice.email, 30)
    clock.shift(15 * MINUTE + 1)
    assert is_let_in(alice.email)


def test_success_ends_the_doubling(alice, clock):
    for _ in range(2):
        guess(alice.email, 5)
        clock.shift(31 * MINUTE)
    assert is_let_in(alice.email)
    guess(alice.email, 5)
    clock.shift(15 * MINUTE + 1)
    assert is_let_in(alice.email)


def test_the_policy_says_how_many_tries_and_minutes_from_the_next_try_on(alice, clock):
    guess(alice.email, 3)
    change_policy(lockout_attempts=3, lockout_minutes=2)
    guess(alice.email, 1)
    assert not is_let_in(alice.email)
    assert lockout.is_locked(alice.email)
    clock.shift(2 * MINUTE + 1)
    assert is_let_in(alice.email)


def test_more_tries_allowed_open_no_lock_that_holds(alice):
    guess(alice.email, 5)
    change_policy(lockout_attempts=10)
    assert not is_let_in(alice.email)


def test_choosing_a_new_password_unlocks(alice, visitor, run_jobs, mailoutbox):
    guess(alice.email, 5)
    visitor.post(RESET, {"email": alice.email})
    run_jobs()
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]
    form = visitor.get(link, follow=True).request["PATH_INFO"]
    visitor.post(form, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    assert is_let_in(alice.email, NEW_PASSWORD)


def test_ada_unlocks(alice, ada):
    guess(alice.email, 5)
    unlock_user(actor=Actor(user=ada), user=alice.user)
    assert is_let_in(alice.email)
    line = Activity.objects.get(verb="contact.unlocked")
    assert (line.actor, line.contact) == (ada, alice)


def test_a_lockout_ends_no_live_session_but_counts_for_confirming_who_it_is(alice, sign_in, compared):
    browser = sign_in(alice)
    guess(alice.email, 5)
    assert browser.get("/profile/").status_code == 200
    assert browser.post(REAUTHENTICATE, {"password": PASSWORD}).status_code == 200
    assert len(compared) == 5


def test_old_failures_are_forgotten_but_no_lock_that_holds(alice, clock):
    guess("long.ago@acme.example", 2)
    change_policy(lockout_attempts=2)
    clock.shift(8 * DAY)
    guess(alice.email, 2)
    forget_old_sign_in_failures(timestamp=0)
    assert SignInFailure.objects.get().key == lockout.key_of(alice.email)


def test_of_forty_guesses_at_once_five_are_compared(django_db_setup, django_db_blocker):
    """The threads commit, so the row is removed by hand."""
    email, policy = "race@acme.example", SignInPolicy()

    def count(_):
        try:
            return lockout.count_attempt(email, policy)
        finally:
            connection.close()

    with django_db_blocker.unblock():
        try:
            with ThreadPoolExecutor(40) as threads:
                attempts = list(threads.map(count, range(40)))
            row = SignInFailure.objects.get(key=lockout.key_of(email))
        finally:
            lockout.forgive([email])
            connection.close()
    assert sum(attempt.is_allowed for attempt in attempts) == 5
    assert [attempt.locked_until for attempt in attempts if attempt.locked_until] == [row.locked_until]
    assert (row.failures, row.lockouts) == (5, 1)


def test_tries_from_a_client_that_is_stopped_lock_nobody_out(alice):
    for n in range(60):
        attempt(f"guess{n}@acme.example", REMOTE_ADDR="192.0.2.8")
    for _ in range(20):
        assert "Too many failed login attempts" in attempt(alice.email, "wrong", REMOTE_ADDR="192.0.2.8").text
    guess(alice.email, 4)
    assert is_let_in(alice.email)


# The log


def verbs(**who):
    return list(Activity.objects.filter(**who).order_by("pk").values_list("verb", flat=True))


def test_the_log_tells_the_account_of_sign_ins_failures_locks_and_sign_outs(alice):
    browser = Client()
    attempt(alice.email, "wrong", REMOTE_ADDR="192.0.2.8")
    attempt(alice.email, browser=browser, REMOTE_ADDR="192.0.2.7")
    browser.post("/accounts/logout/")
    guess(alice.email, 9)
    expected = ["sign_in_failed", "signed_in", "signed_out", *["sign_in_failed"] * 5, "locked"]
    assert verbs(account=alice.account, contact=alice) == [f"contact.{verb}" for verb in expected]
    failed, signed_in = Activity.objects.order_by("pk")[:2]
    assert (failed.actor, failed.client_ip) == (None, "192.0.2.8")
    assert (signed_in.actor, signed_in.client_ip, signed_in.record_id) == (
        alice.user,
        "192.0.2.7",
        str(alice.pk),
    )


def test_a_manager_sees_these_lines_and_a_plain_contact_and_a_stranger_do_not(alice, bob, fiona, charlie):
    attempt(alice.email)
    for reader, seen in ((bob, 1), (fiona, 0), (charlie, 0)):
        assert Activity.objects.visible_to(reader).count() == seen


def test_failures_of_strangers_and_sign_ins_of_staff_are_for_staff_alone(ada, bob):
    ada.set_password(PASSWORD)
    ada.save()
    attempt("nobody@acme.example")
    attempt(ada.email)
    assert [(line.verb, line.label, line.is_internal) for line in Activity.objects.order_by("pk")] == [
        ("contact.sign_in_failed", "nobody@acme.example", True),
        ("contact.signed_in", ada.email, True),
    ]
    assert not Activity.objects.visible_to(bob).exists()


def test_a_changed_password_is_in_the_log_and_no_password_ever_is(alice):
    browser = Client()
    attempt(alice.email, "a-wrong-secret")
    attempt(alice.email, browser=browser)
    browser.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD},
    )
    assert verbs()[-1] == "contact.password_changed"
    log = str(list(Activity.objects.values()))
    assert not [secret for secret in (PASSWORD, NEW_PASSWORD, "a-wrong-secret") if secret in log]
