"""Invitations in the administration."""

import re
import uuid

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.invitations import invite_contact
from accounts.actors import SYSTEM
from accounts.models import Invitation, OutgoingMail, WebRole
from accounts.tasks import invite_one
from tests.factories import make_contact

LIST = reverse("admin:accounts_invitation_changelist")
CONTACTS = reverse("admin:accounts_contact_changelist")


@pytest.fixture
def dora(acme):
    return make_contact("Dora", acme, signs_in=False)


@pytest.fixture
def desk(sign_in, ada):
    return sign_in(ada)


def add(desk, **data):
    return desk.post(
        reverse("admin:accounts_invitation_add"), {"max_redemptions": 1, "domain": "", "message": "", **data}
    )


def test_staff_invite_a_contact(desk, dora, ada):
    finance = WebRole.objects.get(name="Portal Finance User")
    assert add(desk, contact=dora.pk, roles=[finance.pk], sends_now="on").status_code == 302
    invitation = Invitation.objects.get()
    assert (invitation.contact, invitation.created_by, invitation.state) == (dora, ada, "sent")
    assert list(invitation.roles.all()) == [finance]
    assert OutgoingMail.objects.get().to == dora.email


def test_an_invitation_that_is_not_sent_at_once_is_new(desk, dora):
    add(desk, contact=dora.pk)
    invitation = Invitation.objects.get()
    assert invitation.state == "new"
    assert not OutgoingMail.objects.exists()
    desk.post(reverse("admin:accounts_invitation_send_again", args=[invitation.pk]))
    invitation.refresh_from_db()
    assert invitation.state == "sent"


def test_staff_invite_a_group(desk, acme, ada):
    assert add(desk, account=acme.pk, max_redemptions=5, domain="acme.example").status_code == 302
    assert Invitation.objects.get().max_redemptions == 5
    assert OutgoingMail.objects.get().to == ada.email


def test_neither_both_nor_nobody_can_be_invited(desk, acme, dora, alice):
    for data in (
        {},
        {"contact": dora.pk, "account": acme.pk},
        {"contact": alice.pk},
        {"contact": dora.pk, "max_redemptions": 2},
    ):
        response = add(desk, **data)
        assert response.status_code == 200
        assert "errornote" in response.text
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("state", Invitation.State.values)
def test_each_state_has_its_list(state, desk, acme, dora):
    invite_contact(actor=SYSTEM, contact=dora)
    page = desk.get(LIST, {"state": state})
    assert (dora.email in page.text) == (state == "sent")


def test_revoking_and_sending_again_take_one_click(desk, dora):
    invitation = invite_contact(actor=SYSTEM, contact=dora)
    page = desk.get(reverse("admin:accounts_invitation_change", args=[invitation.pk]))
    before = invitation.code_hash
    for name in ("send_again", "revoke"):
        url = reverse(f"admin:accounts_invitation_{name}", args=[invitation.pk])
        assert f'action="{url}"' in page.text
        assert desk.get(url).status_code == 403
        assert desk.post(url).status_code == 302
    invitation.refresh_from_db()
    assert invitation.code_hash != before
    assert invitation.state == "revoked"
    desk.post(reverse("admin:accounts_invitation_send_again", args=[invitation.pk]))
    assert OutgoingMail.objects.count() == 2


def test_many_contacts_are_invited_by_jobs_with_progress(desk, acme, dora, alice, run_jobs):
    eve = make_contact("Eve", acme, signs_in=False)
    chosen = {"action": "invite", "_selected_action": [dora.pk, eve.pk, alice.pk], "select_across": "0"}
    page = desk.post(CONTACTS, chosen)
    assert "2 contacts get an invitation" in page.text
    assert not Invitation.objects.exists()
    progress = desk.post(CONTACTS, {**chosen, "invite": "1", "message": "Hello all"}).url
    assert re.search(r"0\s+of\s+2", desk.get(progress).text)
    assert "every 2s" in desk.get(progress).text
    run_jobs()
    assert {invitation.contact for invitation in Invitation.objects.all()} == {dora, eve}
    run_again()
    assert Invitation.objects.count() == 2


def run_again():
    """As when a worker was killed before it could say that it had finished."""

    for job in ProcrastinateJob.objects.filter(task_name="accounts.tasks.invite_one"):
        invite_one.func(**job.args)


def test_customers_reach_none_of_it(sign_in, bob):
    assert sign_in(bob).get(LIST).status_code in (302, 403)


@pytest.mark.parametrize("whom", ["contact", "account"])
def test_an_invitation_that_is_sent_twice_is_one(desk, acme, dora, whom):
    number = str(uuid.uuid4())
    chosen = {"contact": {"contact": dora.pk}, "account": {"account": acme.pk, "max_redemptions": 5}}[whom]
    for _ in range(2):
        assert add(desk, **chosen, sends_now="on", submission=number).status_code == 302
    assert Invitation.objects.count() == OutgoingMail.objects.count() == 1
    assert Invitation.objects.get().state == "sent"


def test_each_page_for_an_invitation_has_a_number_of_its_own(desk):
    pages = [desk.get(reverse("admin:accounts_invitation_add")).text for _ in range(2)]
    first, second = (re.search(r'name="submission"[^>]*value="([^"]+)"', page)[1] for page in pages)
    assert first != second
