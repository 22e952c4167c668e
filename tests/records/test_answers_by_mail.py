"""An answer by mail to a record of any type that people talk about."""

from typing import Any

import pytest
from django.utils.http import int_to_base36

from records.inbound.receive import keep, read
from records.models import InboundMail
from records.reply_address import reply_address
from tests.cases.mails import make_mail
from tests.portal.factories import restrict
from tests.records.scenes import TALKED_ABOUT, Scene, make_scene


@pytest.fixture(params=TALKED_ABOUT, ids=lambda surface: surface.name)
def scene(request, settings, acme, alice, charlie, bob) -> Scene:
    settings.MAIL_IN_ADDRESS = "support@support.example"
    return make_scene(request.param, acme, alice, charlie, bob)


def address_for(scene: Scene, contact: Any) -> str:
    return reply_address(scene.surface.talk.code, scene.record, contact=contact)


def answered(address: str, contact: Any, text: str = "By mail.") -> InboundMail:
    return read(mail_id=keep(bytes(make_mail(address, contact.email, text))).pk)


def said(scene: Scene) -> list[str]:
    return [message.body for message in scene.surface.talk.of(scene.record).order_by("pk")]


def test_the_answer_is_in_the_conversation(scene, alice):
    before = said(scene)
    mail = answered(address_for(scene, alice), alice)
    assert (mail.outcome, mail.record_type, mail.record_id) == ("added", scene.surface.name, scene.record.pk)
    assert said(scene) == [*before, "By mail."]


@pytest.mark.parametrize("change", ["signature", "code", "record", "person"])
def test_an_address_that_was_changed_writes_nothing_and_the_mail_is_kept(scene, alice, charlie, change):
    address, before = address_for(scene, alice), said(scene)
    talk, pk = scene.surface.talk, int_to_base36(scene.record.pk)
    local, at, host = address.partition("@")
    forged = {
        "signature": f"{local[:-1]}{'0' if local[-1] != '0' else '1'}{at}{host}",
        "code": address.replace(f"+{talk.code}-", "+zz-"),
        "record": address.replace(f"-{pk}.", f"-{int_to_base36(scene.record.pk + 1)}."),
        "person": address.replace(f".c{int_to_base36(alice.pk)}.", f".c{int_to_base36(charlie.pk)}."),
    }[change]
    assert forged != address
    mail = answered(forged, alice)
    assert (mail.outcome, bytes(mail.raw) != b"", said(scene)) == ("refused", True, before)


def test_an_address_of_one_type_leads_to_no_record_of_another(scene, alice):
    other = next((one.talk.code for one in TALKED_ABOUT if one is not scene.surface), "zz")
    address = address_for(scene, alice).replace(f"+{scene.surface.talk.code}-", f"+{other}-")
    assert answered(address, alice).outcome == "refused"


def test_who_may_no_longer_see_the_record_adds_nothing(scene, alice):
    address, before = address_for(scene, alice), said(scene)
    scene.take_the_right()
    assert answered(address, alice).outcome == "refused"
    assert said(scene) == before


def test_whom_a_page_rule_shuts_out_adds_nothing(scene, alice):
    before = said(scene)
    restrict(scene.surface.url(scene.surface.list_name), "Administrators")
    assert answered(address_for(scene, alice), alice).outcome == "refused"
    assert said(scene) == before


def test_a_stranger_who_was_forwarded_the_mail_adds_nothing(scene, alice, charlie):
    before = said(scene)
    assert answered(address_for(scene, alice), charlie).outcome == "refused"
    assert said(scene) == before
