"""What a mail program puts around somebody's words is kept with them, and folded away where they are read."""

from typing import Any

import pytest

from cases.models import Case, CaseMessage
from records.inbound.receive import keep, read
from records.models import InboundMail
from records.reply_address import reply_address
from tests.cases.factories import desk_page, make_case, make_staff_reply
from tests.cases.mails import make_mail, reply_of
from tests.stage import shared

QUOTATION = (
    "On Tue, 24 Nov 2026 at 10:00, Support <s@support.example> wrote:\n> -=+=- Reply above this line -=+=-"
)


@pytest.fixture(autouse=True)
def configured(settings: Any) -> None:
    settings.MAIL_IN_ADDRESS = "cases@support.example"


@shared
def case(alice: Any) -> Case:
    return make_case(alice)


def answered(case: Case, contact: Any, text: str) -> InboundMail:
    return read(
        mail_id=keep(bytes(make_mail(reply_address("c", case, contact=contact), contact.email, text))).pk
    )


def test_quotation_and_signature_are_kept_with_the_reply(alice, case):
    answered(case, alice, f"It works.\n\n-- \nAlice\n\n{QUOTATION}\n> Did it help?\n")
    message = CaseMessage.objects.latest("pk")
    assert (message.body, message.folded) == ("It works.", f"-- \nAlice\n\n{QUOTATION}\n> Did it help?")


def test_customers_and_agents_fold_it_out(alice, ada, case, sign_in):
    answered(case, alice, f"It works.\n\n{QUOTATION}\n> <b>Did it help?</b>\n")
    folded = "<summary>Show quoted text</summary>"
    for reader, page in (
        (alice, case.get_absolute_url()),
        (ada, desk_page(case)),
    ):
        content = sign_in(reader).get(page).content.decode()
        assert content.count(folded) == 1
        assert "&gt; &lt;b&gt;Did it help?&lt;/b&gt;" in content.partition(folded)[2]


def test_a_reply_from_the_portal_has_nothing_to_fold_out(alice, ada, case, sign_in):
    make_staff_reply(case, ada)
    assert "Show quoted text" not in sign_in(alice).get(case.get_absolute_url()).content.decode()


def test_what_we_wrote_is_known_as_ours_without_our_line(alice, ada, case):
    make_staff_reply(case, ada, body="Please restart the gateway and wait for a minute.")
    answered(case, alice, "Done.\n\nSupport:\n> Please restart the gateway and wait for a minute.\n")
    message = CaseMessage.objects.latest("pk")
    assert message.body == "Done.\n\nSupport:"
    assert message.folded == "> Please restart the gateway and wait for a minute."


def test_words_of_somebody_else_that_we_never_wrote_are_the_message(alice, case):
    text = "Bob says:\n\n> Please restart the gateway and wait for a minute."
    answered(case, alice, text)
    assert CaseMessage.objects.latest("pk").body == text


def test_an_answer_that_stands_directly_on_the_head_is_not_empty(alice, case):
    stored = answered(case, alice, f"2 probes, please.\n{QUOTATION}\n")
    assert (stored.outcome, reply_of(stored).body) == ("added", "2 probes, please.")


def test_a_mail_that_only_quotes_is_refused_and_kept(alice, case):
    stored = answered(case, alice, f"{QUOTATION}\n> Did it help?\n")
    assert (stored.outcome, "empty" in stored.reason, b"Did it help?" in stored.raw) == (
        "refused",
        True,
        True,
    )


def test_a_very_long_quotation_comes_as_a_file(alice, case):
    lines = "".join(f"> line {number} of an old log\n" for number in range(2_000))
    stored = answered(case, alice, f"It works.\n\n{QUOTATION}\n{lines}")
    assert len(reply_of(stored).folded) <= 20_000
    assert b"line 1999 of an old log" in reply_of(stored).attachments.get().file.read()
