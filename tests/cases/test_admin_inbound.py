"""Staff deal with messages that did not find their case."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from cases.inbound.receive import keep
from cases.models import InboundMail
from tests.cases.factories import make_case, pdf_upload
from tests.cases.mails import make_mail
from tests.factories import make_user


@pytest.fixture
def refused(run_jobs, db):
    message = make_mail("support@portal.example", "stranger@else.example", "Where is my order?", subject="Order")
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


def page_of(mail, name="change"):
    return reverse(f"admin:cases_inboundmail_{name}", args=[mail.pk])


def test_messages_are_listed_by_what_became_of_them(sign_in, ada, refused, broken):
    browser, url = sign_in(ada), reverse("admin:cases_inboundmail_changelist")
    assert [mail.pk for mail in browser.get(url, {"outcome__exact": "failed"}).context["cl"].result_list] == [broken.pk]
    assert "stranger@else.example" in browser.get(url).text
    assert "Add to a case" in browser.get(page_of(refused)).text


def test_a_message_is_saved_as_it_came_and_never_shown_by_the_browser(sign_in, ada, refused):
    response = sign_in(ada).get(page_of(refused, "raw"))
    assert response.content == bytes(refused.raw)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"


def test_a_refused_message_becomes_an_internal_note_with_its_files(sign_in, ada, alice, refused):
    case = make_case(alice)
    browser = sign_in(ada)
    assert browser.post(page_of(refused, "add_to_case"), {"number": case.number}).status_code == 302
    note = case.messages.get(visibility="internal")
    assert "Where is my order?" in note.body
    assert "stranger@else.example" in note.body
    assert note.attachments.get().name == "order.pdf"
    assert "Where is my order?" not in sign_in(alice).get(case.get_absolute_url()).text
    refused.refresh_from_db()
    assert (refused.outcome, refused.case) == ("added", case)
    assert "in a case already" in browser.post(page_of(refused, "add_to_case"), {"number": case.number}).text
    assert case.messages.count() == 2


def test_a_message_that_nobody_can_read_can_be_named_in_a_case(sign_in, ada, alice, broken):
    case = make_case(alice)
    sign_in(ada).post(page_of(broken, "add_to_case"), {"number": case.number})
    assert "could not be read" in case.messages.get(visibility="internal").body


@pytest.mark.parametrize("number", ["C-1", "", "\0"])
def test_a_case_that_does_not_exist_is_an_error_beside_the_field(sign_in, ada, refused, number):
    page = sign_in(ada).post(page_of(refused, "add_to_case"), {"number": number})
    assert page.context["form"].errors["number"]


def test_a_message_that_could_not_be_read_is_tried_again(sign_in, ada, broken, run_jobs):
    assert sign_in(ada).post(page_of(broken, "again")).status_code == 302
    broken.refresh_from_db()
    assert broken.outcome == "waiting"
    run_jobs()
    broken.refresh_from_db()
    assert broken.outcome == "failed"


def test_a_message_that_was_refused_is_not_read_again(sign_in, ada, refused):
    page = sign_in(ada).post(page_of(refused, "again"), follow=True)
    assert "Only messages that could not be read" in page.text


def test_staff_who_may_only_look_do_nothing_and_others_do_not_look(sign_in, refused, broken, alice):
    viewer, other = make_user("viewer@portal.example", is_staff=True), make_user("other@portal.example", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_inboundmail"))
    assert sign_in(viewer).get(page_of(refused, "raw")).status_code == 200
    assert sign_in(other).get(page_of(refused, "raw")).status_code == 403
    for browser in (sign_in(viewer), sign_in(other)):
        assert browser.post(page_of(broken, "again")).status_code == 403
        assert browser.post(page_of(refused, "add_to_case"), {"number": make_case(alice).number}).status_code == 403
    assert InboundMail.objects.filter(outcome="added").count() == 0


def test_whoever_may_not_change_cases_adds_no_message_to_one(sign_in, refused, alice):
    sorter = make_user("sorter@portal.example", is_staff=True)
    sorter.user_permissions.set(Permission.objects.filter(codename__in=("view_inboundmail", "change_inboundmail")))
    case = make_case(alice)
    assert sign_in(sorter).post(page_of(refused, "add_to_case"), {"number": case.number}).status_code == 403
    assert case.messages.count() == 1
