"""Staff deal with messages that did not find their case."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from records.inbound.receive import keep
from records.models import InboundMail
from records.reply_address import reply_address
from records.tasks import fetch_inbound_mail
from tests.cases.factories import make_case, pdf_upload
from tests.cases.mails import mailbox, make_mail, reply_of
from tests.factories import make_user


@pytest.fixture
def refused(run_jobs, db):
    message = make_mail(
        "support@portal.example", "stranger@else.example", "Where is my order?", subject="Order"
    )
    message.add_attachment(pdf_upload().read(), maintype="application", subtype="pdf", filename="order.pdf")
    mail = keep(bytes(message))
    run_jobs()
    mail.refresh_from_db()
    assert mail.outcome == "refused"
    return mail


@pytest.fixture
def broken(run_jobs, db):
    mail = keep(b"no message at all")
    run_jobs()
    mail.refresh_from_db()
    assert mail.outcome == "failed"
    return mail


def list_url():
    return reverse("admin:records_inboundmail_changelist")


def page_of(mail, name="change"):
    return reverse(f"admin:records_inboundmail_{name}", args=[mail.pk])


def named(case):
    return {"kind": "case", "number": case.number}


def listed(browser, **query):
    return [mail.pk for mail in browser.get(list_url(), query).context["cl"].result_list]


def test_messages_are_listed_by_what_became_of_them(sign_in, ada, refused, broken):
    browser = sign_in(ada)
    assert listed(browser, outcome="failed") == [broken.pk]
    assert "stranger@else.example" in browser.get(list_url()).text
    assert "Add to a record" in browser.get(page_of(refused)).text


def test_the_list_shows_what_needs_a_hand(sign_in, ada, refused, broken):
    added = InboundMail.objects.create(message_id="<1@acme.example>", raw=b"", outcome="added")
    browser = sign_in(ada)
    assert listed(browser) == [broken.pk, refused.pk]
    assert listed(browser, outcome="all") == [added.pk, broken.pk, refused.pk]
    assert listed(browser, outcome="nonsense") == [broken.pk, refused.pk]
    assert "Message without a subject" in browser.get(list_url()).text


def test_staff_see_when_the_mailbox_was_fetched_and_why_it_was_not(sign_in, ada, settings):
    browser = sign_in(ada)
    assert "ailbox last checked" not in browser.get(list_url()).text
    with mailbox() as url:
        settings.MAIL_IN_IMAP_URL = url
        fetch_inbound_mail(0)
    assert "Mailbox last checked" in browser.get(list_url()).text
    fetch_inbound_mail(0)
    page = browser.get(list_url()).text
    assert "could not be checked" in page
    assert "Mailbox last checked" in page


def test_a_message_is_shown_as_plain_text_with_the_names_of_its_files(sign_in, ada, run_jobs, db):
    message = make_mail(
        "support@portal.example", "stranger@else.example", "Where is <script>alert(1)</script>?"
    )
    message.add_attachment(b"MZ", maintype="application", subtype="octet-stream", filename="<b>run.exe")
    mail = keep(bytes(message))
    run_jobs()
    page = sign_in(ada).get(page_of(mail)).text
    assert "Where is &lt;script&gt;alert(1)&lt;/script&gt;?" in page
    assert "brun.exe" in page
    assert "<script>alert(1)" not in page


def test_a_message_with_which_nothing_is_to_be_done_leaves_the_list(sign_in, ada, refused):
    browser = sign_in(ada)
    browser.post(list_url(), {"action": "leave", "_selected_action": [refused.pk]})
    refused.refresh_from_db()
    assert (refused.outcome, refused.reason.startswith("By hand: ")) == ("ignored", True)
    assert listed(browser) == []


def test_a_message_is_saved_as_it_came_and_never_shown_by_the_browser(sign_in, ada, refused):
    response = sign_in(ada).get(page_of(refused, "raw"))
    assert response.content == bytes(refused.raw)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"


def test_a_refused_message_becomes_an_internal_note_with_its_files(sign_in, ada, alice, refused):
    case = make_case(alice)
    browser = sign_in(ada)
    assert browser.post(page_of(refused, "add_to"), named(case)).status_code == 302
    note = case.messages.get(visibility="internal")
    assert "Where is my order?" in note.body
    assert "stranger@else.example" in note.body
    assert note.attachments.get().name == "order.pdf"
    assert "Where is my order?" not in sign_in(alice).get(case.get_absolute_url()).text
    refused.refresh_from_db()
    assert (refused.outcome, refused.record_id) == ("added", case.pk)
    assert "already been added" in browser.post(page_of(refused, "add_to"), named(case)).text
    assert case.messages.count() == 2


def test_a_message_that_nobody_can_read_can_be_named_in_a_case(sign_in, ada, alice, broken):
    case = make_case(alice)
    browser = sign_in(ada)
    browser.post(page_of(broken, "add_to"), named(case))
    note = case.messages.get(visibility="internal")
    assert "could not be read" in note.body
    assert page_of(broken) in note.body_html
    assert InboundMail.objects.get(reply_id=note.pk) == broken


@pytest.mark.parametrize("number", ["C-1", "", "\0"])
def test_a_case_that_does_not_exist_is_an_error_beside_the_field(sign_in, ada, refused, number):
    page = sign_in(ada).post(page_of(refused, "add_to"), {"kind": "case", "number": number})
    assert page.context["form"].errors["number"]


def test_a_message_that_failed_here_is_tried_again(sign_in, ada, refused, run_jobs):
    InboundMail.objects.update(outcome="failed", reason="OperationalError")
    browser = sign_in(ada)
    assert "Try again" in browser.get(page_of(refused)).text
    assert browser.post(page_of(refused, "again")).status_code == 302
    run_jobs()
    refused.refresh_from_db()
    assert refused.outcome == "refused"


def test_a_message_that_was_held_back_is_let_through(sign_in, ada, alice, run_jobs, settings):
    settings.MAIL_IN_ADDRESS = "cases@support.example"
    case = make_case(alice)
    address = reply_address("c", case, contact=alice)
    for number in range(31):
        mail = keep(bytes(make_mail(address, alice.email, f"Message {number}")))
    run_jobs()
    mail.refresh_from_db()
    assert mail.outcome == "held"
    sign_in(ada).post(page_of(mail, "again"))
    run_jobs()
    mail.refresh_from_db()
    assert (mail.outcome, reply_of(mail).body) == ("added", "Message 30")


def test_trying_again_is_offered_only_where_it_can_lead_to_something(sign_in, ada, refused, broken):
    browser = sign_in(ada)
    for mail, why in (
        (refused, "Only messages that could not be read"),
        (broken, "This message cannot be read"),
    ):
        assert 'value="Try again"' not in browser.get(page_of(mail)).text
        assert why in browser.post(page_of(mail, "again"), follow=True).text
        mail.refresh_from_db()
        assert mail.outcome != "waiting"


def test_staff_who_may_only_look_do_nothing_and_others_do_not_look(sign_in, refused, broken, alice):
    viewer, other = (
        make_user("viewer@portal.example", is_staff=True),
        make_user("other@portal.example", is_staff=True),
    )
    viewer.user_permissions.add(Permission.objects.get(codename="view_inboundmail"))
    assert sign_in(viewer).get(page_of(refused, "raw")).status_code == 200
    assert sign_in(other).get(page_of(refused, "raw")).status_code == 403
    for browser in (sign_in(viewer), sign_in(other)):
        assert browser.post(page_of(broken, "again")).status_code == 403
        assert browser.post(page_of(refused, "add_to"), named(make_case(alice))).status_code == 403
    assert InboundMail.objects.filter(outcome="added").count() == 0


def test_whoever_may_not_change_cases_adds_no_message_to_one(sign_in, refused, alice):
    sorter = make_user("sorter@portal.example", is_staff=True)
    sorter.user_permissions.set(
        Permission.objects.filter(codename__in=("view_inboundmail", "change_inboundmail"))
    )
    case = make_case(alice)
    assert sign_in(sorter).post(page_of(refused, "add_to"), named(case)).status_code == 403
    assert case.messages.count() == 1


@pytest.mark.parametrize("name", ["q", "outcome", "outcome__exact", "received_at__gte"])
@pytest.mark.parametrize("value", ["x", "a%00b", "NaN", "%ED%A0%80", "9" * 40])
def test_the_list_is_narrowed_by_nonsense_without_a_crash(sign_in, ada, refused, name, value):
    assert sign_in(ada).get(f"{list_url()}?{name}={value}").status_code in (200, 302, 400)
