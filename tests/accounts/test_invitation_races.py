"""Many redeem at once: one wins, the others get a page, and nothing is left lying about."""

from django.urls import reverse

from accounts.actions.invitations import invite_contact, invite_group
from accounts.actors import SYSTEM, Actor
from accounts.models import Contact, InvitationRedemption, User
from tests.accounts.test_invitations import link_for, prove, register
from tests.factories import make_account, make_contact, make_user
from tests.races import at_once, commits

REDEEMERS = 12


pytestmark = commits


def test_twelve_browsers_that_register_at_once_end_with_one_user_and_no_error(sign_in, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    dora = make_contact("Dora", make_account("Acme Foods"), signs_in=False)
    invitation = invite_contact(actor=SYSTEM, contact=dora)
    browsers = [sign_in(None) for _number in range(REDEEMERS)]
    for browser in browsers:
        browser.get(link_for(dora.email))
        prove(browser, dora.email)
    answers = at_once(REDEEMERS, lambda number: register(browsers[number]))
    assert sorted(answer.status_code for answer in answers) == [302] + [410] * (REDEEMERS - 1)
    assert User.objects.filter(email=dora.email).count() == 1
    assert invitation.redemptions.count() == 1
    dora.refresh_from_db()
    assert dora.user == invitation.redemptions.get().user


def test_twelve_users_who_race_for_a_group_of_three_end_with_three_contacts(sign_in):
    account, maker = make_account("Acme Foods"), make_user("ada@portal.example")
    invite_group(actor=Actor(user=maker), account=account, max_redemptions=3)
    browsers = [sign_in(make_user(f"person{number}@acme.example")) for number in range(REDEEMERS)]
    for browser in browsers:
        browser.get(link_for(maker.email, "invitation_group"))
    answers = at_once(REDEEMERS, lambda number: browsers[number].post(reverse("redeem_invitation")))
    assert sorted(answer.status_code for answer in answers) == [302] * 3 + [410] * 9
    assert Contact.objects.filter(account=account).count() == InvitationRedemption.objects.count() == 3
