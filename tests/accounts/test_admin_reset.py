"""Reset portal access: whoever has lost every way in, or has a thief in theirs, starts again; and really gets
in."""

import re
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts import lockout
from accounts.actions.invitations import invite_contact
from accounts.actions.reset_access import reset_access
from accounts.actions.second_factor import switch_on_email
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact, Invitation, OutgoingMail, SignInPolicy, TrustedBrowser, User
from accounts.second_factor.rules import chosen_methods
from tests.accounts.external import change_policy, connect, person, sign_in_with
from tests.accounts.test_invitations import INVITATION, code_for, link_for, prove, register
from tests.cases.factories import make_case
from tests.factories import PASSWORD, make_contact, make_user

LOGIN = "/accounts/login/"
OLD = "the-old-password-1"


def reset_url(contact):
    return reverse("admin:accounts_contact_reset_access", args=[contact.pk])


def signed_in(email, password):
    browser = Client()
    browser.post(LOGIN, {"login": email, "password": password})
    return browser


def is_signed_in(browser):
    return browser.get("/cases/").status_code == 200


@pytest.fixture
def alice(alice):
    """With everything that can go wrong: a password, an identity, a second factor, a locked address."""
    alice.user.set_password(OLD)
    alice.user.save()
    return alice


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


@pytest.fixture
def lost(alice, globex):
    """Alice is locked, has an identity and a second factor she has lost, and works for Globex, too."""
    connect(alice.user, "sub-1")
    other = make_contact("Alice", globex, user=alice.user)
    browser = signed_in(alice.email, OLD)
    assert is_signed_in(browser)
    switch_on_email(actor=SYSTEM, user=alice.user)
    TrustedBrowser.objects.create(user=alice.user, token_hash="x", expires_at="2100-01-01T00:00Z")
    for _attempt in range(5):
        lockout.count_attempt(alice.email, SignInPolicy.objects.stored())
    return SimpleNamespace(contact=alice, user=alice.user, other=other, browser=browser)


def test_the_page_says_exactly_what_will_happen_and_does_nothing(desk, lost):
    page = desk.get(reset_url(lost.contact)).text
    for told in (
        "alice@acme.example currently signs in as this contact.",
        "One session is ended.",
        "works",
        "Code by email",
        "One remembered browser is forgotten.",
        "The lock after failed password attempts is removed.",
        "A new invitation is sent to alice@acme.example.",
        "Globex Pharma",
    ):
        assert told in page, told
    assert is_signed_in(lost.browser)
    assert not Invitation.objects.exists()


def test_a_reset_closes_every_way_in_and_invites_anew(desk, lost, ada, acme):
    assert desk.post(reset_url(lost.contact)).status_code == 302
    lost.contact.refresh_from_db()
    lost.user.refresh_from_db()
    assert lost.contact.user is None
    assert not is_signed_in(lost.browser)
    assert not is_signed_in(signed_in(lost.user.email, OLD))
    assert not SocialAccount.objects.filter(user=lost.user).exists()
    assert chosen_methods(lost.user) == []
    assert not TrustedBrowser.objects.exists()
    invitation = Invitation.objects.get(contact=lost.contact)
    assert invitation.state == "sent"
    line = Activity.objects.get(verb="contact.access_reset")
    assert (line.actor, line.account, line.details) == (
        ada,
        acme,
        {"sessions": 1, "identities": ["works"], "second_factors": ["email"]},
    )


def test_the_lock_is_lifted_and_the_other_contact_stays_the_users(desk, lost):
    assert lockout.is_locked(lost.user.email)
    desk.post(reset_url(lost.contact))
    assert not lockout.is_locked(lost.user.email)
    lost.other.refresh_from_db()
    assert lost.other.user == lost.user


def test_open_invitations_are_revoked(desk, acme):
    dora = make_contact("Dora", acme, signs_in=False)
    first = invite_contact(actor=SYSTEM, contact=dora)
    desk.post(reset_url(dora))
    assert [invitation.state for invitation in Invitation.objects.filter(contact=dora)] == ["sent", "revoked"]
    assert Invitation.objects.get(pk=first.pk).state == "revoked"


def test_an_address_that_a_thief_has_yet_to_confirm_is_gone(desk, alice):
    EmailAddress.objects.create(user=alice.user, email="thief@evil.example", verified=False, primary=False)
    desk.post(reset_url(alice))
    assert [address.email for address in EmailAddress.objects.filter(user=alice.user)] == [alice.email]


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_alice_really_gets_in_again_and_sees_her_cases(
    is_confirmed, desk, lost, run_jobs, mailoutbox, visitor
):
    """The second time an administrator had replaced her address, which nobody has confirmed since."""
    if not is_confirmed:
        EmailAddress.objects.filter(user=lost.user).delete()
    case = make_case(lost.contact, "Gateway is offline")
    desk.post(reset_url(lost.contact))
    run_jobs()
    link = re.search(r"http://[^/]+(/redeem/[\w-]{20,}/)", mailoutbox[-1].body)[1]
    assert visitor.get(link, follow=True).status_code == 200
    assert prove(visitor, lost.contact.email).url == reverse("redeem_register")
    assert register(visitor, first_name="Alice").url == reverse("home")
    assert case.subject in visitor.get(f"/cases/{case.number}/").text
    lost.contact.refresh_from_db()
    assert lost.contact.user == lost.user
    assert is_signed_in(signed_in(lost.user.email, PASSWORD))
    assert User.objects.filter(email=lost.user.email).count() == 1


@pytest.mark.parametrize("registration", SignInPolicy.Registration.values)
def test_she_may_also_choose_a_new_password_first_and_accept_then(
    registration, desk, alice, run_jobs, mailoutbox, visitor
):
    """Where registration is closed this is the way."""
    change_policy(registration=registration)
    desk.post(reset_url(alice))
    visitor.get(link_for(alice.email))
    visitor.post("/accounts/password/reset/", {"email": alice.email})
    run_jobs()
    key = next(
        re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.body)
        for mail in mailoutbox
        if "/reset/key/" in mail.body
    )[1]
    page = visitor.get(key, follow=True)
    visitor.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    visitor.post(LOGIN, {"login": alice.email, "password": PASSWORD})
    assert visitor.post(INVITATION).url == reverse("home")
    assert is_signed_in(visitor)


def test_where_only_an_identity_lets_in_she_connects_a_new_one(desk, lost, provider, visitor):
    change_policy(local_sign_in=False)
    desk.post(reset_url(lost.contact))
    person(provider, "sub-2", lost.user.email)
    visitor.get(link_for(lost.user.email))
    sign_in_with(visitor, "sub-2")
    assert SocialAccount.objects.get(user=lost.user).uid == "sub-2"
    visitor.post(INVITATION)
    lost.contact.refresh_from_db()
    assert lost.contact.user == lost.user


def test_an_identity_whose_address_is_not_verified_does_not_take_the_user_over(desk, lost, provider, visitor):
    desk.post(reset_url(lost.contact))
    person(provider, "sub-3", lost.user.email, verified=False)
    visitor.get(link_for(lost.user.email))
    sign_in_with(visitor, "sub-3")
    assert not SocialAccount.objects.filter(user=lost.user).exists()
    assert not is_signed_in(visitor)


def test_without_the_invitation_a_verified_address_alone_takes_nobody_over(desk, lost, provider, visitor):
    desk.post(reset_url(lost.contact))
    person(provider, "sub-4", lost.user.email)
    sign_in_with(visitor, "sub-4")
    assert not SocialAccount.objects.filter(user=lost.user).exists()


def test_whoever_has_the_link_and_not_the_mailbox_gets_nothing(desk, alice, visitor, charlie, sign_in):
    desk.post(reset_url(alice))
    link = link_for(alice.email)
    visitor.get(link)
    assert visitor.get(reverse("redeem_register")).url == INVITATION
    assert register(visitor).url == INVITATION
    stranger = sign_in(charlie)
    stranger.get(link)
    assert stranger.post(INVITATION).status_code == 403
    assert Contact.objects.get(pk=alice.pk).user is None


def test_a_user_who_has_a_password_is_never_given_another_by_an_invitation(acme, visitor):
    make_user("dora@acme.example", OLD)
    invite_contact(actor=SYSTEM, contact=make_contact("Dora", acme, signs_in=False))
    visitor.get(link_for("dora@acme.example"))
    prove(visitor, "dora@acme.example")
    register(visitor)
    assert User.objects.get(email="dora@acme.example").check_password(OLD)


def test_staff_who_also_are_contacts_are_not_given_a_password_by_an_invitation(acme, visitor):
    """They use Forgot your password?, with its second factor."""
    staff = make_user("sam@acme.example", is_staff=True)
    invite_contact(actor=SYSTEM, contact=make_contact("Sam", acme, signs_in=False))
    visitor.get(link_for(staff.email))
    assert prove(visitor, staff.email).url.startswith(LOGIN)
    register(visitor)
    assert not User.objects.get(pk=staff.pk).has_usable_password()


def test_a_code_is_mailed_to_the_invited_address_alone(desk, alice, visitor):
    desk.post(reset_url(alice))
    visitor.get(link_for(alice.email))
    visitor.post(reverse("redeem_send_code"), {"email": "thief@evil.example"})
    assert code_for(alice.email)
    assert not OutgoingMail.objects.filter(to="thief@evil.example").exists()


@pytest.mark.parametrize("off", ["contact", "account", "user"])
def test_what_is_switched_off_is_not_reset(desk, alice, off):
    if off == "contact":
        alice.deactivate()
    elif off == "account":
        alice.account.status = "inactive"
        alice.account.save()
    else:
        User.objects.filter(pk=alice.user.pk).update(is_active=False)
    with pytest.raises(ValidationError):
        reset_access(actor=SYSTEM, contact=alice)
    page = desk.post(reset_url(alice), follow=True)
    assert page.status_code == 200
    alice.refresh_from_db()
    assert alice.user.check_password(OLD)
    assert not Invitation.objects.exists()


def test_the_sign_in_of_staff_is_reset_by_superusers_alone(sign_in, acme, ada):
    helper = make_user("helper@portal.example", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="change_contact"))
    boss = make_contact("Ada", acme, user=ada)
    assert sign_in(helper).post(reset_url(boss)).status_code == 403
    assert sign_in(helper).get(reset_url(boss)).status_code == 403
    assert (
        "Reset portal access"
        not in sign_in(helper).get(reverse("admin:accounts_contact_change", args=[boss.pk])).text
    )
    boss.refresh_from_db()
    assert boss.user == ada


def test_the_log_says_who_did_it_and_no_secret(desk, lost):
    desk.post(reset_url(lost.contact))
    code = link_for(lost.contact.email).strip("/").rpartition("/")[2]
    assert not Activity.objects.filter(details__icontains=code).exists()
    verbs = set(Activity.objects.filter(actor__email="ada@portal.example").values_list("verb", flat=True))
    assert {"contact.access_reset", "contact.invited", "session.ended", "second_factor.removed"} <= verbs


def test_resetting_twice_ends_with_one_invitation_that_holds(desk, alice):
    for _time in range(2):
        reset_access(actor=Actor(), contact=alice)
    assert Invitation.objects.open().filter(contact=alice).count() == 1
