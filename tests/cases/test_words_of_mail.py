"""A reply that came by mail is shown as it was written; one that was typed here, as the preview showed it."""

import uuid
from typing import Any

import pytest
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import assign_case
from cases.models import CaseMessage
from records.reply_address import reply_address
from tests.cases.factories import make_case
from tests.cases.mails import make_mail
from tests.cases.test_inbound_mail import take_in
from tests.stage import shared

TYPED = "# dmesg | tail\n**bold**\nSee C:\\_temp\\[a]\\-x.log"


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"


@shared
def case(alice: Any) -> Any:
    return make_case(alice)


def last() -> CaseMessage:
    return CaseMessage.objects.latest("pk")


def test_nothing_in_a_mail_is_taken_for_markdown(sign_in, alice, case):
    take_in(make_mail(reply_address("c", case, contact=alice), alice.email, f"{TYPED}\n  * one"))
    assert "<p># dmesg | tail<br>\n**bold**<br>" in last().body_html
    assert "&nbsp;&nbsp;* one" in sign_in(alice).get(case.get_absolute_url()).text


def test_what_is_typed_here_is_shown_as_the_preview_shows_it(sign_in, alice, case):
    browser = sign_in(alice)
    browser.post(
        reverse("cases:reply", args=[case.number]),
        {"body": TYPED, "submission": str(uuid.uuid4())},
    )
    preview = browser.post(reverse("cases:preview"), {"body": TYPED}).text
    for page in (browser.get(case.get_absolute_url()).text, preview):
        assert "<p># dmesg | tail<br>\n<strong>bold</strong><br>\nSee C:\\_temp\\[a]\\-x.log</p>" in page


def test_staff_are_told_of_a_mail_in_its_own_words(alice, ada, case):
    assign_case(actor=Actor(user=ada), case=case, to=ada)
    take_in(
        make_mail(reply_address("c", case, contact=alice), alice.email, "It calls handlers[name](event).")
    )
    told = OutgoingMail.objects.get(event="cases/reply_for_staff")
    assert "handlers[name](event)." in told.text
    assert "handlers[name](event)." in told.html


def test_a_mail_that_is_put_right_is_still_shown_as_written(sign_in, alice, case):
    take_in(make_mail(reply_address("c", case, contact=alice), alice.email, "**one**"))
    sign_in(alice).post(reverse("cases:reply_edit", args=[case.number, last().pk]), {"body": "**two**"})
    assert (last().body, last().body_html) == ("**two**", "<p>**two**</p>")
