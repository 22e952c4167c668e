"""From an invitation to access, and to its end: Bob invites Dora, a stranger gets her link, she comes in with
the identity that she has elsewhere and a code, and Bob lets her go."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from oidc_provider_mock import run_server_in_thread
from playwright.sync_api import Page, expect

from accounts.models import Contact, Invitation, OutgoingMail, SignInPolicy, User
from portal import providers
from tests.accounts import saml_server
from tests.accounts.external import change_policy, environment, person
from tests.accounts.saml_server import Person
from tests.browser.conftest import sign_in_by_form

pytestmark = pytest.mark.browser

STYLES = "https://cdn.jsdelivr.net"
"""The provider's pages load their looks from there."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with run_server_in_thread() as running:
        yield f"http://localhost:{running.server_port}"


def configure(settings: Any, env: dict[str, str]) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = providers.configured(env)
    policy = deepcopy(settings.CONTENT_SECURITY_POLICY)
    policy["DIRECTIVES"]["form-action"] += providers.origins(env)
    settings.CONTENT_SECURITY_POLICY = policy


@pytest.fixture
def provider(portal: str, server: str, settings: Any) -> str:
    configure(settings, environment(server, "works"))
    return server


@pytest.fixture
def open_device(open_browser: Any, provider: str) -> Any:
    """A browser that may go to the provider."""

    def opened() -> Page:
        page: Page = open_browser(friends=(provider, STYLES))
        page.route(f"{STYLES}/**", lambda route: route.fulfill(body="", content_type="text/css"))
        return page

    return opened


def test_bob_invites_dora_she_comes_in_by_her_identity_and_bob_lets_her_go(
    open_browser, open_device, with_password, run_jobs, provider, bob, charlie
):
    change_policy(second_factor=SignInPolicy.SecondFactor.EVERYONE)
    desk = open_browser()
    desk.goto("/users/")
    with_password(bob)
    sign_in_by_form(desk, bob.email)
    type_code(desk, to=bob.email)
    invite_dora(desk)
    run_jobs()

    stranger = open_device()
    with_password(charlie)
    follow_the_invitation(stranger)
    the_stranger_is_told_whom_it_is_for(stranger, provider, charlie)

    dora = open_device()
    follow_the_invitation(dora)
    expect(dora.get_by_role("heading", level=1)).to_have_text("Join Acme Foods")
    continue_with_the_provider(dora, person(provider, "dora", "dora@acme.example"))
    type_code(dora, to="dora@acme.example")
    expect(dora.get_by_role("heading", level=1)).to_contain_text("Hello Dora")
    assert list(Contact.objects.get(email="dora@acme.example").roles.values_list("name", flat=True)) == [
        "Portal IT User"
    ]

    deactivate_dora(desk)
    dora.get_by_role("navigation", name="Main").get_by_role("link", name="Cases").click()
    expect(dora).to_have_url(re.compile("/accounts/login/"))


def invite_dora(desk: Page) -> None:
    desk.get_by_role("link", name="Add a colleague").click()
    desk.get_by_label("First name").fill("Dora")
    desk.get_by_label("Last name").fill("Diaz")
    desk.get_by_label("Work email").fill("dora@acme.example")
    desk.get_by_role("checkbox", name=re.compile("Portal IT User")).check()
    desk.get_by_label("Personal message").fill("Welcome to the cold side.")
    desk.get_by_role("button", name="Invite").click()
    expect(desk.get_by_role("status").filter(has_text="Dora Diaz is invited")).to_be_visible()
    expect(desk.get_by_role("row").filter(has_text="Dora Diaz")).to_contain_text("Invited")


def follow_the_invitation(page: Page) -> None:
    page.goto("/mailbox/")
    page.get_by_role("main").get_by_role("listitem").filter(has_text="dora@acme.example").first.get_by_role(
        "link"
    ).click()
    expect(page.get_by_text("Welcome to the cold side.")).to_be_visible()
    page.get_by_role("link", name=re.compile(r"redeem.[\w-]{20,}")).click()
    expect(page).to_have_url(re.compile("/redeem/invitation/$"))


def the_stranger_is_told_whom_it_is_for(page: Page, provider: str, charlie: Contact) -> None:
    """Neither as somebody new, nor as somebody the portal knows."""
    users = User.objects.count()
    masked = re.compile(r"d•+@acme\.example")
    expect(page.get_by_role("main")).to_contain_text(masked)
    continue_with_the_provider(page, person(provider, "stranger", "stranger@acme.example"))
    expect(page.get_by_text("did not confirm that the invited address is yours")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(masked)

    page.get_by_role("link", name="Sign in as an existing user").click()
    sign_in_by_form(page, charlie.email)
    type_code(page, to=charlie.email)
    expect(page.get_by_role("heading", level=1)).to_have_text("This invitation is for another address")
    expect(page.get_by_role("main")).to_contain_text(masked)
    expect(page.get_by_role("main")).to_contain_text("The invitation was not used")
    assert Invitation.objects.get().is_redeemable
    assert User.objects.count() == users
    assert not charlie.user.contacts.exclude(pk=charlie.pk).exists()


def continue_with_the_provider(page: Page, sub: str) -> None:
    page.get_by_role("button", name="Continue with Works ID").click()
    page.get_by_placeholder("sub").fill(sub)
    page.get_by_role("button", name="Authorize").click()


def type_code(page: Page, *, to: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
    code = re.search(
        r"\b\d{6}\b", OutgoingMail.objects.filter(event="accounts/code", to=to).latest("pk").text
    )[0]
    page.get_by_role("textbox", name="Code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def deactivate_dora(desk: Page) -> None:
    desk.goto("/users/")
    desk.get_by_role("link", name="Dora Diaz").click()
    desk.get_by_role("link", name="Deactivate").click()
    desk.get_by_role("button", name="Deactivate").click()
    expect(
        desk.get_by_role("status").filter(has_text="can no longer sign in to this account")
    ).to_be_visible()


def test_alice_signs_in_through_saml_though_its_answer_comes_from_another_site(open_browser, settings, alice):
    """The answer is a form that the server's page sends: the browser sends no cookie of the portal with
    it."""
    SocialAccount.objects.create(user=alice.user, provider="works", uid="a-1")
    with saml_server.running(Person("a-1")) as saml:
        configure(settings, saml.environment())
        page = open_browser(friends=(saml.sso_url.removesuffix("/sso"),))
        page.goto("/cases/")
        page.get_by_role("button", name="Continue with Works SAML").click()
        page.wait_for_url("**/cases/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cases")
