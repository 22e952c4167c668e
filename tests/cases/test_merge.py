"""Two cases about one matter become one; a case about two matters becomes two."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import Activity
from cases.actions import (
    add_internal_note,
    add_participants,
    change_status,
    enter_time,
    merge_cases,
    reply_to_case,
    split_case,
)
from cases.models import Case, CaseMessage, Deduction, TimeEntry
from tests.cases.factories import (
    desk_page,
    make_case,
    make_entitlement,
    make_policy,
    make_staff_reply,
    pdf_upload,
    status,
)
from tests.factories import make_contact
from tests.stage import shared


@pytest.fixture
def actor(ada):
    return Actor(user=ada)


@pytest.fixture
def twin(alice):
    return make_case(
        alice, "Gateway offline, again", description="The same once more.", uploads=[pdf_upload("photo.pdf")]
    )


@shared
def case(alice):
    return make_case(alice)


def test_everything_that_was_said_sent_and_worked_moves(actor, ada, case, twin):
    add_internal_note(actor=actor, case=twin, body="Seen before.")
    enter_time(actor=actor, case=twin, agent=ada, minutes=15)
    merge_cases(actor=actor, case=twin, into=case)
    assert set(case.messages.values_list("body", flat=True)) == {
        "It stopped on Monday.",
        "The same once more.",
        "Seen before.",
    }
    assert case.messages.get(body="The same once more.").attachments.get().name == "photo.pdf"
    assert TimeEntry.objects.get().case == case
    twin.refresh_from_db()
    assert (twin.category, twin.merged_into, twin.messages.count()) == ("cancelled", case, 0)


def test_both_cases_tell_of_it(actor, case, twin):
    merge_cases(actor=actor, case=twin, into=case)
    assert Activity.objects.get(verb="case.merged").record_id == str(case.pk)
    assert Activity.objects.get(verb="case.merged_away").record_id == str(twin.pk)


def test_a_merged_case_no_longer_counts_and_its_hours_go_along(actor, ada, alice, acme):
    cases = make_entitlement(acme)
    case, twin = make_case(alice), make_case(alice, "Again")
    assert cases.remaining == 8
    merge_cases(actor=actor, case=twin, into=case)
    assert cases.remaining == 9
    assert Deduction.objects.get(case=twin, amount__lt=0).note == f"Merged into {case.number}"


def test_hours_stay_drawn_and_are_told_of_the_case_that_goes_on(actor, ada, alice, acme):
    hours = make_entitlement(acme, unit="hours")
    case, twin = make_case(alice), make_case(alice, "Again")
    enter_time(actor=actor, case=twin, agent=ada, minutes=90)
    merge_cases(actor=actor, case=twin, into=case)
    assert hours.remaining == Decimal("8.5")
    assert Deduction.objects.get().case == case


def test_whoever_was_in_the_loop_stays_in_it_and_reads_on(sign_in, actor, alice, bob, ivan, case):
    of_bob = make_case(bob, "Nothing arrives")
    add_participants(actor=actor, case=case, contacts=[ivan])
    merge_cases(actor=actor, case=case, into=of_bob)
    assert set(of_bob.participants.values_list("contact", flat=True)) == {alice.pk, ivan.pk}
    assert "It stopped on Monday." in sign_in(alice).get(of_bob.get_absolute_url()).text


def test_the_address_of_a_merged_case_leads_to_the_other(sign_in, actor, alice, charlie, case, twin):
    merge_cases(actor=actor, case=twin, into=case)
    response = sign_in(alice).get(twin.get_absolute_url(), follow=True)
    assert response.redirect_chain == [(case.get_absolute_url(), 302)]
    assert f"Case {twin.number} was merged into this one." in response.text
    assert sign_in(charlie).get(twin.get_absolute_url()).status_code == 404


def test_who_may_not_see_the_other_case_is_told_and_not_led_there(sign_in, actor, alice, bob, case):
    of_bob = make_case(bob, "Nothing arrives")
    merge_cases(actor=actor, case=case, into=of_bob)
    of_bob.participants.all().delete()
    page = sign_in(alice).get(case.get_absolute_url())
    assert page.status_code == 200
    assert "This case was merged into another one" in page.text
    assert "Nothing arrives" not in page.text


def test_a_reply_that_was_being_typed_goes_to_the_case_that_goes_on(sign_in, actor, alice, case, twin):
    merge_cases(actor=actor, case=twin, into=case)
    sign_in(alice).post(
        reverse("cases:reply", args=[twin.number]),
        {"body": "One more thing", "submission": "5f5c1d86-3f7b-4cf5-9d5b-0f7a2f0b9c11"},
    )
    assert case.messages.filter(body="One more thing", author_contact=alice).exists()


def test_an_answer_by_an_agent_to_a_case_that_a_colleague_merged_is_refused(actor, case, twin):
    merge_cases(actor=actor, case=twin, into=case)
    with pytest.raises(ValidationError, match="merged into another"):
        reply_to_case(actor=actor, case=twin, body="Too late")
    with pytest.raises(ValidationError, match="cannot become"):
        change_status(actor=actor, case=twin, status=status("in_progress"))


def test_the_customers_are_told_where_it_goes_on(actor, case, twin, run_jobs, mailoutbox):
    run_jobs()
    mailoutbox.clear()
    merge_cases(actor=actor, case=twin, into=case)
    run_jobs()
    (mail,) = mailoutbox
    assert case.get_absolute_url() in mail.body
    assert case.number in mail.body


def test_an_answer_that_was_owed_is_owed_still(actor, ada, alice):
    make_policy()
    case, twin = make_case(alice), make_case(alice, "Again")
    make_staff_reply(case, ada)
    merge_cases(actor=actor, case=twin, into=Case.objects.get(pk=case.pk))
    assert case.clocks.filter(promise="next_reply", met_at=None, dropped_at=None).exists()
    assert not twin.clocks.filter(met_at=None, dropped_at=None).exists()


def test_a_case_that_was_merged_twice_leads_to_the_last(actor, alice, case, twin):
    last = make_case(alice, "All of it")
    merge_cases(actor=actor, case=twin, into=case)
    merge_cases(actor=actor, case=case, into=last)
    twin.refresh_from_db()
    assert twin.merged_into == last


def test_what_does_not_belong_together_is_not_merged(actor, ada, alice, charlie, case, twin):
    foreign = make_case(charlie, "Something else")
    closed = make_case(alice, "Old")
    make_staff_reply(closed, ada, status="resolved")
    cancelled = make_case(alice, "Gone")
    make_staff_reply(cancelled, ada, status="cancelled")
    of_individuals = [make_case(make_contact(name, None)) for name in ("Pat", "Quinn")]
    for one, other in ((case, case), (case, foreign), (closed, case), (case, cancelled), of_individuals):
        with pytest.raises(ValidationError):
            merge_cases(actor=actor, case=one, into=other)
    assert not Case.objects.filter(merged_into__isnull=False).exists()


def test_an_agent_looks_at_both_cases_before_merging(sign_in, ada, alice, bob, case):
    of_bob = make_case(bob, "Nothing arrives")
    browser, url = sign_in(ada), reverse("admin:cases_case_merge", args=[case.pk])
    assert of_bob.subject in browser.get(url).text
    page = browser.get(url, {"into": of_bob.number.lower()}).text
    assert "Bob Tester will be able to read what Alice Tester wrote" in page
    assert Case.objects.filter(merged_into=None).count() == 2
    response = browser.post(url, {"into": of_bob.number})
    assert response.url == desk_page(of_bob)
    assert Case.objects.get(pk=case.pk).merged_into == of_bob
    again = browser.post(url, {"into": of_bob.number})
    assert again.status_code == 200
    assert "Only an open case can be merged" in again.text


@pytest.mark.parametrize("number", ["C-999999", "", "\0", "x" * 300])
def test_a_number_of_no_case_is_an_error_beside_the_field(sign_in, ada, case, number):
    page = sign_in(ada).get(reverse("admin:cases_case_merge", args=[case.pk]), {"into": number})
    assert page.status_code == 200
    assert page.context["form"].errors["into"]


def test_chosen_messages_become_a_case_of_the_same_contact(actor, alice, ivan, case):
    add_participants(actor=actor, case=case, contacts=[ivan])
    second = reply_to_case(
        actor=Actor(user=alice.user, contact=alice),
        case=case,
        body="And the invoice is wrong.",
        uploads=[pdf_upload()],
    )
    made = split_case(actor=actor, case=case, messages=[second], subject="Wrong invoice")
    assert (made.contact, made.account, made.follows_up, made.subject) == (
        alice,
        case.account,
        case,
        "Wrong invoice",
    )
    assert list(made.messages.values_list("body", flat=True)) == ["And the invoice is wrong."]
    assert made.messages.get().attachments.count() == 1
    assert case.messages.count() == 1
    assert made.participants.get().contact == ivan
    assert set(
        Activity.objects.filter(verb__in=("case.split", "case.split_off")).values_list("record_id", flat=True)
    ) == {
        str(case.pk),
        str(made.pk),
    }


def test_a_case_that_was_split_off_has_promises_of_its_own_and_counts(actor, alice, acme):
    make_policy()
    entitlement = make_entitlement(acme, amount=1, limit="restrict")
    case = make_case(alice)
    second = reply_to_case(
        actor=Actor(user=alice.user, contact=alice), case=case, body="And the invoice is wrong."
    )
    made = split_case(actor=actor, case=case, messages=[second], subject="Wrong invoice")
    assert made.clocks.filter(promise="first_reply").exists()
    assert entitlement.remaining == -1


def test_both_halves_keep_something_that_the_customer_reads(actor, case):
    note = add_internal_note(actor=actor, case=case, body="Two matters.")
    for chosen in ([note], list(case.messages.all()), []):
        with pytest.raises(ValidationError):
            split_case(actor=actor, case=case, messages=chosen, subject="Half")
    assert Case.objects.count() == 1


def test_messages_of_another_case_cannot_be_split_off(sign_in, ada, alice, charlie, case):
    foreign = make_case(charlie).messages.get()
    page = sign_in(ada).post(
        reverse("admin:cases_case_split", args=[case.pk]), {"subject": "x", "messages": [foreign.pk]}
    )
    assert page.status_code == 200
    assert page.context["form"].errors["messages"]
    assert CaseMessage.objects.get(pk=foreign.pk).case != case


def test_an_agent_splits_a_case_once(sign_in, ada, alice, case):
    second = reply_to_case(
        actor=Actor(user=alice.user, contact=alice), case=case, body="And the invoice is wrong."
    )
    browser, url = sign_in(ada), reverse("admin:cases_case_split", args=[case.pk])
    assert "And the invoice is wrong." in browser.get(url).text
    for _ in range(2):
        browser.post(url, {"subject": "Wrong invoice", "messages": [second.pk]})
    assert Case.objects.count() == 2
