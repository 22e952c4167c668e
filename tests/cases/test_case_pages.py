"""Customers read and open cases."""

import uuid

import pytest
from django.urls import reverse

from accounts.models import Contact, WebRole
from cases.models import Case
from lib import uploads
from portal.models import Page, PageAccessRule
from tests.cases.factories import make_case, make_staff_reply, pdf_upload
from tests.factories import make_contact
from tests.stage import shared


def new_case_data(**fields):
    return {
        "subject": "Logger shows E4",
        "request_type": "2",
        "priority": "normal",
        "description": "Since this morning.",
        "submission": str(uuid.uuid4()),
        **fields,
    }


@shared
def alices_case(alice):
    return make_case(alice, "Freezer alarm at night")


def test_alice_sees_her_case_in_the_list(sign_in, alice, alices_case):
    page = sign_in(alice).get(reverse("cases:list"))
    assert alices_case.subject in page.text
    assert alices_case.number in page.text


def test_a_colleague_without_the_role_does_not_see_alices_case(sign_in, fiona, alices_case):
    browser = sign_in(fiona)
    assert alices_case.subject not in browser.get(reverse("cases:list")).text
    assert browser.get(alices_case.get_absolute_url()).status_code == 404


def test_an_it_user_sees_the_cases_of_the_whole_account(sign_in, ivan, alices_case):
    browser = sign_in(ivan)
    assert alices_case.subject in browser.get(reverse("cases:list")).text
    assert browser.get(alices_case.get_absolute_url()).status_code == 200


def test_another_account_cannot_see_alices_case_nor_its_attachment(sign_in, charlie, alice):
    case = make_case(alice, uploads=[pdf_upload()])
    browser = sign_in(charlie)
    assert case.subject not in browser.get(reverse("cases:list")).text
    assert browser.get(case.get_absolute_url()).status_code == 404
    assert browser.get(case.messages.get().attachments.get().get_absolute_url()).status_code == 404
    assert browser.post(reverse("cases:reply", args=[case.number]), {"body": "Hello"}).status_code == 404


def test_a_visitor_is_sent_to_sign_in(visitor, alices_case):
    for url in (reverse("cases:list"), reverse("cases:new"), alices_case.get_absolute_url()):
        response = visitor.get(url)
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_login"))


def test_staff_without_a_contact_see_no_cases(sign_in, ada, alices_case):
    browser = sign_in(ada)
    assert browser.get(reverse("cases:list")).status_code == 403
    assert browser.get(alices_case.get_absolute_url()).status_code == 404


def test_alice_opens_a_case_with_an_attachment(sign_in, alice):
    browser = sign_in(alice)
    response = browser.post(
        reverse("cases:new"), new_case_data(uploads=[pdf_upload("Report of today.pdf")]), follow=True
    )
    case = Case.objects.get()
    assert response.redirect_chain == [(case.get_absolute_url(), 302)]
    assert (case.contact, case.account, case.status_id) == (alice, alice.account, "new")
    assert "Report of today.pdf" in response.text
    download = browser.get(case.messages.get().attachments.get().get_absolute_url())
    assert b"".join(download.streaming_content).startswith(b"%PDF")
    assert download["Content-Type"] == "application/pdf"
    assert download["Content-Disposition"].startswith("attachment")
    assert "sandbox" in download["Content-Security-Policy"]


def test_sending_the_form_twice_opens_one_case(sign_in, alice):
    data, browser = new_case_data(), sign_in(alice)
    first, second = (browser.post(reverse("cases:new"), data) for _ in range(2))
    assert first.url == second.url
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("run.exe", b"MZ\x90", "cannot be sent"),
        ("page.html", b"<script>alert(1)</script>", "cannot be sent"),
        ("photo.jpg", b"%PDF-1.4 not a photograph", "not a valid .jpg"),
        ("notes.txt", b"%PDF-1.4\n%\xe2\xe3", "not a valid .txt"),
        ("notes.txt", b"text\x00with nul", "not a valid .txt"),
        ("empty.pdf", b"", "empty"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 broken", "damaged"),
    ],
)
def test_a_refused_file_is_explained_and_the_text_survives(sign_in, alice, name, content, complaint):
    data = new_case_data(uploads=[pdf_upload(name, content)])
    page = sign_in(alice).post(reverse("cases:new"), data)
    assert page.status_code == 200
    assert complaint in page.text
    assert "Since this morning." in page.text
    assert not Case.objects.exists()


def test_a_photograph_loses_its_metadata(sign_in, alice, jpeg_with_gps):
    browser = sign_in(alice)
    browser.post(reverse("cases:new"), new_case_data(uploads=[pdf_upload("probe.jpg", jpeg_with_gps)]))
    kept = Case.objects.get().messages.get().attachments.get()
    content = kept.file.read()
    assert content.startswith(b"\xff\xd8\xff")
    assert b"Exif" in jpeg_with_gps
    assert b"Exif" not in content


def test_alice_is_told_what_is_missing(sign_in, alice):
    page = sign_in(alice).post(reverse("cases:new"), new_case_data(subject="", request_type="99"))
    assert "Enter a subject." in page.text
    assert "Select a valid choice" in page.text
    assert "Since this morning." in page.text


@pytest.mark.parametrize(
    "query",
    ["q=%00", "view=nonsense&status=x", "older=%00_1", "older=2026-01-01_99999999999999999999", "newer=_"],
)
def test_odd_addresses_show_the_list(sign_in, alice, alices_case, query):
    assert sign_in(alice).get(f"{reverse('cases:list')}?{query}").status_code == 200


def test_resolved_cases_have_a_view_of_their_own(sign_in, alice, ada, alices_case):
    make_staff_reply(alices_case, ada, status="resolved")
    browser = sign_in(alice)
    assert alices_case.subject not in browser.get(reverse("cases:list")).text
    assert alices_case.subject in browser.get(reverse("cases:list"), {"view": "resolved"}).text


def test_search_finds_by_number_and_subject(sign_in, alice, alices_case):
    other = make_case(alice, "Invoice address")
    browser = sign_in(alice)
    for words in (alices_case.number.lower(), "freezer"):
        page = browser.get(reverse("cases:list"), {"q": words}).text
        assert alices_case.subject in page
        assert other.subject not in page


def test_pages_of_the_list_lead_to_older_and_newer_cases(sign_in, alice):
    cases = [make_case(alice, f"Case {n:02}") for n in range(30)]
    browser = sign_in(alice)
    first = browser.get(reverse("cases:list"))
    assert cases[29].subject in first.text
    assert cases[4].subject not in first.text
    older = browser.get(reverse("cases:list") + first.context["page"].older_url)
    assert all(case.subject in older.text for case in cases[:5])
    assert older.context["page"].older_url == ""
    newer = browser.get(reverse("cases:list") + older.context["page"].newer_url)
    assert newer.context["page"].rows == first.context["page"].rows
    assert newer.context["page"].newer_url == ""


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_one_case_and_for_many(
    sign_in, alice, django_assert_max_num_queries, rows
):
    for n in range(rows):
        make_case(alice, f"Case {n}")
    browser = sign_in(alice)
    browser.get(reverse("cases:list"))
    with django_assert_max_num_queries(5):
        browser.get(reverse("cases:list"))


def test_a_deactivated_contact_loses_the_case_with_the_next_click(sign_in, alice, alices_case):
    browser = sign_in(alice)
    assert browser.get(alices_case.get_absolute_url()).status_code == 200
    alice.deactivate()
    assert browser.get(alices_case.get_absolute_url()).url.startswith("/accounts/login/")
    assert sign_in(alice).get(alices_case.get_absolute_url()).status_code == 404


def test_a_form_counts_for_the_contact_that_it_was_shown_to(sign_in, alice, globex):
    """Alice is a contact of Globex too, and went over to it in another tab."""
    other = make_contact("Alice", globex, user=alice.user, email=alice.email)
    browser = sign_in(alice)
    browser.post(reverse("switch_contact"), {"contact": other.pk})
    response = browser.post(reverse("cases:new"), new_case_data(acting_as=alice.pk))
    case = Case.objects.get()
    assert (case.contact, case.account) == (alice, alice.account)
    assert browser.get(response.url).status_code == 200


def test_a_form_of_somebody_elses_contact_writes_nothing(sign_in, alice, charlie):
    assert sign_in(alice).post(reverse("cases:new"), new_case_data(acting_as=charlie.pk)).status_code == 403
    assert not Case.objects.exists()


@pytest.mark.parametrize("number", ["C%00", "C-1%0a", "%ff", "..%2f"])
def test_odd_numbers_are_not_found(sign_in, alice, number):
    assert sign_in(alice).get(f"/cases/{number}/").status_code == 404


def test_a_page_rule_on_cases_covers_their_attachments_home_and_search(sign_in, alice):
    case = make_case(alice, "Freezer alarm", uploads=[pdf_upload()])
    rule = PageAccessRule.objects.create(page=Page.objects.get(path="/cases/"))
    rule.roles.set(WebRole.objects.filter(name="Administrators"))
    browser = sign_in(alice)
    assert browser.get(case.messages.get().attachments.get().get_absolute_url()).status_code == 403
    assert "Freezer alarm" not in browser.get("/search/?q=freezer").text


def test_a_contact_who_was_moved_leaves_the_cases_with_the_old_account(sign_in, alice, alices_case, globex):
    Contact.objects.filter(pk=alice.pk).update(account=globex)
    browser = sign_in(alice)
    assert browser.get(alices_case.get_absolute_url()).status_code == 404
    assert alices_case.subject not in browser.get(reverse("home")).text


def test_another_contact_may_use_the_same_submission_id(sign_in, alice, charlie):
    data = new_case_data()
    for person in (alice, charlie):
        assert sign_in(person).post(reverse("cases:new"), data).status_code == 302
    assert Case.objects.count() == 2


def test_a_photograph_with_too_many_pixels_is_refused_before_it_is_decoded(
    sign_in, alice, monkeypatch, jpeg_with_gps
):
    monkeypatch.setattr(uploads, "MAX_PIXELS", 63)
    page = sign_in(alice).post(
        reverse("cases:new"), new_case_data(uploads=[pdf_upload("big.jpg", jpeg_with_gps)])
    )
    assert "too many pixels" in page.text


def test_a_log_in_utf16_is_accepted(sign_in, alice):
    log = pdf_upload("windows.log", "Fehler: Gerät antwortet nicht".encode("utf-16"))
    assert sign_in(alice).post(reverse("cases:new"), new_case_data(uploads=[log])).status_code == 302


def test_a_file_that_is_gone_from_the_disk_is_not_found(sign_in, alice):
    attachment = make_case(alice, uploads=[pdf_upload()]).messages.get().attachments.get()
    attachment.file.delete(save=False)
    assert sign_in(alice).get(attachment.get_absolute_url()).status_code == 404
