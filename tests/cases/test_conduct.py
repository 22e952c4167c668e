"""What customers do with a case besides answering: resolve, rate, reopen, cancel, urge, and keep colleagues
in the loop."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.actors import Actor
from accounts.models import Activity, Contact, OutgoingMail, RecordPermission
from cases.actions import (
    add_participants,
    change_status,
    close_case,
    merge_cases,
    rate_case,
    reopen_case,
    reply_to_case,
)
from cases.actions.messages import TALK
from cases.models import Case, CaseDesk, CaseMessage, CaseParticipant, StatusCategory
from portal.access.readers import readers_of
from portal.access.rights import Rights
from portal.access.subjects import subject_of
from records.actions.following import follow, receivers, unfollow
from records.actions.marks import save_draft
from records.actions.messages import edit_reply
from records.models import Draft, Follow
from records.models.marks import NEW
from tests.cases.factories import make_case, make_entitlement, make_policy, make_staff_reply, status
from tests.factories import grant, make_account, make_contact
from tests.stage import shared


@shared
def case(alice: Any) -> Case:
    return make_case(alice)


def do(browser: Any, case: Case, deed: str, **data: Any) -> Any:
    return browser.post(reverse("cases:conduct", args=[case.number, deed]), data, follow=True)


def resolve(case: Case, ada: Any) -> None:
    change_status(actor=Actor(user=ada), case=case, status=status("resolved"))


def test_alice_settles_her_case_and_rates_it_at_once(sign_in, alice, case):
    page = do(sign_in(alice), case, "resolve", rating="5", comment="Quick!")
    assert page.redirect_chain[-1][0] == case.get_absolute_url()
    case.refresh_from_db()
    assert (case.category, case.rating, case.rating_comment) == ("resolved", 5, "Quick!")


def test_the_rating_can_be_left_out(sign_in, alice, case):
    do(sign_in(alice), case, "resolve")
    case.refresh_from_db()
    assert (case.category, case.rating) == ("resolved", None)


def test_a_comment_without_a_rating_is_asked_for_one_and_kept(sign_in, alice, case):
    page = do(sign_in(alice), case, "resolve", comment="It was the cable.")
    assert "Choose a rating" in page.text
    assert "It was the cable." in page.text
    case.refresh_from_db()
    assert case.category == "active"


def test_only_alice_is_told_that_her_case_waits_for_her(sign_in, alice, ivan, ada, case):
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=[ivan])
    make_staff_reply(case, ada, status="waiting")
    for reader, words, others in (
        (alice, "Waiting for you", "Waiting for Alice"),
        (ivan, "Waiting for Alice", "Waiting for you"),
    ):
        for address in (case.get_absolute_url(), reverse("cases:list"), "/"):
            page = sign_in(reader).get(address).text
            assert f'data-status="waiting">{words}</span>' in page
            assert f'data-status="waiting">{others}</span>' not in page
    found = sign_in(ivan).get("/search/", {"q": case.subject}).text
    assert f"<span>{case.number}</span><span>Waiting for Alice</span>" in found
    told = {mail.to: mail.text for mail in OutgoingMail.objects.filter(event="cases/reply")}
    assert "replied to your case" in told[alice.email]
    assert "We need something from you" in told[alice.email]
    assert f"replied to case {case.number} of Alice Tester" in told[ivan.email]
    assert "We need something from Alice Tester" in told[ivan.email]


@pytest.mark.parametrize(("may_reply", "body"), [(True, "Typed for a new one."), (False, None)])
def test_what_was_typed_for_a_new_case_goes_along_to_the_one_that_is_followed(
    sign_in, alice, fiona, case, may_reply, body
):
    grant(fiona, "case", "account", "read", *(["create"] if may_reply else []))
    values = {"subject": "Gateway", "description": "Typed for a new one."}
    save_draft(owner=fiona, about=Case, values=values)
    data = {"follow": "instead", "description": "Typed for a new one."}
    sign_in(fiona).post(reverse("cases:follow", args=[case.number]), data)
    [draft] = Draft.objects.all()
    assert (draft.record_id, draft.values.get("body")) == ((case.pk, body) if may_reply else (NEW, None))


def test_a_draft_stays_where_a_case_is_followed_from_the_answers_to_a_search(sign_in, ivan, case):
    values = {"subject": "Another matter", "description": "Typed last week."}
    save_draft(owner=ivan, about=Case, values=values)
    sign_in(ivan).post(reverse("cases:follow", args=[case.number]), {"follow": "instead"})
    assert [(draft.record_id, draft.values) for draft in Draft.objects.all()] == [(NEW, values)]


def test_alice_rates_a_case_that_support_resolved(sign_in, alice, ada, case):
    resolve(case, ada)
    browser = sign_in(alice)
    assert "How satisfied are you with our help?" in browser.get(case.get_absolute_url()).text
    do(browser, case, "rate", rating="2", comment="It came back.")
    case.refresh_from_db()
    assert (case.rating, case.rating_comment) == (2, "It came back.")
    assert "How satisfied are you with our help?" not in browser.get(case.get_absolute_url()).text


def test_a_rating_must_be_chosen_and_the_comment_survives(sign_in, alice, ada, case):
    resolve(case, ada)
    page = do(sign_in(alice), case, "rate", comment="Nobody called back.")
    assert "Nobody called back." in page.text
    assert "This field is required" in page.text


def test_ivan_who_works_on_all_cases_settles_alices_case_and_cannot_rate_it(sign_in, ivan, case):
    browser = sign_in(ivan)
    do(browser, case, "resolve", rating="1")
    case.refresh_from_db()
    assert (case.category, case.rating) == ("resolved", None)
    do(browser, case, "rate", rating="1")
    case.refresh_from_db()
    assert case.rating is None


def test_alice_cancels_her_case_and_its_agent_is_told(sign_in, alice, ada, case):
    Case.objects.update(assigned_to=ada)
    do(sign_in(alice), case, "cancel")
    case.refresh_from_db()
    assert case.category == "cancelled"
    assert OutgoingMail.objects.filter(to=ada.email, event="cases/closed_for_staff").exists()


def test_alice_reopens_in_time_and_later_opens_a_follow_up(sign_in, alice, ada, case):
    resolve(case, ada)
    browser = sign_in(alice)
    with time_machine.travel(timezone.now() + timedelta(days=20)):
        browser = sign_in(alice)
        page = browser.get(case.get_absolute_url()).text
        assert "Reopen" not in page
        assert f"?follows={case.number}" in page
    do(sign_in(alice), case, "reopen")
    case.refresh_from_db()
    assert case.category == "active"


def test_the_desk_says_how_long_cases_can_be_reopened(sign_in, alice, ada, case):
    CaseDesk.objects.update(reopen_days=0)
    resolve(case, ada)
    browser = sign_in(alice)
    assert "Reopen" not in browser.get(case.get_absolute_url()).text
    page = do(browser, case, "reopen")
    assert "changed in the meantime" in page.text
    case.refresh_from_db()
    assert case.category == "resolved"


def test_a_priority_is_changed_with_a_reason_and_within_the_contract(sign_in, alice, acme, case):
    make_entitlement(acme, priorities=["low", "normal", "high"])
    browser = sign_in(alice)
    assert "This field is required" in do(browser, case, "priority", priority="high").text
    assert (
        "Select a valid choice"
        in do(browser, case, "priority", priority="urgent", reason="All stands still").text
    )
    do(browser, case, "priority", priority="high", reason="The line stands still")
    case.refresh_from_db()
    assert case.priority == "high"
    assert Activity.objects.get(verb="case.priority_changed").details["reason"] == "The line stands still"


def test_a_case_is_escalated_once(sign_in, alice, ada, case):
    Case.objects.update(assigned_to=ada)
    browser = sign_in(alice)
    for _click in range(2):
        do(browser, case, "escalate", reason="We cannot ship")
    assert OutgoingMail.objects.filter(event="cases/escalated_for_staff").count() == 1
    assert "Escalated" in browser.get(case.get_absolute_url()).text


@pytest.mark.parametrize(
    ("deed", "field"), [("escalate", "reason"), ("priority", "reason"), ("resolve", "comment")]
)
def test_what_was_typed_stays_where_somebody_else_was_faster(sign_in, alice, ada, case, deed, field):
    browser = sign_in(alice)
    resolve(case, ada)
    refused = do(browser, case, deed, **{field: "We cannot ship", "priority": "high"})
    assert (refused.status_code, refused.redirect_chain) == (409, [])
    assert "changed in the meantime" in refused.text
    assert "We cannot ship</textarea>" in refused.text
    assert ">Back to the case</a>" in refused.text
    assert "We cannot ship" not in browser.get(case.get_absolute_url()).text


def test_a_double_click_leads_to_the_case_and_does_not_ask_again(sign_in, alice, case):
    browser = sign_in(alice)
    for _click in range(2):
        page = do(browser, case, "escalate", reason="We cannot ship")
        assert page.redirect_chain[-1][0] == case.get_absolute_url()


@pytest.mark.parametrize("deed", ["resolve", "rate", "reopen", "people", "priority", "escalate", "cancel"])
def test_a_reader_without_create_or_write_does_nothing(sign_in, fiona, case, deed):
    grant(fiona, "case", "account", "read")
    browser = sign_in(fiona)
    assert f"/do/{deed}/" not in browser.get(case.get_absolute_url()).text
    assert (
        browser.post(
            reverse("cases:conduct", args=[case.number, deed]), {"reason": "x", "rating": "1"}
        ).status_code
        == 403
    )


@pytest.mark.parametrize("deed", ["resolve", "people", "priority", "escalate", "cancel"])
def test_alice_does_nothing_with_her_case_once_she_may_only_read(sign_in, alice, case, deed):
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).update(can_create=False)
    browser = sign_in(alice)
    assert f"/do/{deed}/" not in browser.get(case.get_absolute_url()).text
    assert (
        browser.post(reverse("cases:conduct", args=[case.number, deed]), {"reason": "x"}).status_code == 403
    )


@pytest.mark.parametrize("deed", ["resolve", "cancel", "people"])
def test_charlie_of_another_account_finds_nothing(sign_in, charlie, case, deed):
    assert sign_in(charlie).post(reverse("cases:conduct", args=[case.number, deed])).status_code == 404


def test_an_unknown_deed_is_not_found(sign_in, alice, case):
    assert sign_in(alice).get(reverse("cases:conduct", args=[case.number, "explode"])).status_code == 404


def test_a_colleague_in_the_loop_reads_answers_and_is_told(sign_in, alice, fiona, ada, case):
    browser = sign_in(fiona)
    assert browser.get(case.get_absolute_url()).status_code == 404
    do(sign_in(alice), case, "people", contacts=[fiona.pk])
    assert OutgoingMail.objects.get(event="cases/participant").to == fiona.email
    assert browser.get(case.get_absolute_url()).status_code == 200
    assert case.subject in browser.get("/cases/").text
    browser.post(
        reverse("cases:reply", args=[case.number]),
        {"body": "I saw it too.", "submission": "0b7ff1a4-8f3c-4a0e-a6a4-3b8b5b2f0c11"},
    )
    assert CaseMessage.objects.filter(author_contact=fiona).count() == 1
    make_staff_reply(case, ada)
    assert set(OutgoingMail.objects.filter(event="cases/reply").values_list("to", flat=True)) == {
        alice.email,
        fiona.email,
    }


def test_who_is_taken_out_of_the_loop_sees_nothing_any_more(sign_in, alice, fiona, case):
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=[fiona])
    sign_in(alice).post(reverse("cases:participant_remove", args=[case.number, fiona.pk]))
    assert sign_in(fiona).get(case.get_absolute_url()).status_code == 404


def test_only_active_colleagues_are_offered_and_taken(sign_in, alice, charlie, acme, case):
    gone = make_contact("Gone", acme, is_active=False)
    page = sign_in(alice).get(reverse("cases:conduct", args=[case.number, "people"]))
    assert gone.email not in page.text
    assert charlie.email not in page.text
    for stranger in (gone, charlie):
        do(sign_in(alice), case, "people", contacts=[stranger.pk])
    assert not CaseParticipant.objects.exists()


def again(contact: Contact) -> Contact:
    """The contact as the next request reads it."""
    return Contact.objects.get(pk=contact.pk)


def join(case: Case, alice: Contact, *others: Contact) -> None:
    add_participants(actor=Actor(user=alice.user, contact=alice), case=case, contacts=others)


def test_a_participant_who_was_deactivated_reads_no_more(sign_in, alice, fiona, case):
    join(case, alice, fiona)
    fiona.is_active = False
    fiona.save()
    assert sign_in(fiona).get(case.get_absolute_url()).status_code in (302, 404)


def test_a_participant_who_may_no_longer_read_cases_of_their_own_reads_no_more(sign_in, alice, fiona, case):
    join(case, alice, fiona)
    assert sign_in(fiona).get(case.get_absolute_url()).status_code == 200
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).update(can_read=False)
    assert sign_in(fiona).get(case.get_absolute_url()).status_code == 404


def test_a_participant_who_may_no_longer_open_cases_reads_and_does_not_answer(sign_in, alice, fiona, case):
    join(case, alice, fiona)
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).update(can_create=False)
    assert sign_in(fiona).get(case.get_absolute_url()).status_code == 200
    assert (
        sign_in(fiona).post(reverse("cases:reply", args=[case.number]), {"body": "Me, too."}).status_code
        == 403
    )


def test_whoever_moved_to_another_account_leaves_their_cases_behind(sign_in, alice, globex, case):
    Contact.objects.filter(pk=alice.pk).update(account=globex)
    assert sign_in(alice).get(case.get_absolute_url()).status_code == 404
    assert case.subject not in sign_in(alice).get(reverse("cases:list"), {"view": "all"}).text


def test_a_participant_who_moved_to_another_account_neither_reads_nor_answers_nor_is_told(
    sign_in, alice, fiona, ada, globex, case
):
    join(case, alice, fiona)
    assert case.accepts_reply_from(again(fiona))
    Contact.objects.filter(pk=fiona.pk).update(account=globex)
    assert not case.accepts_reply_from(again(fiona))
    assert sign_in(again(fiona)).get(case.get_absolute_url()).status_code == 404
    make_staff_reply(case, ada)
    assert [mail.to for mail in OutgoingMail.objects.filter(event="cases/reply")] == [alice.email]


def test_to_take_part_is_to_read_and_to_answer_and_no_more(sign_in, alice, fiona, case):
    join(case, alice, fiona)
    RecordPermission.objects.filter(record_type="case", role__for_authenticated=True).update(can_write=True)
    assert list(Case.objects.permitted_to("read", again(fiona))) == [case]
    assert not Case.objects.permitted_to("write", again(fiona)).exists()
    for deed in ("resolve", "cancel", "escalate", "priority"):
        do(sign_in(fiona), case, deed, reason="We cannot ship", priority="urgent")
    case.refresh_from_db()
    assert (case.status_id, case.escalated_at, case.priority) == ("new", None, "normal")


def test_who_takes_part_in_one_case_reads_no_other(sign_in, alice, bob, fiona, case):
    join(case, alice, fiona)
    other = make_case(alice, participants=[bob])
    assert sign_in(fiona).get(case.get_absolute_url()).status_code == 200
    assert sign_in(fiona).get(other.get_absolute_url()).status_code == 404


def test_a_reader_without_create_or_write_takes_nobody_out_of_the_loop(sign_in, alice, bob, fiona, case):
    join(case, alice, bob)
    grant(fiona, "case", "account", "read")
    assert (
        sign_in(fiona).post(reverse("cases:participant_remove", args=[case.number, bob.pk])).status_code
        == 403
    )
    assert CaseParticipant.objects.get().contact == bob


def test_what_a_page_offered_is_decided_again_when_it_is_done(alice, fiona, ada, acme, case):
    """By whoever is no longer, or never was, in the position to."""
    stranger = Actor(user=fiona.user, contact=fiona)
    resolve(case, ada)
    for deed in (
        lambda: reopen_case(actor=stranger, case=case),
        lambda: rate_case(actor=stranger, case=case, rating=1),
        lambda: reply_to_case(actor=stranger, case=case, body="Me, too."),
        lambda: edit_reply(actor=stranger, talk=TALK, message=case.messages.get(), body="Ha"),
        lambda: add_participants(
            actor=stranger, case=case, contacts=[make_contact("Elsewhere", make_account())]
        ),
        lambda: add_participants(
            actor=stranger, case=case, contacts=[make_contact("Gone", acme, is_active=False)]
        ),
        lambda: close_case(actor=stranger, case=make_case(alice), category=StatusCategory.CANCELLED),
    ):
        with pytest.raises(ValidationError):
            deed()


def test_words_are_put_right_by_their_writer_alone(alice, ivan, ada, case):
    for actor in (Actor(user=ivan.user, contact=ivan), Actor(user=ada)):
        with pytest.raises(ValidationError, match="only your own replies"):
            edit_reply(actor=actor, talk=TALK, message=case.messages.get(), body="Ha")
    own = {"actor": Actor(user=alice.user, contact=alice), "talk": TALK, "message": case.messages.get()}
    assert edit_reply(**own, body="So.").body == "So."


def test_ivan_follows_a_colleagues_case_and_stops(sign_in, ivan, case, ada):
    browser, url = sign_in(ivan), reverse("cases:follow", args=[case.number])
    browser.post(url, {"follow": "yes"})
    make_staff_reply(case, ada)
    assert OutgoingMail.objects.filter(to=ivan.email, event="cases/reply").count() == 1
    browser.post(url, {"follow": "no"})
    make_staff_reply(case, ada, "More")
    assert OutgoingMail.objects.filter(to=ivan.email, event="cases/reply").count() == 1


def test_following_a_case_gives_no_right_to_it(sign_in, ivan, bob, case, ada):
    """Ivan reads the account's cases, follows one, and is no longer allowed to read them."""
    sign_in(ivan).post(reverse("cases:follow", args=[case.number]), {"follow": "yes"})
    assert readers_of(subject_of(case, Rights.now())).contacts.filter(pk=ivan.pk).exists()
    ivan.roles.set(Contact.objects.get(email="alice@acme.example").roles.all())
    assert sign_in(ivan).get(case.get_absolute_url()).status_code == 404
    assert not case.accepts_reply_from(again(ivan))
    assert not readers_of(subject_of(case, Rights.now())).contacts.filter(pk=ivan.pk).exists()
    make_staff_reply(case, ada)
    assert not OutgoingMail.objects.filter(to=ivan.email, event="cases/reply").exists()


def test_who_followed_and_is_asked_to_join_reads_the_case_from_then_on(sign_in, alice, ivan, case):
    sign_in(ivan).post(reverse("cases:follow", args=[case.number]), {"follow": "yes"})
    ivan.roles.set(alice.roles.all())
    do(sign_in(alice), case, "people", contacts=ivan.pk)
    assert sign_in(ivan).get(case.get_absolute_url()).status_code == 200
    assert not Follow.objects.exists()


def button_on(browser: Any, case: Case) -> str:
    """What the form for the case's mails offers to its reader."""
    page = browser.get(case.get_absolute_url()).text
    form = page.split('id="follow"', 1)[1].split("</form>", 1)[0]
    return strip_tags(form[form.index("<button") :])


def test_the_owner_and_who_takes_part_mute_a_cases_mails_and_read_on(sign_in, alice, fiona, ada, case):
    join(case, alice, fiona)
    url = reverse("cases:follow", args=[case.number])
    for contact in (alice, fiona):
        browser = sign_in(contact)
        assert button_on(browser, case) == "Mute emails"
        browser.post(url, {"follow": "no"})
        assert button_on(browser, case) == "Unmute emails"
    make_staff_reply(case, ada)
    assert not OutgoingMail.objects.filter(event="cases/reply").exists()
    sign_in(alice).post(url, {"follow": "yes"})
    make_staff_reply(case, ada, "More")
    assert [mail.to for mail in OutgoingMail.objects.filter(event="cases/reply")] == [alice.email]


def test_a_reader_follows_and_stops_where_nothing_concerns_them(sign_in, ivan, case):
    browser, url = sign_in(ivan), reverse("cases:follow", args=[case.number])
    assert button_on(browser, case) == "Follow"
    browser.post(url, {"follow": "yes"})
    assert button_on(browser, case) == "Stop following"
    browser.post(url, {"follow": "no"})
    assert button_on(browser, case) == "Follow"
    assert not Follow.objects.exists()


def test_who_muted_a_case_and_is_asked_anew_gets_its_mails_again(sign_in, alice, fiona, ada, case):
    join(case, alice, fiona)
    unfollow(contact=fiona, record=case)
    sign_in(alice).post(reverse("cases:participant_remove", args=[case.number, fiona.pk]))
    join(case, alice, fiona)
    make_staff_reply(case, ada)
    assert OutgoingMail.objects.filter(to=fiona.email, event="cases/reply").exists()


def test_who_follows_is_nobody_elses_business(sign_in, alice, ivan, case):
    follow(contact=ivan, record=case)
    assert "Ivan Tester" not in sign_in(alice).get(case.get_absolute_url()).text


def test_who_takes_themselves_out_of_the_loop_is_led_to_their_cases(sign_in, alice, fiona, case):
    join(case, alice, fiona)
    page = sign_in(fiona).post(reverse("cases:participant_remove", args=[case.number, fiona.pk]), follow=True)
    assert page.redirect_chain == [(reverse("cases:list"), 302)]
    assert page.status_code == 200


def test_merging_hands_on_a_mute_but_for_whom_the_other_case_concerns(alice, ivan, fiona, ada, case):
    into = make_case(alice, "The other one")
    for contact in (ivan, fiona):
        join(case, alice, contact)
    join(into, alice, fiona)
    for contact in (alice, ivan, fiona):
        unfollow(contact=contact, record=case)
    merge_cases(actor=Actor(user=ada), case=case, into=into)
    assert {contact.pk for contact in receivers(into)} == {alice.pk, fiona.pk}


def test_merging_hands_on_who_takes_part_and_who_follows(alice, ivan, fiona, ada, case):
    into = make_case(alice, "The other one")
    follow(contact=ivan, record=case)
    CaseParticipant.objects.create(case=case, contact=fiona)
    follow(contact=fiona, record=into)
    merge_cases(actor=Actor(user=ada), case=case, into=into)
    assert set(into.participants.values_list("contact", flat=True)) == {fiona.pk}
    assert {contact.pk for contact in receivers(into)} == {alice.pk, ivan.pk, fiona.pk}
    with pytest.raises(ValidationError, match="merged into another"):
        add_participants(actor=Actor(user=ada), case=case, contacts=[ivan])


def test_own_words_are_put_right_for_five_minutes(sign_in, alice, case):
    message = reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="Teh gateway")
    url = reverse("cases:reply_edit", args=[case.number, message.pk])
    browser = sign_in(alice)
    assert url in browser.get(case.get_absolute_url()).text
    browser.post(url, {"body": "The gateway"})
    message.refresh_from_db()
    assert (message.body, "The gateway" in message.body_html, message.edited_at is not None) == (
        "The gateway",
        True,
        True,
    )
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        browser = sign_in(alice)
        assert url not in browser.get(case.get_absolute_url()).text
        assert "reply can no longer be edited. Send" in browser.post(url, {"body": "Later"}).text
    message.refresh_from_db()
    assert message.body == "The gateway"


def test_words_that_were_answered_are_not_changed_any_more(sign_in, alice, ada, case):
    message = reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="I agree to 100.")
    url, browser = reverse("cases:reply_edit", args=[case.number, message.pk]), sign_in(alice)
    make_staff_reply(case, ada, "Thank you, 100 it is.")
    assert url not in browser.get(case.get_absolute_url()).text
    assert "Someone has replied in the meantime" in browser.post(url, {"body": "I never agreed."}).text


def test_nothing_is_changed_in_a_case_that_was_cancelled(sign_in, alice, case):
    message = reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body="Teh gateway")
    url, browser = reverse("cases:reply_edit", args=[case.number, message.pk]), sign_in(alice)
    do(browser, case, "cancel")
    assert url not in browser.get(case.get_absolute_url()).text
    assert "The case is closed" in browser.post(url, {"body": "The gateway"}).text


def test_nobody_changes_somebody_elses_words(sign_in, ivan, alice, ada, case):
    for message in (case.messages.get(), make_staff_reply(case, ada)):
        assert (
            sign_in(ivan)
            .post(reverse("cases:reply_edit", args=[case.number, message.pk]), {"body": "Ha"})
            .status_code
            == 404
        )


def test_a_draft_is_kept_until_it_is_sent(sign_in, alice, case):
    browser = sign_in(alice)
    browser.post(reverse("cases:reply_draft", args=[case.number]), {"body": "I will look for the serial"})
    assert "I will look for the serial" in browser.get(case.get_absolute_url()).text
    browser.post(
        reverse("cases:reply", args=[case.number]),
        {"body": "It is B-204.", "submission": "0b7ff1a4-8f3c-4a0e-a6a4-3b8b5b2f0c12"},
    )
    assert not Draft.objects.exists()


def test_another_readers_draft_is_not_shown(sign_in, alice, ivan, case):
    sign_in(alice).post(
        reverse("cases:reply_draft", args=[case.number]), {"body": "They must not read this yet"}
    )
    assert "must not read this" not in sign_in(ivan).get(case.get_absolute_url()).text


def test_what_is_new_since_the_last_look_is_marked(sign_in, alice, ada, case):
    browser = sign_in(alice)
    browser.get(case.get_absolute_url())
    make_staff_reply(case, ada)
    assert 'class="message-new"' in browser.get(case.get_absolute_url()).text
    assert 'class="message-new"' not in browser.get(case.get_absolute_url()).text


def promise_on(browser: Any, case: Case) -> str:
    """The line as it is read; its moment is a <time>."""
    page = browser.get(case.get_absolute_url()).text
    line = page.split('<p class="promise', 1)[1].split("</p>", 1)[0].partition("<span>")[2]
    assert "<time datetime=" in line
    return strip_tags(line)


def test_the_promise_is_told_in_the_readers_time(sign_in, alice):
    make_policy()
    alice.user.time_zone = "America/New_York"
    alice.user.save()
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        case = make_case(alice)
        assert "Reply expected by today, 8 a.m. (your time)" in promise_on(sign_in(alice), case)
    with time_machine.travel("2026-11-25 14:00Z", tick=False):
        assert "This was due by today, 8 a.m." in promise_on(sign_in(alice), case)


def test_a_waiting_case_says_since_when_the_clock_stands(sign_in, alice, ada):
    make_policy()
    with time_machine.travel("2026-11-25 09:00Z", tick=False):
        case = make_case(alice)
        change_status(actor=Actor(user=ada), case=case, status=status("waiting"))
    with time_machine.travel("2026-11-27 09:00Z", tick=False):
        assert "Paused since Wednesday: waiting for you" in promise_on(sign_in(alice), case)


def test_the_preview_shows_markdown_without_what_runs(sign_in, alice):
    page = sign_in(alice).post(reverse("cases:preview"), {"body": "**bold** <script>alert(1)</script>"})
    assert "<strong>bold</strong>" in page.text
    assert "<script>" not in page.text
