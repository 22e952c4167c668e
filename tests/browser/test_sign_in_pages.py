"""Everybody can use the pages of the way in, of one's security and of the users: axe finds nothing, nothing
scrolls sideways."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.actions.invitations import invite_contact, invite_group
from accounts.actors import Actor
from accounts.models import Contact, JoinRequest, OutgoingMail, SignInPolicy
from portal import providers
from tests.accounts.external import change_policy
from tests.browser.conftest import check_page, sign_in_by_form
from tests.factories import PASSWORD, make_contact, make_user

pytestmark = pytest.mark.browser

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff"
PEOPLE = f"""First name,Last name,E-mail,Phone,Job title,Roles
Nora,Nilsson,nora@acme.example,,Buyer,Portal IT User
{LONG_NAME},Quist,no address,,,Emperor
"""
KNOWN = ("GOOGLE", "MICROSOFT", "LINKEDIN", "FACEBOOK", "X", "YAHOO", "GITHUB")
OWN = {
    "OIDC_PROVIDERS": "works,club",
    **{
        f"OIDC_{key}_{name}": "https://id.acme.example"
        for key in ("WORKS", "CLUB")
        for name in ("URL", "CLIENT_ID")
    },
    "OIDC_WORKS_NAME": "Acme Foods",
    "OIDC_CLUB_NAME": f"the works council of {LONG_NAME}",
}
NINE = OWN | {f"{prefix}_CLIENT_ID": "x" for prefix in KNOWN}


def look_at(page: Page, *addresses: str, status: int = 200) -> None:
    for address in addresses:
        assert page.goto(address).status == status, address
        check_page(page)


# The users


@pytest.fixture
def colleagues(acme: Any, alice: Contact, bob: Contact) -> list[Contact]:
    """One of each status, and one with long words."""
    invited = make_contact("Dora", acme, "Portal IT User", signs_in=False)
    invite_contact(actor=Actor(user=bob.user, contact=bob), contact=invited)
    gone = make_contact("Gustav", acme, is_active=False, deactivated_at=timezone.now())
    long = make_contact(
        LONG_NAME,
        acme,
        "Portal Finance User",
        "Portal IT User",
        "Portal Project User",
        job_title=LONG_NAME * 2,
    )
    JoinRequest.objects.create(
        user=make_user("nils@acme.example", first_name="Nils"), account=acme, message="I am new in the lab."
    )
    return [invited, gone, long]


def test_the_pages_of_the_users(open_browser, bob, colleagues):
    page = open_browser(bob)
    invited, gone, long = (f"/users/{one.pk}/" for one in colleagues)
    look_at(page, "/users/", "/users/?q=nobody", invited, gone, f"{long}deactivate/")
    look_at(page, "/users/requests/", "/users/review/", "/users/import/")


def test_a_new_user_with_errors_and_a_known_address(open_browser, bob, colleagues):
    page = open_browser(bob)
    page.goto("/users/new/")
    page.get_by_label("Work email").fill("dora@acme.example")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check_page(page)


def test_a_list_of_new_users_with_bad_rows_and_a_good_one(open_browser, bob, tmp_path):
    page = open_browser(bob)
    for name, rows in (("bad.csv", PEOPLE), ("good.csv", "\n".join(PEOPLE.splitlines()[:2]))):
        (tmp_path / name).write_text(rows)
        page.goto("/users/import/")
        page.get_by_label("File").set_input_files(tmp_path / name)
        page.get_by_role("main").locator("form button[type=submit]").last.click()
        page.wait_for_url(re.compile(r"/users/import/\d+/"))
        check_page(page)


def test_the_page_of_who_wants_to_join(open_browser, acme):
    page = open_browser(make_user("nils@acme.example", first_name="Nils"))
    look_at(page, "/join/")
    page.get_by_label("Message").fill("I am new in the lab.")
    page.get_by_role("main").locator("form button[type=submit]").last.click()
    check_page(page)


# The way in


def test_the_pages_with_nine_identity_providers(open_browser, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(NINE)
    change_policy(registration="open")
    look_at(open_browser(), "/accounts/login/", "/accounts/signup/")


def test_the_pages_without_passwords(open_browser, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(OWN)
    change_policy(local_sign_in=False)
    look_at(open_browser(), "/accounts/login/", "/accounts/login/?staff=1")


def test_the_pages_when_an_identity_provider_fails(open_browser, settings):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(OWN)
    page = open_browser()
    look_at(page, "/accounts/oidc/works/login/", "/accounts/3rdparty/login/cancelled/")
    look_at(page, "/accounts/oidc/works/login/callback/", status=401)


def test_the_pages_of_an_invitation(open_browser, settings, run_jobs, bob, acme):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(OWN)
    dora = make_contact("Dora", acme, signs_in=False)
    page = open_browser()
    look_at(page, "/redeem/", "/redeem/new-link/")
    look_at(page, "/redeem/no-such-code/", status=410)
    invite_contact(actor=Actor(user=bob.user, contact=bob), contact=dora)
    look_at(page, link_mailed_to(dora.email))
    page.get_by_role("button", name="Send code").click()
    check_page(page)
    code = OutgoingMail.objects.filter(event="accounts/invitation_code").latest("pk").text
    page.get_by_label("Code").fill(re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", code)[0])
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign up")
    check_page(page)


def test_the_pages_of_an_invitation_for_who_is_signed_in(open_browser, bob, alice, charlie, acme):
    actor = Actor(user=bob.user, contact=bob)
    invite_contact(actor=actor, contact=make_contact("Dora", acme, signs_in=False))
    look_at(open_browser(charlie), link_mailed_to("dora@acme.example"))
    invite_contact(actor=actor, contact=make_contact("Charlie", acme, signs_in=False, email=charlie.email))
    look_at(open_browser(charlie), link_mailed_to(charlie.email))
    invite_group(actor=actor, account=acme, max_redemptions=3, domain="acme.example")
    look_at(open_browser(), link_mailed_to(bob.email))


def link_mailed_to(address: str) -> str:
    text = OutgoingMail.objects.filter(to=address, text__contains="/redeem/").latest("pk").text
    return str(re.search(r"/redeem/[\w-]{20,}/", text)[0])


def test_the_terms_and_the_code_after_the_password(open_browser, with_password, alice):
    change_policy(
        terms="# Be kind\n\nAnd patient.\n\n- Always\n- Everywhere",
        second_factor=SignInPolicy.SecondFactor.EVERYONE,
    )
    with_password(alice)
    page = open_browser()
    page.goto("/")
    sign_in_by_form(page, alice.email)
    check_page(page)
    code = re.search(r"\b\d{6}\b", OutgoingMail.objects.filter(event="accounts/code").latest("pk").text)[0]
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/terms/**")
    check_page(page)


# One's own security


def test_the_pages_of_ones_security(open_browser, with_password, settings, alice):
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(OWN)
    with_password(alice)
    page = open_browser(alice)
    page.goto("/accounts/3rdparty/")
    check_page(page)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("main").locator("form button[type=submit]").last.click()
    page.wait_for_url("**/accounts/3rdparty/")
    check_page(page)
    look_at(page, "/profile/security/", "/profile/security/sessions/", "/profile/data/")
    look_at(page, "/profile/security/second-factor/", "/profile/security/second-factor/app/")
    page.goto("/profile/security/second-factor/")
    page.get_by_role("main").locator("form[action$='/email/'] button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    check_page(page)
    look_at(page, "/profile/security/second-factor/", "/profile/security/second-factor/off/?method=email")
