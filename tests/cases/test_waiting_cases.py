"""What happens to cases whose customer does not answer: a reminder, then they are closed."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from accounts.actors import Actor
from accounts.models import OutgoingMail
from cases.actions import attend_to_waiting_cases, change_status, reply_to_case
from cases.models import BusinessInterval, Case, CaseDesk, CaseStatus
from tests.cases.factories import make_case, make_policy, status

BEGIN = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def desk(db):
    CaseDesk.objects.update_or_create(pk=1, defaults={"reminder_days": 3, "closing_days": 10})


def waiting(contact, ada, subject="Waits"):
    with time_machine.travel(BEGIN, tick=False):
        case = make_case(contact, subject)
        return change_status(actor=Actor(user=ada), case=case, status=status("waiting"))


def after(days):
    moment = BEGIN + timedelta(days=days)
    with time_machine.travel(moment, tick=False):
        return attend_to_waiting_cases()


def mails(event):
    return OutgoingMail.objects.filter(event=f"cases/{event}").count()


def test_a_customer_is_reminded_once_and_then_the_case_is_closed(alice, ada):
    case = waiting(alice, ada)
    assert [after(days) for days in (2.9, 3, 4, 9.9, 10, 11)] == [0, 1, 0, 0, 1, 0]
    assert (mails("reminder"), mails("closed_for_silence")) == (1, 1)
    case.refresh_from_db()
    assert case.category == "resolved"


def test_a_case_that_is_closed_at_once_is_not_reminded_of(alice, ada):
    waiting(alice, ada)
    assert after(12) == 1
    assert mails("reminder") == 0


def test_an_answer_begins_the_waiting_anew(alice, ada):
    case = waiting(alice, ada)
    with time_machine.travel(BEGIN + timedelta(days=2), tick=False):
        reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="Here")
        change_status(actor=Actor(user=ada), case=case, status=status("waiting"))
    assert [after(days) for days in (4, 5)] == [0, 1]


@pytest.mark.parametrize(("field", "days"), [("closing_days", 30), ("reminder_days", 5)])
def test_what_the_desk_does_not_want_is_not_done(alice, ada, field, days):
    CaseDesk.objects.update(**{field: 0})
    waiting(alice, ada)
    after(days)
    assert (mails("closed_for_silence"), mails("reminder")) == (0, 1 if field == "closing_days" else 0)


def test_a_case_that_cannot_be_closed_does_not_hold_the_others_up(alice, charlie, ada):
    """Its calendar has lost its opening hours: its promises cannot be reckoned."""
    CaseDesk.objects.update(reminder_days=0)
    policy = make_policy(account=charlie.account)
    broken, good = waiting(charlie, ada), waiting(alice, ada, "Good")
    BusinessInterval.objects.filter(calendar=policy.calendar).delete()
    assert after(10) == 1
    assert set(Case.objects.filter(closed_at=None)) == {broken}
    assert Case.objects.get(category="resolved") == good
    BusinessInterval.objects.create(calendar=policy.calendar, weekday=0)
    assert after(10) == 1


def test_more_cases_than_a_few_hundred_are_reminded_of_at_once(alice, ada):
    case = waiting(alice, ada)
    same = {
        name: getattr(case, name)
        for name in ("contact", "account", "request_type", "category", "waiting_since")
    }
    chosen = CaseStatus.objects.get(pk="waiting")
    Case.objects.bulk_create(Case(subject=f"Case {number}", status=chosen, **same) for number in range(250))
    assert after(3) == 251
    assert after(3) == 0
