"""A code after the password: by mail, from an app, or a kept one. Nobody is signed in before it is right."""

import re
from base64 import b32decode

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_email.models import EmailDevice
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.actions.mail import SEND_MAIL
from accounts.actions.second_factor import (
    Answer,
    check_code,
    remove_second_factors,
    renew_recovery_codes,
    switch_on_email,
)
from accounts.actors import SYSTEM
from accounts.models import Activity, OutgoingMail, SignInPolicy, TrustedBrowser, User
from lib.jobs import forget_jobs
from tests.factories import PASSWORD, make_contact

LOGIN, CODE, CONFIRM, HOME = (
    "/accounts/login/",
    "/accounts/code/",
    "/accounts/confirm/",
    "/profile/security/second-factor/",
)
NEW_PASSWORD = "calm-river-1871"


@pytest.fixture
def alice(alice):
    """Alice with a password."""
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


@pytest.fixture
def careful(alice):
    """Alice gets codes by mail, of her own choice."""
    return with_email(alice)


def with_email(contact):
    switch_on_email(actor=SYSTEM, user=contact.user)
    OutgoingMail.objects.all().delete()
    forget_jobs(SEND_MAIL)
    return contact


def with_app(contact):
    return TOTPDevice.objects.create(user=contact.user, name="App", confirmed=True)


def with_codes(contact):
    return renew_recovery_codes(actor=SYSTEM, user=contact.user)


def with_password(contact):
    contact.user.set_password(PASSWORD)
    contact.user.save()
    return contact


def require(whom):
    SignInPolicy.objects.stored()
    SignInPolicy.objects.update(second_factor=whom)


def attempt(browser, person, password=PASSWORD, **extra):
    return browser.post(LOGIN, {"login": person.email, "password": password, **extra})


def mailed_code():
    return re.search(r"\b\d{6}\b", OutgoingMail.objects.filter(event="accounts/code").latest("pk").text)[0]


def app_code(device, steps=0):
    totp = TOTP(device.bin_key)
    totp.drift = steps
    return f"{totp.token():06d}"


def wrong_code(right=""):
    return "000000" if right != "000000" else "111111"


def type_code(browser, code, **extra):
    return browser.post(CODE, {"code": code, **extra})


def is_signed_in(browser):
    return "_auth_user_id" in browser.session


def sign_in_again(browser, path):
    """Open a page that asks for the password once more, and give it."""
    asked = browser.get(path)
    assert asked.url.startswith("/accounts/reauthenticate/")
    return browser.post(asked.url, {"password": PASSWORD, "next": path}, follow=True)


# Who is asked


def test_nobody_is_asked_who_did_not_switch_it_on(alice, visitor):
    assert attempt(visitor, alice).url == "/"
    assert is_signed_in(visitor)
    assert not OutgoingMail.objects.exists()


def test_alice_who_switched_it_on_is_asked_and_arrives_where_she_wanted(careful, visitor):
    assert attempt(visitor, careful, next="/cases/new/").url == CODE
    assert not is_signed_in(visitor)
    assert visitor.get("/profile/").url.startswith(LOGIN)
    assert type_code(visitor, mailed_code()).url == "/cases/new/"
    assert visitor.get("/profile/").status_code == 200


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ("nobody", set()),
        ("staff", {"Ada"}),
        ("managers", {"Ada", "Bob"}),
        ("everyone", {"Ada", "Bob", "Alice"}),
    ],
)
def test_the_policy_says_who_is_asked(policy, asked, ada, bob, alice):
    ada.set_password(PASSWORD)
    ada.save()
    with_password(bob)
    require(policy)
    people = {"Ada": ada, "Bob": bob.user, "Alice": alice.user}
    assert {name for name, user in people.items() if attempt(Client(), user).url == CODE} == asked


def test_a_manager_in_any_of_their_accounts_is_asked(alice, globex, visitor):
    make_contact("Alice", globex, "Portal User Manager", user=alice.user)
    require("managers")
    assert attempt(visitor, alice).url == CODE


def test_a_wrong_password_never_leads_to_the_page_for_the_code(careful, visitor):
    assert attempt(visitor, careful, "wrong").status_code == 200
    assert visitor.get(CODE).url == LOGIN
    assert not OutgoingMail.objects.exists()


def test_a_live_session_gives_the_code_with_the_next_click_once_the_policy_wants_it(alice, visitor):
    attempt(visitor, alice)
    require("everyone")
    assert visitor.get("/cases/?status=open").url == f"{CONFIRM}?next=%2Fcases%2F%3Fstatus%3Dopen"
    assert "Send code" in visitor.get(CONFIRM).text
    visitor.post("/accounts/confirm/send/")
    response = visitor.post(CONFIRM, {"code": mailed_code(), "next": "/cases/"})
    assert response.url == "/cases/"
    assert visitor.get("/cases/").status_code == 200


def test_a_fragment_of_a_page_is_not_replaced_by_the_page_that_asks(alice, visitor):
    attempt(visitor, alice)
    require("everyone")
    assert visitor.get("/search/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == CONFIRM


def test_the_code_comes_before_the_terms_and_neither_bars_the_other(alice, visitor):
    require("everyone")
    SignInPolicy.objects.update(terms="Be kind.")
    attempt(visitor, alice)
    assert type_code(visitor, mailed_code()).url == "/"
    assert visitor.get("/").url.startswith("/accounts/terms/")
    old = Client()
    old.force_login(alice.user)
    assert old.get("/").url.startswith(CONFIRM)
    assert old.get(CONFIRM).status_code == 200
    assert old.post("/accounts/confirm/send/").url.startswith(CONFIRM)


# Codes by mail


def test_the_code_goes_by_mail_to_the_confirmed_address_alone(careful, visitor, run_jobs, mailoutbox):
    EmailAddress.objects.create(user=careful.user, email="new@elsewhere.example", verified=False)
    attempt(visitor, careful)
    page = visitor.get(CODE)
    assert "a•••@acme.example" in page.text
    assert careful.email not in page.text
    code = mailed_code()
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[careful.email]]
    assert code in mailoutbox[0].body
    assert code in mailoutbox[0].alternatives[0][0]
    assert code not in mailoutbox[0].subject


def test_spaces_in_a_code_do_not_matter(careful, visitor):
    attempt(visitor, careful)
    code = mailed_code()
    assert type_code(visitor, f" {code[:3]} {code[3:]} ").url == "/"


def test_a_code_works_once(careful):
    first, second = Client(), Client()
    attempt(first, careful)
    code = mailed_code()
    attempt(second, careful)
    assert type_code(first, code).url == "/"
    assert type_code(second, code).status_code == 200
    assert not is_signed_in(second)


@pytest.mark.parametrize(("seconds", "is_let_in"), [(299, True), (301, False)])
def test_a_code_is_good_for_five_minutes(careful, visitor, seconds, is_let_in):
    with time_machine.travel("2030-01-01 12:00Z", tick=False) as clock:
        attempt(visitor, careful)
        clock.shift(seconds)
        response = type_code(visitor, mailed_code())
        assert is_signed_in(visitor) is is_let_in
        assert is_let_in or "has expired" in response.text


def test_another_code_is_sent_after_a_minute_and_the_first_is_void(careful, visitor):
    with time_machine.travel("2030-01-01 12:00Z", tick=False) as clock:
        attempt(visitor, careful)
        first = mailed_code()
        clock.shift(30)
        assert "request a new one in 30 seconds" in visitor.post("/accounts/code/send/", follow=True).text
        assert OutgoingMail.objects.count() == 1
        clock.shift(31)
        assert "on its way" in visitor.post("/accounts/code/send/", follow=True).text
        assert OutgoingMail.objects.count() == 2
        if first != mailed_code():
            assert type_code(visitor, first).status_code == 200
            clock.shift(1)
        assert type_code(visitor, mailed_code()).url == "/"


def test_starting_anew_within_the_minute_sends_no_second_mail_and_the_code_still_works(careful, visitor):
    attempt(Client(), careful)
    attempt(visitor, careful)
    assert OutgoingMail.objects.count() == 1
    assert type_code(visitor, mailed_code()).url == "/"


def test_four_wrong_codes_do_no_harm(careful, visitor):
    """The pause after each is some milliseconds, which this clock counts alone."""
    with time_machine.travel(timezone.now(), tick=False) as clock:
        attempt(visitor, careful)
        code = mailed_code()
        for left in ("4 attempts left", "3 attempts left", "2 attempts left", "You have one attempt left"):
            assert left in type_code(visitor, wrong_code(code)).text
            clock.shift(1)
        assert type_code(visitor, code).url == "/"


def test_the_fifth_wrong_code_ends_the_sign_in_and_the_owner_is_told(careful, visitor):
    attempt(visitor, careful)
    code = mailed_code()
    for _ in range(4):
        type_code(visitor, wrong_code(code))
    assert type_code(visitor, wrong_code(code)).url == LOGIN
    assert "incorrect five times" in visitor.get(LOGIN).text
    assert type_code(visitor, code).url == LOGIN
    assert not is_signed_in(visitor)
    assert OutgoingMail.objects.latest("pk").event == "accounts/wrong_codes"
    assert (
        Activity.objects.filter(verb="second_factor.refused", contact=careful, client_ip="127.0.0.1").count()
        == 1
    )


def test_guessing_goes_ever_more_slowly_over_many_sign_ins(careful):
    for _ in range(4):
        browser = Client()
        attempt(browser, careful)
        for _ in range(5):
            type_code(browser, "nonsense")
    device = EmailDevice.objects.get()
    EmailDevice.objects.update(throttling_failure_count=20)
    device.refresh_from_db()
    assert (
        check_code(user=careful.user, method="email", code=device.token, failures_before=20)
        == Answer.TOO_SOON
    )


def test_an_empty_code_is_no_try(careful, visitor):
    attempt(visitor, careful)
    for _ in range(6):
        assert type_code(visitor, "").status_code == 200
    assert type_code(visitor, mailed_code()).url == "/"


@pytest.mark.parametrize("code", ["\x00", "x" * 500, "١٢٣٤٥٦", "-1", "1e5", "'; drop table"])
@pytest.mark.parametrize("method", ["email", "app", "recovery", "nonsense"])
def test_nonsense_is_refused_with_a_page(careful, visitor, code, method):
    with_app(careful)
    with_codes(careful)
    attempt(visitor, careful)
    assert type_code(visitor, code, method=method).status_code == 200
    assert not is_signed_in(visitor)


# What happens in between


def test_a_password_change_in_between_ends_the_waiting_sign_in(careful, visitor):
    attempt(visitor, careful)
    careful.user.set_password(NEW_PASSWORD)
    careful.user.save()
    assert type_code(visitor, mailed_code()).url == LOGIN
    assert not is_signed_in(visitor)


def test_a_deactivation_in_between_ends_the_waiting_sign_in(careful, visitor):
    attempt(visitor, careful)
    User.objects.update(is_active=False)
    assert type_code(visitor, mailed_code()).url == LOGIN
    assert not is_signed_in(visitor)
    visitor.post("/accounts/code/send/")
    assert OutgoingMail.objects.count() == 1


def test_a_contact_who_is_deactivated_in_between_does_not_get_in(careful, visitor):
    attempt(visitor, careful)
    careful.deactivate()
    assert type_code(visitor, mailed_code()).url == LOGIN
    assert not is_signed_in(visitor)


def test_a_sign_in_can_be_given_up(careful, visitor):
    attempt(visitor, careful)
    assert visitor.get(LOGIN).url == CODE
    assert visitor.post("/accounts/code/cancel/").url == LOGIN
    assert visitor.get(LOGIN).status_code == 200


@pytest.mark.parametrize("path", [CODE, "/accounts/code/send/", "/accounts/code/cancel/"])
def test_a_visitor_without_a_sign_in_under_way_is_sent_to_the_beginning(visitor, path, db):
    assert visitor.post(path, {"code": "123456"}).url == LOGIN


# Authenticator app


def test_the_app_is_asked_before_the_mailbox_and_no_mail_is_sent(careful, visitor):
    device = with_app(careful)
    attempt(visitor, careful)
    assert "Open your authenticator app" in visitor.get(CODE).text
    assert not OutgoingMail.objects.exists()
    assert type_code(visitor, app_code(device)).url == "/"


def test_an_apps_code_works_once(alice):
    device = with_app(alice)
    first, second = Client(), Client()
    for browser in (first, second):
        attempt(browser, alice)
    code = app_code(device)
    assert type_code(first, code).url == "/"
    assert "already been used" in type_code(second, code).text
    assert not is_signed_in(second)


@pytest.mark.parametrize(("steps", "is_let_in"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(alice, visitor, steps, is_let_in):
    device = with_app(alice)
    with time_machine.travel("2030-01-01 12:00:15Z", tick=False):
        attempt(visitor, alice)
        type_code(visitor, app_code(device, steps))
    assert is_signed_in(visitor) is is_let_in


def test_whoever_chose_the_app_alone_cannot_get_in_by_mail(alice, visitor):
    with_app(alice)
    attempt(visitor, alice)
    visitor.post("/accounts/code/send/")
    assert not OutgoingMail.objects.exists()
    assert "Open your authenticator app" in visitor.get(f"{CODE}?method=email").text


def test_alice_connects_an_app_by_qr_code_and_gets_recovery_codes_once(alice, visitor):
    attempt(visitor, alice)
    page = sign_in_again(visitor, f"{HOME}app/")
    assert '<svg class="qr"' in page.text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)[1].replace(" ", "")
    refused = visitor.post(f"{HOME}app/", {"code": "nonsense"})
    assert refused.status_code == 200
    assert secret in refused.text.replace(" ", "")
    assert not TOTPDevice.objects.exists()
    code = f"{TOTP(b32decode(secret)).token():06d}"
    shown = visitor.post(f"{HOME}app/", {"code": code}, follow=True)
    codes = re.findall(r"<code>([a-z2-7-]{14})</code>", shown.text)
    assert len(set(codes)) == 10
    assert visitor.get(f"{HOME}recovery-codes/").url == HOME
    assert "10 codes left" in visitor.get(HOME).text
    assert TOTPDevice.objects.get().confirmed
    assert Activity.objects.get(verb="second_factor.switched_on").details == {"method": "app"}
    assert OutgoingMail.objects.get().event == "accounts/second_factor_changed"
    fresh = Client()
    attempt(fresh, alice)
    assert type_code(fresh, codes[0], method="recovery").url == "/"


# Recovery codes


def test_a_recovery_code_lets_in_once(careful, visitor):
    code = with_codes(careful)[3]
    other = Client()
    for browser in (visitor, other):
        attempt(browser, careful)
    assert "Recovery code" in visitor.get(f"{CODE}?method=recovery").text
    assert type_code(visitor, code.upper(), method="recovery").url == "/"
    assert type_code(other, code, method="recovery").status_code == 200
    assert StaticToken.objects.count() == 9


def test_new_recovery_codes_void_the_old_ones(careful, visitor):
    old, new = with_codes(careful)[0], with_codes(careful)[0]
    attempt(visitor, careful)
    assert type_code(visitor, old, method="recovery").status_code == 200
    assert type_code(visitor, new, method="recovery").url == "/"


def test_recovery_codes_are_not_kept_as_they_are(careful):
    codes = {code.replace("-", "") for code in with_codes(careful)}
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not codes & kept
    assert len(kept) == 10


# Remembered browsers


def test_a_remembered_browser_is_not_asked_for_thirty_days(careful, visitor):
    with time_machine.travel("2030-01-01 12:00Z", tick=False) as clock:
        attempt(visitor, careful)
        type_code(visitor, mailed_code(), remember="on")
        cookie = visitor.cookies["trusted_browser"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        visitor.post("/accounts/logout/")
        clock.shift(29 * 24 * 3600)
        assert attempt(visitor, careful).url == "/"
        visitor.post("/accounts/logout/")
        clock.shift(2 * 24 * 3600)
        assert attempt(visitor, careful).url == CODE


def remembered(person):
    browser = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"})
    attempt(browser, person)
    type_code(browser, mailed_code(), remember="on")
    return browser


def test_another_browser_and_another_person_are_asked_all_the_same(careful, bob):
    with_email(with_password(bob))
    browser = remembered(careful)
    browser.post("/accounts/logout/")
    assert attempt(browser, bob).url == CODE
    assert attempt(Client(), careful).url == CODE


def test_an_invented_or_altered_cookie_is_worth_nothing(careful):
    browser = remembered(careful)
    browser.post("/accounts/logout/")
    browser.cookies["trusted_browser"] = browser.cookies["trusted_browser"].value + "x"
    assert attempt(browser, careful).url == CODE


def test_a_new_password_ends_the_trust(careful):
    browser = remembered(careful)
    browser.post("/accounts/logout/")
    careful.user.set_password(NEW_PASSWORD)
    careful.user.save()
    assert attempt(browser, careful, NEW_PASSWORD).url == CODE


def test_alice_sees_and_forgets_her_remembered_browsers(careful, bob):
    browser = remembered(careful)
    theirs = TrustedBrowser.objects.create(user=bob.user, token_hash="x", expires_at="2100-01-01T00:00Z")
    page = sign_in_again(browser, HOME)
    assert "Firefox on Windows" in page.text
    assert "This browser" in page.text
    browser.post(f"{HOME}browsers/forget/", {"browser": theirs.pk})
    browser.post(f"{HOME}browsers/forget/", {"browser": TrustedBrowser.objects.get(user=careful.user).pk})
    assert list(TrustedBrowser.objects.all()) == [theirs]
    browser.post("/accounts/logout/")
    assert attempt(browser, careful).url == CODE


# On and off


def test_the_settings_ask_for_the_password_again(alice, visitor):
    attempt(visitor, alice)
    for path in ("email/", "recovery-codes/", "browsers/forget/"):
        assert visitor.post(HOME + path).url.startswith("/accounts/reauthenticate/")
    for path in ("", "app/", "off/?method=email"):
        assert visitor.get(HOME + path).url.startswith("/accounts/reauthenticate/")
    assert not EmailDevice.objects.exists()
    assert "Set up app" in sign_in_again(visitor, HOME).text


def test_alice_switches_codes_by_mail_on_and_off(alice, visitor, run_jobs, mailoutbox):
    attempt(visitor, alice)
    sign_in_again(visitor, HOME)
    assert "shown only once" in visitor.post(f"{HOME}email/", follow=True).text
    assert attempt(Client(), alice).url == CODE
    assert "your password is enough to sign in" in visitor.get(f"{HOME}off/?method=email").text
    visitor.post(f"{HOME}off/", {"method": "email"})
    assert attempt(Client(), alice).url == "/"
    assert not StaticToken.objects.exists()
    verbs = (
        Activity.objects.filter(verb__startswith="second_factor")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["second_factor.switched_on", "second_factor.switched_off"]
    run_jobs()
    told = [mail.body for mail in mailoutbox if "two-factor authentication" in mail.subject]
    assert ["turned on" in body for body in told] == [True, False]


def test_codes_by_mail_need_a_confirmed_address(alice, visitor):
    attempt(visitor, alice)
    sign_in_again(visitor, HOME)
    EmailAddress.objects.update(verified=False)
    assert "Confirm address first" in visitor.get(HOME).text
    assert visitor.post(f"{HOME}email/").url == "/accounts/email/"
    assert not EmailDevice.objects.exists()


@pytest.mark.parametrize("method", ["app", "email", "recovery", "nonsense"])
def test_what_is_not_on_cannot_be_switched_off(alice, visitor, method):
    attempt(visitor, alice)
    sign_in_again(visitor, HOME)
    assert visitor.get(f"{HOME}off/?method={method}").status_code == 404


def test_nothing_is_asked_any_more_once_everything_is_removed(careful, visitor):
    remembered(careful)
    with_app(careful)
    remove_second_factors(actor=SYSTEM, user=careful.user)
    assert not any(rows.objects.exists() for rows in (TOTPDevice, EmailDevice, StaticToken, TrustedBrowser))
    assert attempt(visitor, careful).url == "/"


def test_an_old_session_without_a_code_cannot_switch_the_second_factor_off(alice, visitor):
    """Whoever took over a session from before, and knows the password, still lacks the code."""
    attempt(visitor, alice)
    with_app(alice)
    visitor.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": HOME})
    assert visitor.post(f"{HOME}off/", {"method": "app"}).url.startswith(CONFIRM)
    assert TOTPDevice.objects.exists()


# People without a password


@pytest.fixture
def social(alice, visitor):
    """Alice, who signs in through another service only, in her browser."""
    alice.user.set_unusable_password()
    alice.user.save()
    visitor.force_login(alice.user)
    return visitor


@pytest.mark.parametrize("path", [HOME, "/accounts/password/set/"])
def test_without_a_password_a_mailed_code_says_that_it_is_still_her(social, path):
    asked = social.get(path)
    assert asked.url.startswith(f"{CONFIRM}?next=")
    social.post("/accounts/confirm/send/")
    assert social.post(CONFIRM, {"code": mailed_code(), "next": path}).url == path
    assert social.get(path).status_code == 200


def test_without_a_password_a_new_address_needs_a_code(social):
    assert social.post("/accounts/email/", {"action_add": "", "email": "thief@evil.example"}).url.startswith(
        CONFIRM
    )
    assert not EmailAddress.objects.filter(email="thief@evil.example").exists()


def test_a_code_is_no_password_for_those_who_have_one(alice, visitor):
    attempt(visitor, alice)
    visitor.get(CONFIRM)
    visitor.post("/accounts/confirm/send/")
    assert visitor.post(CONFIRM, {"code": mailed_code()}).url == "/"
    assert visitor.get(HOME).url.startswith("/accounts/reauthenticate/")


def test_five_wrong_codes_sign_a_reader_out(social):
    social.post("/accounts/confirm/send/")
    for _ in range(4):
        assert social.post(CONFIRM, {"code": "nonsense"}).status_code == 200
    assert social.post(CONFIRM, {"code": "nonsense"}).url == LOGIN
    assert not is_signed_in(social)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site_after_a_code(social, target):
    social.post("/accounts/confirm/send/")
    assert social.post(CONFIRM, {"code": mailed_code(), "next": target}).url == "/"


# Administration


def test_the_administration_wants_the_code_when_the_policy_does(ada, sign_in):
    browser = sign_in(ada)
    assert browser.get("/admin/").status_code == 200
    require("staff")
    assert browser.get("/admin/").url == f"{CONFIRM}?next=%2Fadmin%2F"
    browser.post("/accounts/confirm/send/")
    assert browser.post(CONFIRM, {"code": mailed_code(), "next": "/admin/"}).url == "/admin/"
    assert browser.get("/admin/").status_code == 200


def test_the_administration_wants_the_code_of_those_who_switched_it_on(ada, sign_in):
    browser = sign_in(ada)
    device = TOTPDevice.objects.create(user=ada, name="App", confirmed=True)
    assert browser.get("/admin/accounts/user/", follow=True).redirect_chain[-1][0].startswith(CONFIRM)
    browser.post(CONFIRM, {"code": app_code(device)})
    assert browser.get("/admin/accounts/user/").status_code == 200


def test_staff_with_the_code_given_at_sign_in_go_straight_to_the_administration(ada, visitor):
    ada.set_password(PASSWORD)
    ada.save()
    require("staff")
    assert attempt(visitor, ada, next="/admin/").url == CODE
    assert type_code(visitor, mailed_code()).url == "/admin/"
    assert visitor.get("/admin/").status_code == 200


def test_staff_in_a_remembered_browser_go_straight_to_the_administration(ada):
    ada.set_password(PASSWORD)
    ada.save()
    require("staff")
    browser = remembered(ada)
    browser.post("/accounts/logout/")
    assert attempt(browser, ada).url == "/"
    assert browser.get("/admin/").status_code == 200


def test_the_form_of_djangos_own_sign_in_opens_nothing(ada, visitor):
    ada.set_password(PASSWORD)
    ada.save()
    require("staff")
    attempt(visitor, ada)
    visitor.post("/admin/login/", {"username": ada.email, "password": PASSWORD, "next": "/admin/"})
    assert not is_signed_in(visitor)


def test_administrators_have_no_page_for_the_secret_of_an_app(sign_in, ada, careful):
    device = with_app(careful)
    assert sign_in(ada).get(f"/admin/otp_totp/totpdevice/{device.pk}/change/").status_code == 404


# Secrets


def test_no_secret_is_logged(careful, visitor):
    codes = with_codes(careful)
    device = with_app(careful)
    attempt(visitor, careful)
    visitor.post("/accounts/code/send/")
    type_code(visitor, mailed_code(), method="email", remember="on")
    told = " ".join(f"{activity.label} {activity.details}" for activity in Activity.objects.all())
    assert not [secret for secret in (device.key, mailed_code(), *codes) if secret in told]
