"""Which of the staff are told of a case, and of what goes wrong with it."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission

from accounts.actors import Actor
from accounts.models import Activity, OutgoingMail
from cases.actions import (
    assign_case,
    change_status,
    escalate_case,
    move_to_queue,
    reply_to_case,
    warn_of_promises,
)
from cases.models import Case, CaseClock, CaseDesk, Queue
from tests.cases.factories import make_case, make_policy, status
from tests.factories import make_user

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def agent(name, *rights, **fields):
    user = make_user(
        f"{name.lower()}@portal.example", first_name=name, last_name="Agent", is_staff=True, **fields
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


@pytest.fixture
def mei(db):
    return agent("Mei", "view_case", "change_case")


@pytest.fixture
def sam(db):
    return agent("Sam", "view_case", "change_case")


@pytest.fixture
def lead(db):
    return agent("Lena", "view_case")


@pytest.fixture
def queue(mei, sam):
    queue = Queue.objects.create(name="Technical")
    queue.agents.set([mei, sam])
    return queue


@pytest.fixture
def case(alice):
    make_policy()
    with time_machine.travel(NOON.replace(hour=9), tick=False):
        return make_case(alice)


def told(event):
    return sorted(OutgoingMail.objects.filter(event=f"cases/{event}").values_list("to", flat=True))


def missed():
    warn_of_promises(now=NOON.replace(hour=20))
    return told("promise_missed")


def test_the_agent_who_gets_a_case_is_told(case, ada, mei):
    assign_case(actor=Actor(user=ada), case=case, to=mei)
    assign_case(actor=Actor(user=ada), case=case, to=mei)
    mail = OutgoingMail.objects.get(event="cases/assigned")
    assert (mail.to, case.number in mail.subject) == (mei.email, True)
    assert "Ada Byrne assigned case" in mail.text


def test_who_takes_a_case_themselves_is_not_told(case, mei):
    assign_case(actor=Actor(user=mei), case=case, to=mei)
    assert told("assigned") == []


def test_an_assignee_who_may_not_read_cases_gets_nothing_to_read(case, ada):
    assign_case(actor=Actor(user=ada), case=case, to=agent("Nobody"))
    assert told("assigned") == []


def test_nobody_is_told_of_a_closed_case_that_is_assigned(case, ada, mei):
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))
    assign_case(actor=Actor(user=ada), case=case, to=mei)
    assert told("assigned") == []


def test_the_agents_of_a_queue_are_told_of_a_case_of_nobody_that_comes_there(case, mei, sam, queue):
    move_to_queue(actor=Actor(user=mei), case=case, queue=queue)
    assert told("queued") == [sam.email]


def test_a_case_of_somebody_moves_to_a_queue_in_silence(case, ada, mei, queue):
    Case.objects.update(assigned_to=mei)
    move_to_queue(actor=Actor(user=ada), case=case, queue=queue)
    assert told("queued") == []


@pytest.mark.parametrize("gone", [{"is_active": False}, {"is_staff": False}])
def test_the_queue_is_told_when_the_assignee_has_gone(case, mei, sam, alice, queue, gone):
    Case.objects.update(assigned_to=mei, queue=queue)
    type(mei).objects.filter(pk=mei.pk).update(**gone)
    reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="And now?")
    assert told("reply_for_staff") == [sam.email]
    assert missed() == [sam.email]


def test_what_nobody_looks_after_is_told_to_those_whom_the_desk_names(case, lead):
    CaseDesk.objects.stored().escalations_to.add(lead, agent("Nobody"))
    warn_of_promises(now=NOON)
    assert told("promise_near") == [lead.email]
    assert missed() == [lead.email]


def test_a_missed_promise_is_told_to_the_lead_of_the_queue_too(case, mei, sam, lead, queue):
    queue.lead = lead
    queue.save()
    CaseDesk.objects.stored().escalations_to.add(sam)
    Case.objects.update(assigned_to=mei, queue=queue)
    warn_of_promises(now=NOON)
    assert told("promise_near") == [mei.email]
    assert missed() == [lead.email, mei.email]
    case.refresh_from_db()
    assert case.lead_told_at == NOON.replace(hour=20)
    assert case.escalated_at is None
    assert Activity.objects.filter(verb="case.lead_told", is_internal=True).exists()


def test_a_lead_who_is_switched_off_is_replaced_by_the_desk(case, mei, lead, queue):
    queue.lead = lead
    queue.save()
    CaseDesk.objects.stored().escalations_to.add(mei)
    type(lead).objects.filter(pk=lead.pk).update(is_active=False)
    Case.objects.update(queue=queue)
    assert mei.email in missed()
    assert lead.email not in missed()


def test_the_mark_of_a_missed_promise_goes_when_the_case_is_closed(case, ada):
    CaseDesk.objects.stored().escalations_to.add(ada)
    missed()
    change_status(actor=Actor(user=ada), case=Case.objects.get(), status=status("resolved"))
    assert Case.objects.get().lead_told_at is None


def test_customers_do_not_read_that_the_lead_was_told(sign_in, alice, case, lead):
    CaseDesk.objects.stored().escalations_to.add(lead)
    missed()
    page = sign_in(alice).get(case.get_absolute_url()).text
    assert lead.get_full_name() not in page
    assert "Escalated" not in page


def test_a_customer_who_escalates_reaches_the_lead(case, alice, mei, lead):
    CaseDesk.objects.stored().escalations_to.add(lead)
    Case.objects.update(assigned_to=mei)
    escalate_case(actor=Actor(user=alice.user, contact=alice), case=case, reason="Nobody answers")
    assert told("escalated_for_staff") == [lead.email, mei.email]


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Berlin", "2 p.m. (Europe/Berlin)"), ("America/Chicago", "7 a.m. (America/Chicago)")],
)
def test_a_warning_names_the_time_zone_of_its_reader(case, mei, zone, words):
    Case.objects.update(assigned_to=mei)
    type(mei).objects.filter(pk=mei.pk).update(time_zone=zone)
    missed()
    mail = OutgoingMail.objects.get(event="cases/promise_missed")
    for text in (mail.text, mail.html):
        assert words in text
        assert "m.." not in text
    assert CaseClock.objects.get(promise="first_reply").missed_at


def test_who_may_only_read_cases_is_given_no_address_to_answer_to(case, alice, lead, mei, settings):
    settings.MAIL_IN_ADDRESS, settings.MAIL_IN_AUTHSERV_ID = "cases@support.example", "mx.support.example"
    for who, address in ((lead, ""), (mei, "cases+")):
        Case.objects.update(assigned_to=who)
        reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="And now?")
        assert OutgoingMail.objects.get(event="cases/reply_for_staff", to=who.email).reply_to.startswith(
            address
        )
    assert OutgoingMail.objects.get(to=lead.email).reply_to == ""
