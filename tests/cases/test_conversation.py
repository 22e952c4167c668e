"""Customers and staff answer each other; the right people are told."""

import re
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.actions import record_activity
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, OutgoingMail, User
from cases.actions import change_status, reply_to_case
from cases.models import Case, CaseMessage, CaseStatus
from records.actions.messages import Mailed
from records.models import Draft
from tests.cases.factories import desk_page, make_case, make_staff_reply, pdf_upload
from tests.factories import grant, make_user
from tests.stage import shared


@shared
def case(alice):
    return make_case(alice)


def reply(browser, case, body="Here is more.", **fields):
    data = {"body": body, "submission": str(uuid.uuid4()), **fields}
    return browser.post(reverse("cases:reply", args=[case.number]), data, follow=True)


def answer_in_admin(browser, case, **fields):
    data = {
        "visibility": "customer",
        "body": "Please restart it.",
        "status": "",
        "submission": str(uuid.uuid4()),
        **fields,
    }
    return browser.post(reverse("admin:cases_case_message", args=[case.pk]), data, follow=True)


def test_alice_replies_and_sees_her_reply(sign_in, alice, case):
    page = reply(sign_in(alice), case, "It happened **again**.")
    assert "It happened <strong>again</strong>." in page.text


def test_replying_twice_by_a_double_click_writes_one_message(sign_in, alice, case):
    browser, submission = sign_in(alice), str(uuid.uuid4())
    for _ in range(2):
        reply(browser, case, submission=submission)
    assert case.messages.count() == 2  # the description and one reply


def test_an_empty_reply_is_refused_and_nothing_is_written(sign_in, alice, case):
    page = reply(sign_in(alice), case, "")
    assert "Enter your reply or attach a file." in page.text
    assert case.messages.count() == 1


def test_a_file_may_say_it_all(sign_in, alice, case):
    reply(sign_in(alice), case, "", uploads=[pdf_upload("log.pdf")])
    assert case.messages.last().body == "(Files only.)"
    assert case.messages.last().attachments.get().name == "log.pdf"


def test_a_text_that_is_too_long_is_told_and_kept(sign_in, alice, case):
    browser, text = sign_in(alice), "too long " * 2_500
    assert (
        "maxlength"
        not in re.search(r'<textarea[^>]*name="body"[^>]*>', browser.get(case.get_absolute_url()).text)[0]
    )
    page = reply(browser, case, text)
    assert "at most 20000 characters" in page.text
    assert text.strip() in page.text
    browser.post(reverse("cases:reply_draft", args=[case.number]), {"body": text})
    assert Draft.objects.get().values["body"] == text


def test_a_reply_with_a_bad_file_keeps_the_text(sign_in, alice, case):
    page = reply(sign_in(alice), case, "My long explanation", uploads=[pdf_upload("x.exe")])
    assert "cannot be sent" in page.text
    assert "My long explanation" in page.text
    assert case.messages.count() == 1


def test_scripts_in_a_message_do_not_run(sign_in, alice, case):
    page = reply(sign_in(alice), case, "<script>alert(1)</script> [x](javascript:alert(1))")
    assert "<script>alert" not in page.text
    assert 'href="javascript' not in page.text


def test_a_cancelled_case_takes_no_replies(sign_in, alice, ada, case):
    make_staff_reply(case, ada, status="cancelled")
    browser = sign_in(alice)
    assert "no longer accepts replies" in browser.get(case.get_absolute_url()).text
    page = reply(browser, case, "I had typed this already.")
    assert "Your reply was not sent" in page.text
    assert "I had typed this already." in page.text
    assert case.messages.count() == 2


def test_a_reader_without_create_or_write_cannot_reply(sign_in, fiona, case):
    grant(fiona, "case", "account", "read")
    browser = sign_in(fiona)
    assert 'name="body"' not in browser.get(case.get_absolute_url()).text
    assert reply(browser, case).status_code == 403


@pytest.mark.parametrize(
    ("before", "after"), [("waiting", "in_progress"), ("resolved", "in_progress"), ("on_hold", "in_progress")]
)
def test_alices_reply_takes_the_case_up_again(sign_in, alice, ada, case, before, after):
    make_staff_reply(case, ada, status=before)
    reply(sign_in(alice), case)
    case.refresh_from_db()
    assert case.status_id == after
    assert not case.is_closed


def test_adas_answer_reaches_alice_on_the_page_and_by_mail(sign_in, alice, ada, case, run_jobs, mailoutbox):
    run_jobs()
    page = answer_in_admin(sign_in(ada), case, uploads=[pdf_upload("steps.pdf")])
    assert page.redirect_chain
    seen = sign_in(alice).get(case.get_absolute_url()).text
    assert "Please restart it." in seen
    assert "steps.pdf" in seen
    assert "In progress" in seen
    run_jobs()
    mail = mailoutbox[-1]
    assert mail.to == [alice.email]
    assert case.number in mail.subject
    assert "Please restart it." in mail.body
    assert case.get_absolute_url() in mail.body
    assert case.get_absolute_url() in mail.alternatives[0][0]


def test_all_mails_of_a_case_are_one_thread(ada, case):
    make_staff_reply(case, ada)
    make_staff_reply(case, ada, "And this.")
    threads = {mail.in_reply_to for mail in OutgoingMail.objects.all()}
    assert len(threads) == 1
    assert OutgoingMail.objects.count() == 3


def test_alices_reply_is_mailed_to_the_assignee(sign_in, alice, ada, case, run_jobs, mailoutbox):
    Case.objects.update(assigned_to=ada)
    reply(sign_in(alice), case, "The log is attached.")
    run_jobs()
    assert mailoutbox[-1].to == [ada.email]
    assert "The log is attached." in mailoutbox[-1].body


def test_no_mail_goes_to_a_contact_who_may_no_longer_see_the_case(alice, ada, case, run_jobs, mailoutbox):
    run_jobs()
    mailoutbox.clear()
    alice.deactivate()
    make_staff_reply(Case.objects.get(), ada)
    run_jobs()
    assert mailoutbox == []


def test_an_internal_event_is_never_shown_to_a_customer(sign_in, alice, case):
    for is_internal, status in ((False, "on_hold"), (True, "in_progress")):
        record_activity(
            actor=SYSTEM, verb="case.status_changed", record=case, is_internal=is_internal, after=status
        )
    page = sign_in(alice).get(case.get_absolute_url())
    assert [entry.text for entry in page.context["entries"] if not entry.is_message] == [
        "changed the status to On hold"
    ]


def test_an_internal_note_is_never_shown_to_a_customer(sign_in, alice, ivan, ada, case):
    answer_in_admin(
        sign_in(ada),
        case,
        visibility="internal",
        body="They are on the old contract.",
        uploads=[pdf_upload("contract.pdf")],
    )
    note = CaseMessage.objects.get(visibility="internal")
    assert "old contract" in sign_in(ada).get(desk_page(case)).text
    for customer in (alice, ivan):
        browser = sign_in(customer)
        for url in (reverse("home"), reverse("cases:list"), case.get_absolute_url()):
            page = browser.get(url).text
            assert "old contract" not in page
            assert "contract.pdf" not in page
        assert browser.get(note.attachments.get().get_absolute_url()).status_code == 404
    assert not OutgoingMail.objects.filter(text__contains="old contract").exists()


def test_agents_fold_out_what_a_mail_quoted(sign_in, alice, ada, case):
    owner = Actor(user=alice.user, contact=alice)
    reply_to_case(actor=owner, case=case, body="It works.", mailed=Mailed("> <b>Did it help?</b>"))
    page = sign_in(ada).get(desk_page(case)).text
    assert page.count("<summary>Show quoted text</summary>") == 1
    assert "&gt; &lt;b&gt;Did it help?&lt;/b&gt;</div></details>" in page


def test_a_note_does_not_move_the_case_in_the_list(ada, case, sign_in):
    before = Case.objects.get().updated_at
    answer_in_admin(sign_in(ada), case, visibility="internal", body="Hm.")
    assert Case.objects.get().updated_at == before


def test_ada_moves_and_assigns_the_case_on_its_admin_page(sign_in, alice, ada, case, run_jobs, mailoutbox):
    run_jobs()
    fields = {"priority": "high", "status": "on_hold", "assigned_to": ada.pk}
    response = sign_in(ada).post(reverse("admin:cases_case_properties", args=[case.pk]), fields)
    assert response.status_code == 302
    case.refresh_from_db()
    assert (case.status_id, case.priority, case.assigned_to) == ("on_hold", "high", ada)
    run_jobs()
    assert "On hold" in mailoutbox[-1].body
    page = sign_in(alice).get(case.get_absolute_url()).text
    assert "changed the status to On hold" in page
    assert "assigned the case" not in page


def test_a_refused_message_of_staff_keeps_the_text(sign_in, ada, case):
    page = answer_in_admin(sign_in(ada), case, body="A long answer", uploads=[pdf_upload("x.exe")])
    assert page.status_code == 200
    assert "cannot be sent" in page.text
    assert "A long answer" in page.text
    assert case.messages.count() == 1


def test_a_customer_cannot_open_the_agents_desk(sign_in, alice, case):
    browser = sign_in(alice)
    attached = make_case(alice, uploads=[pdf_upload()]).messages.get().attachments.get()
    for url in (
        desk_page(case),
        reverse("admin:cases_case_message", args=[case.pk]),
        reverse("admin:cases_case_attachment", args=[attached.pk]),
    ):
        assert browser.get(url).status_code in (302, 403)
        assert browser.post(url).status_code in (302, 403)
    assert case.messages.count() == 1


def test_every_step_is_in_the_log(ada, case):
    make_staff_reply(case, ada, status="waiting")
    verbs = list(Activity.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["case.opened", "case.assigned", "case.status_changed", "case.replied"]


def test_a_long_conversation_shows_the_latest_and_leads_to_the_earlier(sign_in, alice, ada, case):
    for n in range(25):
        make_staff_reply(case, ada, f"Message {n:02}")
    browser = sign_in(alice)
    page = browser.get(case.get_absolute_url())
    assert "Message 24" in page.text
    assert "Message 04" not in page.text
    earlier = browser.get(case.get_absolute_url() + page.context["page"].older_url).text
    assert "Message 04" in earlier
    assert "It stopped on Monday." in earlier


@pytest.mark.parametrize("replies", [1, 20])
def test_the_case_page_costs_the_same_for_few_and_many_messages(
    sign_in, alice, ada, case, django_assert_max_num_queries, replies
):
    for n in range(replies):
        make_staff_reply(case, ada, f"Message {n}", uploads=[pdf_upload()] if n < 3 else [])
    browser = sign_in(alice)
    browser.get(case.get_absolute_url())
    with django_assert_max_num_queries(7):
        browser.get(case.get_absolute_url())


def test_a_stale_admin_page_undoes_nothing_that_a_colleague_did(sign_in, ada, case):
    browser, url = sign_in(ada), reverse("admin:cases_case_properties", args=[case.pk])
    described = {"subject": case.subject, "request_type": case.request_type_id, "product": ""}
    shown = {**described, "priority": "normal", "status": "new", "assigned_to": ""}
    change_status(actor=Actor(user=ada), case=case, status=CaseStatus.objects.get(pk="resolved"))
    browser.post(
        url, {**shown, **{f"initial-{name}": value for name, value in shown.items()}, "priority": "high"}
    )
    case.refresh_from_db()
    assert (case.status_id, case.priority) == ("resolved", "high")


def test_a_note_sent_twice_is_kept_once_and_sets_the_status(sign_in, ada, case):
    browser, submission = sign_in(ada), str(uuid.uuid4())
    for _ in range(2):
        answer_in_admin(
            browser, case, visibility="internal", body="Checked.", status="on_hold", submission=submission
        )
    assert case.messages.filter(visibility="internal").count() == 1
    assert Case.objects.get().status_id == "on_hold"


def test_another_answer_from_a_page_that_was_sent_is_not_dropped(sign_in, ada, case):
    browser, submission = sign_in(ada), str(uuid.uuid4())
    answer_in_admin(browser, case, body="It is on its way.", submission=submission)
    page = answer_in_admin(browser, case, body="It has arrived.", submission=submission)
    assert "was already sent from this page" in page.text
    assert "It has arrived." in page.text
    again = str(page.context["composer"]["submission"].value())
    answer_in_admin(browser, case, body="It has arrived.", submission=again)
    assert case.messages.filter(author_user=ada).count() == 2


def test_staff_who_may_only_view_cases_cannot_resolve_or_take_them(sign_in, case):
    viewer = make_user("viewer@portal.example", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_case"))
    for deed in ("resolve", "assign_to_me"):
        posted = {"deed": deed, "case": [case.pk], "apply": "yes"}
        assert sign_in(viewer).post(reverse("admin:desk_deed"), posted).status_code == 403
    assert (Case.objects.get().status_id, Case.objects.get().assigned_to) == ("new", None)


@pytest.mark.parametrize("body", ["[error]: timeout", "![photo](x.png)"])
def test_text_that_markdown_swallows_is_shown_as_typed(sign_in, alice, case, body):
    page = reply(sign_in(alice), case, body, uploads=[pdf_upload("proof.pdf")])
    assert "proof.pdf" in page.text
    assert body in page.text


def test_a_colleagues_reply_is_mailed_to_the_one_who_opened_the_case(
    sign_in, ivan, alice, case, run_jobs, mailoutbox
):
    run_jobs()
    mailoutbox.clear()
    reply(sign_in(ivan), case, "I am on site now.")
    run_jobs()
    assert [mail.to for mail in mailoutbox] == [[alice.email]]


def test_no_mail_goes_to_a_contact_whose_sign_in_is_switched_off(alice, ada, case, run_jobs, mailoutbox):
    run_jobs()
    mailoutbox.clear()
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    make_staff_reply(Case.objects.get(), ada)
    run_jobs()
    assert mailoutbox == []


def test_every_change_of_status_is_on_exactly_one_page_of_a_long_conversation(sign_in, alice, ada, case):
    for n in range(30):
        make_staff_reply(case, ada, f"Message {n:02}", status="waiting" if n % 2 else "on_hold")
    browser = sign_in(alice)
    latest = browser.get(case.get_absolute_url())
    earlier = browser.get(case.get_absolute_url() + latest.context["page"].older_url)
    events = [
        entry.time for page in (latest, earlier) for entry in page.context["entries"] if not entry.is_message
    ]
    assert len(events) == len(set(events)) == Activity.objects.filter(verb="case.status_changed").count()


def test_coming_to_the_reply_address_by_a_link_shows_the_case(sign_in, alice, case):
    response = sign_in(alice).get(reverse("cases:reply", args=[case.number]))
    assert response.url == case.get_absolute_url()
