"""The same message by two ways at the same moment."""

from records.inbound.receive import keep, read
from records.reply_address import reply_address
from tests.cases.factories import make_case
from tests.cases.mails import make_mail
from tests.races import at_once, commits

pytestmark = commits


def test_a_message_that_is_delivered_twice_at_the_same_time_is_one(alice, settings):
    settings.MAIL_IN_ADDRESS = "cases@support.example"
    case = make_case(alice)
    raw = bytes(make_mail(reply_address("c", case, contact=alice), alice.email, "Once."))
    kept = at_once(4, lambda _number: keep(raw).pk)
    at_once(4, lambda number: read(mail_id=kept[number]).pk)
    assert len(set(kept)) == 1
    assert [message.body for message in case.messages.order_by("pk")[1:]] == ["Once."]
