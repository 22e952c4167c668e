"""Who is invited gets in, nobody else does, and nothing is used up before."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.actions.invitations import (
    answer_request_for_link,
    invite_contact,
    invite_group,
    resend_invitation,
    revoke_invitation,
)
from accounts.actions.redemption import AddressIsTaken
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact, Invitation, OutgoingMail, SignInPolicy, User, WebRole
from accounts.sign_in.pending_invitation import PendingInvitation, redeem_by_sign_up
from tests.factories import make_contact, make_user

PASSWORD = "sunny-harbor-42"
INVITATION = reverse("redeem_invitation")


@pytest.fixture
def dora(acme):
    return make_contact("Dora", acme, signs_in=False)


@pytest.fixture
def finance(db):
    return WebRole.objects.get(name="Portal Finance User")


@pytest.fixture
def invitation(bob, dora, finance):
    return invite_contact(
        actor=Actor(user=bob.user, contact=bob), contact=dora, roles=[finance], message="Come in!"
    )


def mails(to, event):
    return OutgoingMail.objects.filter(to=to, event=f"accounts/{event}").order_by("-pk")


def link_for(email, event="invitation"):
    """The address in the latest invitation mailed there."""
    return re.search(r"/redeem/[\w-]{20,}/", mails(email, event)[0].text)[0]


def code_for(email):
    return re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mails(email, "invitation_code")[0].text)[0]


def prove(browser, address, **data):
    """Have the code mailed and type it."""
    browser.post(reverse("redeem_send_code"), data)
    return browser.post(reverse("redeem_confirm"), {"code": code_for(address)})


def register(browser, **changes):
    data = {
        "first_name": "Dora",
        "last_name": "Tester",
        "password1": PASSWORD,
        "password2": PASSWORD,
        **changes,
    }
    return browser.post(reverse("redeem_register"), data)


def is_unused(invitation, contact=None):
    invitation.refresh_from_db()
    contact = contact or invitation.contact
    contact.refresh_from_db()
    return invitation.is_open and contact.user is None and not invitation.redemptions.exists()


def user_of(browser):
    return User.objects.filter(pk=browser.session.get("_auth_user_id", 0)).first()


# What is mailed and kept


def test_the_invitee_is_mailed_link_code_and_message_and_the_table_keeps_neither(invitation, dora):
    link = link_for(dora.email)
    code = link.strip("/").rpartition("/")[2]
    mail = mails(dora.email, "invitation")[0]
    assert "Bob Tester invites you" in mail.subject
    assert mail.text.count(code) == 2
    assert "Come in!" in mail.text
    assert "Come in!" in mail.html
    assert code not in str(Invitation.objects.filter(pk=invitation.pk).values().get())
    assert not Activity.objects.filter(details__icontains=code).exists()


def test_an_invitation_holds_for_14_days(invitation):
    assert timedelta(days=13) < invitation.expires_at - timezone.now() <= timedelta(days=14)


def test_inviting_is_recorded_with_actor_and_account(invitation, bob, acme):
    activity = Activity.objects.get(verb="contact.invited")
    assert (activity.actor, activity.account, activity.details["email"]) == (
        bob.user,
        acme,
        "dora@acme.example",
    )


def test_who_signs_in_already_or_is_deactivated_cannot_be_invited(alice, dora):
    with pytest.raises(ValidationError):
        invite_contact(actor=SYSTEM, contact=alice)
    dora.deactivate()
    with pytest.raises(ValidationError):
        invite_contact(actor=SYSTEM, contact=dora)
    assert not OutgoingMail.objects.exists()


def test_a_second_invitation_replaces_the_first(invitation, dora, visitor):
    first = link_for(dora.email)
    invite_contact(actor=SYSTEM, contact=dora)
    assert visitor.get(first, follow=True).status_code == 410
    assert visitor.get(link_for(dora.email), follow=True).status_code == 200


# Opening a link


def test_opening_the_link_consumes_nothing_and_leads_to_an_address_without_the_code(
    invitation, dora, visitor
):
    response = visitor.get(link_for(dora.email))
    assert response.url == INVITATION
    page = visitor.get(INVITATION)
    assert "d•••@acme.example" in page.text
    assert dora.email not in page.text
    assert is_unused(invitation)


def test_the_code_or_the_whole_link_can_be_typed_by_hand(invitation, dora, visitor):
    link = link_for(dora.email)
    for typed in (link.strip("/").rpartition("/")[2], f"  http://testserver{link} "):
        assert visitor.post(reverse("redeem"), {"code": typed}).url == INVITATION


def make_used(invitation, dora):
    invitation.redeemed_at = timezone.now()
    invitation.save()


def make_expired(invitation, dora):
    invitation.expires_at = timezone.now()
    invitation.save()


def make_revoked(invitation, dora):
    revoke_invitation(actor=SYSTEM, invitation=invitation)


def make_contact_inactive(invitation, dora):
    dora.deactivate()


def make_account_inactive(invitation, dora):
    dora.account.status = "inactive"
    dora.account.save()


def correct_address(invitation, dora):
    """The mail went to somebody else."""
    dora.email = "dora.tester@acme.example"
    dora.save()


def send_again(invitation, dora):
    resend_invitation(actor=SYSTEM, invitation=invitation)


@pytest.mark.parametrize(
    "end",
    [
        make_used,
        make_expired,
        make_revoked,
        make_contact_inactive,
        make_account_inactive,
        correct_address,
        send_again,
    ],
)
def test_a_dead_link_is_the_same_410_page_as_an_unknown_one(end, invitation, dora, visitor):
    link = link_for(dora.email)
    visitor.get(link)
    unknown = visitor.get("/redeem/no-such-code/")
    end(invitation, dora)
    for response in (visitor.get(link, follow=True), visitor.get(INVITATION), visitor.post(INVITATION)):
        assert response.status_code == unknown.status_code == 410
        assert "Request a new link" in response.text
        assert without_token(response.text) == without_token(unknown.text)


def without_token(page):
    """Nor the address that the theme switch comes back to."""
    return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]+"', "", page)


# A new person


def test_the_invitee_proves_the_address_registers_and_is_signed_in(
    invitation, dora, finance, visitor, run_jobs
):
    visitor.get(link_for(dora.email))
    assert prove(visitor, dora.email).url == reverse("redeem_register")
    assert register(visitor).url == reverse("home")
    dora.refresh_from_db()
    assert dora.user == user_of(visitor)
    assert dora.user.check_password(PASSWORD)
    assert list(dora.roles.all()) == [finance]
    assert EmailAddress.objects.get(user=dora.user).verified
    redemption = invitation.redemptions.get()
    assert (redemption.user, redemption.contact, redemption.client_ip) == (dora.user, dora, "127.0.0.1")
    invitation.refresh_from_db()
    assert invitation.state == "redeemed"
    assert visitor.get("/").status_code == 200


def test_inviter_and_invitee_are_told(invitation, dora, bob, visitor):
    visitor.get(link_for(dora.email))
    prove(visitor, dora.email)
    register(visitor)
    assert "Dora Tester" in mails(bob.email, "invitation_redeemed")[0].subject
    assert "Acme Foods" in mails(dora.email, "invitation_accepted")[0].text
    assert Activity.objects.get(verb="contact.invitation_redeemed").actor.email == dora.email


def test_a_stranger_with_the_forwarded_link_gets_nowhere_without_the_mailed_code(invitation, dora, visitor):
    visitor.get(link_for(dora.email))
    assert register(visitor).url == INVITATION
    assert visitor.post(INVITATION).status_code == 403
    visitor.post(reverse("redeem_send_code"), {"email": "mallory@evil.example"})
    assert not OutgoingMail.objects.filter(to="mallory@evil.example").exists()
    assert "not the code" in visitor.post(reverse("redeem_confirm"), {"code": "AAAA-AAAA"}).text
    assert register(visitor).url == INVITATION
    assert is_unused(invitation)
    assert not User.objects.filter(email=dora.email).exists()


def test_five_wrong_codes_void_the_mailed_one(invitation, dora, visitor):
    visitor.get(link_for(dora.email))
    visitor.post(reverse("redeem_send_code"))
    for _attempt in range(5):
        visitor.post(reverse("redeem_confirm"), {"code": "AAAA-AAAA"})
    visitor.post(reverse("redeem_confirm"), {"code": code_for(dora.email)})
    assert register(visitor).url == INVITATION
    assert is_unused(invitation)


def test_a_code_is_mailed_once_when_asked_for_twice_in_a_row(invitation, dora, visitor):
    visitor.get(link_for(dora.email))
    for _attempt in range(2):
        assert visitor.post(reverse("redeem_send_code")).url == reverse("redeem_confirm")
    assert mails(dora.email, "invitation_code").count() == 1


def test_a_code_proves_the_address_in_the_browser_that_asked_for_it_only(invitation, dora, visitor, sign_in):
    visitor.get(link_for(dora.email))
    visitor.post(reverse("redeem_send_code"))
    other = sign_in(None)
    other.get(link_for(dora.email))
    other.post(reverse("redeem_confirm"), {"code": code_for(dora.email)})
    assert register(other).url == INVITATION


def test_a_weak_password_is_refused_and_consumes_nothing(invitation, dora, visitor):
    visitor.get(link_for(dora.email))
    prove(visitor, dora.email)
    page = register(visitor, password1="password12", password2="password12")
    assert page.status_code == 200
    assert 'value="Dora"' in page.text
    assert is_unused(invitation)


@pytest.mark.parametrize("policy", [{"registration": "closed"}, {"local_sign_in": False}])
def test_nobody_registers_here_when_the_policy_says_so(policy, invitation, dora, visitor):
    SignInPolicy.objects.update_or_create(pk=1, defaults=policy)
    visitor.get(link_for(dora.email))
    assert "Send code" not in visitor.get(INVITATION).text
    prove(visitor, dora.email)
    assert register(visitor).url == INVITATION
    assert is_unused(invitation)


def test_nothing_remains_when_redeeming_fails_half_way(invitation, dora, visitor, monkeypatch):
    visitor.get(link_for(dora.email))
    prove(visitor, dora.email)

    def fail(**_arguments):
        raise ConnectionError

    monkeypatch.setattr("accounts.actions.redemption.record_activity", fail)
    with pytest.raises(ConnectionError):
        register(visitor)
    assert is_unused(invitation)
    assert not User.objects.filter(email=dora.email).exists()
    assert not EmailAddress.objects.filter(email=dora.email).exists()


# A person who signs in already


def test_an_existing_user_of_the_address_accepts_with_one_click(invitation, dora, sign_in):
    user = make_user(dora.email)
    browser = sign_in(user)
    browser.get(link_for(dora.email))
    assert "Accept invitation" in browser.get(INVITATION).text
    assert is_unused(invitation)
    assert browser.post(INVITATION).url == reverse("home")
    dora.refresh_from_db()
    assert dora.user == user


def test_a_visitor_who_proves_an_address_that_signs_in_is_sent_to_sign_in(invitation, dora, visitor):
    make_user(dora.email, PASSWORD)
    visitor.get(link_for(dora.email))
    assert prove(visitor, dora.email).url == f"{reverse('account_login')}?next={INVITATION}"
    register(visitor)
    assert is_unused(invitation)


def test_an_unconfirmed_address_does_not_make_its_user_the_invitee(invitation, dora, sign_in):
    user = make_user(dora.email)
    EmailAddress.objects.update(verified=False)
    browser = sign_in(user)
    browser.get(link_for(dora.email))
    assert browser.post(INVITATION).status_code == 403
    assert is_unused(invitation)


def test_somebody_else_who_is_signed_in_is_told_whom_it_is_for_and_the_invitee_still_can(
    invitation, dora, charlie, sign_in
):
    stranger = sign_in(charlie)
    stranger.get(link_for(dora.email))
    page = stranger.get(INVITATION)
    assert "d•••@acme.example" in page.text
    assert charlie.email in page.text
    assert stranger.post(INVITATION).status_code == 403
    assert is_unused(invitation)
    invitee = sign_in(make_user(dora.email))
    invitee.get(link_for(dora.email))
    invitee.post(INVITATION)
    assert invitation.redemptions.count() == 1


def test_a_user_redeems_for_another_address_of_theirs_with_a_code_mailed_there(
    invitation, dora, charlie, sign_in
):
    browser = sign_in(charlie)
    browser.get(link_for(dora.email))
    assert prove(browser, dora.email).url == INVITATION
    browser.post(INVITATION)
    dora.refresh_from_db()
    assert dora.user == charlie.user
    assert charlie.user.contacts.count() == 2


def test_a_contact_of_the_account_is_not_made_a_second_one(invitation, dora, alice, sign_in):
    browser = sign_in(alice)
    browser.get(link_for(dora.email))
    prove(browser, dora.email)
    assert browser.post(INVITATION).url == reverse("home")
    assert is_unused(invitation)


def test_redeeming_again_as_the_redeemer_just_goes_on(invitation, dora, sign_in):
    browser = sign_in(make_user(dora.email))
    link = link_for(dora.email)
    for _time in range(2):
        assert browser.get(link, follow=True).status_code == 200
        assert browser.post(INVITATION, follow=True).redirect_chain[-1][0] in (
            reverse("home"),
            reverse("redeem"),
        )
    assert invitation.redemptions.count() == 1
    assert browser.get(link, follow=True).redirect_chain[-1][0] == reverse("home")


def test_signing_in_as_somebody_else_keeps_the_invitation(invitation, dora, charlie, sign_in):
    browser = sign_in(charlie)
    browser.get(link_for(dora.email))
    browser.post(reverse("redeem_switch"))
    assert user_of(browser) is None
    assert "d•••@acme.example" in browser.get(INVITATION).text


def test_a_deactivated_user_redeems_nothing(invitation, dora, visitor):
    make_user(dora.email, PASSWORD, is_active=False)
    visitor.get(link_for(dora.email))
    prove(visitor, dora.email)
    visitor.post(reverse("account_login"), {"login": dora.email, "password": PASSWORD})
    assert visitor.post(INVITATION).status_code == 403
    assert is_unused(invitation)


def test_an_invitation_to_a_corrected_address_goes_there_when_sent_again(invitation, dora):
    correct_address(invitation, dora)
    resend_invitation(actor=SYSTEM, invitation=invitation)
    invitation.refresh_from_db()
    assert invitation.email == dora.email
    assert mails(dora.email, "invitation").exists()


# Groups


@pytest.fixture
def group(acme, ada, finance):
    return invite_group(
        actor=Actor(user=ada), account=acme, max_redemptions=2, domain="@ACME.example ", roles=[finance]
    )


def test_the_maker_of_a_group_is_mailed_the_link(group, ada):
    assert link_for(ada.email, "invitation_group")
    assert group.domain == "acme.example"


def test_people_of_the_domain_join_until_the_group_is_full(group, ada, acme, finance, sign_in):
    link = link_for(ada.email, "invitation_group")
    for name in ("gina", "hugo"):
        browser = sign_in(None)
        browser.get(link)
        prove(browser, f"{name}@acme.example", email=f"{name}@acme.example")
        assert register(browser, first_name=name.title()).url == reverse("home")
    joined = Contact.objects.filter(account=acme, roles=finance)
    assert sorted(joined.values_list("email", flat=True)) == ["gina@acme.example", "hugo@acme.example"]
    assert sign_in(None).get(link, follow=True).status_code == 410


def test_an_address_outside_the_domain_does_not_join(group, ada, charlie, sign_in, visitor):
    link = link_for(ada.email, "invitation_group")
    visitor.get(link)
    assert (
        "@acme.example" in visitor.post(reverse("redeem_send_code"), {"email": "mallory@evil.example"}).text
    )
    assert not OutgoingMail.objects.filter(to="mallory@evil.example").exists()
    browser = sign_in(charlie)
    browser.get(link)
    assert browser.post(INVITATION).status_code == 403
    assert not group.redemptions.exists()


def test_an_existing_contact_joins_a_group_as_that_contact(group, ada, dora, sign_in):
    browser = sign_in(make_user(dora.email))
    browser.get(link_for(ada.email, "invitation_group"))
    browser.post(INVITATION)
    assert group.redemptions.get().contact == dora
    group.refresh_from_db()
    assert group.is_open


def test_a_sign_up_with_an_identity_whose_verified_address_is_invited_redeems_in_one_go(
    invitation, dora, finance, rf
):
    request = rf.post("/")
    request.session, request.client_ip, request.user = {}, "192.0.2.7", AnonymousUser()
    PendingInvitation(request).remember(invitation)
    assert redeem_by_sign_up(request, verified=["mallory@evil.example"], create_user=pytest.fail) is None
    user = redeem_by_sign_up(
        request,
        verified=["other@acme.example", "Dora@acme.example"],
        create_user=lambda: make_user(dora.email),
    )
    dora.refresh_from_db()
    assert dora.user == user
    assert finance in dora.roles.all()
    assert not PendingInvitation(request).exists


def test_a_sign_up_that_fails_leaves_the_invitation_open(invitation, dora, rf):
    request = rf.post("/")
    request.session, request.client_ip, request.user = {}, None, AnonymousUser()
    PendingInvitation(request).remember(invitation)
    make_user(dora.email)
    with pytest.raises(AddressIsTaken):
        redeem_by_sign_up(request, verified=[dora.email], create_user=lambda: make_user(dora.email))
    assert is_unused(invitation)


# A new link


def ask(browser, email):
    return browser.post(reverse("redeem_new_link"), {"email": email}, follow=True).text


def test_asking_for_a_new_link_answers_the_same_for_everybody(invitation, dora, visitor):
    known, unknown = ask(visitor, dora.email), ask(visitor, "nobody@acme.example")
    assert without_token(known) == without_token(unknown).replace("nobody@acme.example", dora.email)


def test_an_expired_invitation_is_sent_again_to_its_own_address_when_asked_for(
    invitation, dora, visitor, run_jobs, mailoutbox
):
    past = timezone.now() - timedelta(days=1)
    Invitation.objects.update(expires_at=past, sent_at=past)
    ask(visitor, dora.email)
    run_jobs()
    assert mails(dora.email, "invitation").count() == 2
    link = re.search(r"/redeem/[\w-]{20,}/", mailoutbox[-1].body)[0]
    assert visitor.get(link, follow=True).status_code == 200


def test_a_revoked_invitation_is_not_sent_again(invitation, dora):
    revoke_invitation(actor=SYSTEM, invitation=invitation)
    answer_request_for_link(actor=SYSTEM, email=dora.email)
    assert mails(dora.email, "invitation").count() == 1


def test_asking_again_and_again_does_not_flood_the_mailbox(invitation, dora):
    for _time in range(3):
        answer_request_for_link(actor=SYSTEM, email=dora.email)
    assert mails(dora.email, "invitation").count() == 1


def test_who_signs_in_already_is_told_so_by_mail_only(alice):
    answer_request_for_link(actor=SYSTEM, email="Alice@acme.example")
    answer_request_for_link(actor=SYSTEM, email="nobody@acme.example")
    assert [mail.to for mail in OutgoingMail.objects.all()] == [alice.email]
