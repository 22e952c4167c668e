"""Reset portal access while the person redeems, and two administrators at once: never half of anything."""

import pytest
from django.urls import reverse

from accounts.actions.invitations import invite_contact
from accounts.actors import SYSTEM
from accounts.models import Contact, Invitation, User
from tests.accounts.test_invitations import link_for, prove, register
from tests.factories import make_account, make_contact, make_user
from tests.races import at_once, commits

pytestmark = commits


@pytest.mark.parametrize("time", range(3))
def test_a_reset_while_the_person_redeems_ends_with_one_open_invitation_and_nobody_bound(sign_in, time):
    dora = make_contact("Dora", make_account("Acme Foods"), signs_in=False)
    invite_contact(actor=SYSTEM, contact=dora)
    desk = sign_in(make_user("ada@portal.example", is_staff=True, is_superuser=True))
    browser = sign_in(None)
    browser.get(link_for(dora.email))
    prove(browser, dora.email)
    reset = reverse("admin:accounts_contact_reset_access", args=[dora.pk])
    answers = at_once(2, lambda n: register(browser) if n else desk.post(reset))
    assert answers[0].status_code == 302
    assert answers[1].status_code in (302, 410)
    dora.refresh_from_db()
    assert dora.user is None
    assert Invitation.objects.open().filter(contact=dora).count() == 1
    assert not any(user.has_usable_password() for user in User.objects.filter(email=dora.email))


def test_four_resets_at_once_end_with_one_open_invitation(sign_in):
    alice = make_contact("Alice", make_account("Acme Foods"))
    ada = make_user("ada@portal.example", is_staff=True, is_superuser=True)
    desks = [sign_in(ada) for _n in range(4)]
    url = reverse("admin:accounts_contact_reset_access", args=[alice.pk])
    assert [answer.status_code for answer in at_once(4, lambda n: desks[n].post(url))] == [302] * 4
    assert Contact.objects.get(pk=alice.pk).user is None
    assert Invitation.objects.open().filter(contact=alice).count() == 1
