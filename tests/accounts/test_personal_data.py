"""Taking one's data along, and asking to be forgotten."""

import json

import pytest
from django.test import Client

from accounts.actions.second_factor import renew_recovery_codes, switch_on_email, trust_browser
from accounts.actors import SYSTEM, Actor
from accounts.models import Activity, Contact, JoinRequest, OutgoingMail, RecordPermission, User
from cases.actions import add_internal_note, reply_to_case
from cases.models import Case
from knowledgebase.models import ArticleFeedback
from portal.models import Site
from records.actions.marks import save_draft
from records.actions.saved_views import save_view
from tests.accounts.external import connect
from tests.accounts.own_pages import AGAIN, DATA, IPHONE, browser_of, confirm, with_password
from tests.cases.factories import make_case, make_staff_reply, pdf_upload
from tests.factories import grant, make_contact
from tests.forums.factories import make_forum, make_reply, make_topic
from tests.knowledgebase.factories import make_article

DOWNLOAD, ERASURE, WITHDRAW = f"{DATA}download/", f"{DATA}erasure/", f"{DATA}erasure/withdraw/"


@pytest.fixture
def alice(alice):
    with_password(alice)
    return alice


def text_of(response):
    return b"".join(response.streaming_content).decode()


def download(browser):
    return json.loads(text_of(browser.post(DOWNLOAD)))


# The file


def test_alice_gets_what_is_kept_about_her_and_what_she_wrote(alice, globex):
    Contact.objects.filter(pk=alice.pk).update(phone="+44 1", job_title="Engineer")
    case = make_case(alice, "Gateway offline", description="It stopped.", uploads=[pdf_upload("log.pdf")])
    topic = make_topic(make_forum("Loggers"), alice, "Which batteries?", body="Any idea?")
    make_reply(topic, alice, "Found them.")
    article = make_article("Pair a beacon")
    ArticleFeedback.objects.create(article=article, contact=alice, is_helpful=False, comment="Too short")
    JoinRequest.objects.create(user=alice.user, account=globex, message="It is me")
    connect(alice.user, "alice-at-works")
    save_draft(owner=alice, about=Case, values={"subject": "Half a case"})
    save_view(owner=alice, record_type="case", name="Urgent", query="view=active")
    trust_browser(actor=SYSTEM, user=alice.user, user_agent=IPHONE)
    response = browser_of(alice).post(DOWNLOAD)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert response["Cache-Control"] == "private, no-store"
    data = json.loads(text_of(response))
    assert data["user"][0]["email"] == "alice@acme.example"
    assert data["email_addresses"] == [{"email": "alice@acme.example", "verified": True, "primary": True}]
    assert data["contacts"][0] | {"created_at": ""} == {
        "account": "Acme Foods",
        "first_name": "Alice",
        "last_name": "Tester",
        "email": "alice@acme.example",
        "phone": "+44 1",
        "job_title": "Engineer",
        "is_active": True,
        "created_at": "",
        "roles": [],
    }
    assert [one["provider"] for one in data["identities"]] == ["works"]
    assert [(one["browser"], one["from"]) for one in data["sessions"]] == [
        ("Firefox on Linux", "203.0.113.7")
    ]
    assert [one["browser"] for one in data["remembered_browsers"]] == ["Safari on iPhone"]
    assert [(one["number"], one["subject"]) for one in data["cases"]] == [(case.number, "Gateway offline")]
    assert [(one["case__number"], one["body"], one["files"]) for one in data["case_messages"]] == [
        (case.number, "It stopped.", ["log.pdf"])
    ]
    assert [(one["record_type"], one["values"]) for one in data["drafts"]] == [
        ("case", {"subject": "Half a case"})
    ]
    assert [(one["name"], one["query"]) for one in data["saved_views"]] == [("Urgent", "view=active")]
    assert [one["title"] for one in data["forum_topics"]] == ["Which batteries?"]
    assert [one["body"] for one in data["forum_posts"]] == ["Any idea?", "Found them."]
    assert [(one["article__title"], one["comment"]) for one in data["article_feedback"]] == [
        ("Pair a beacon", "Too short")
    ]
    assert [(one["account__name"], one["message"]) for one in data["requests_to_join"]] == [
        ("Globex Pharma", "It is me")
    ]
    assert {"case.opened", "contact.signed_in"} <= {one["verb"] for one in data["activities"]}


def test_nobody_elses_words_and_no_note_are_in_the_file(alice, bob, ada, acme, charlie):
    case = make_case(alice, "Own matter")
    make_staff_reply(case, ada, "Words of staff")
    add_internal_note(actor=Actor(user=ada), case=case, body="A secret note")
    grant(bob, "case", "account", "read", "create")
    reply_to_case(actor=Actor(user=bob.user, contact=bob), case=case, body="Words of Bob")
    make_case(bob, "Bob's matter")
    make_case(charlie, "Charlie's matter")
    topic = make_topic(make_forum(), bob, "Bob's topic", body="Bob's question")
    make_reply(topic, alice, "Own answer")
    text = text_of(browser_of(alice).post(DOWNLOAD))
    assert "Own matter" in text
    assert "Own answer" in text
    for foreign in (
        "Words of",
        "secret note",
        "Bob's matter",
        "Charlie",
        "Bob's question",
        "bob@",
        "Byrne",
        "ada@",
    ):
        assert foreign not in text


def test_no_password_code_token_or_key_is_in_the_file(alice):
    switch_on_email(actor=SYSTEM, user=alice.user)
    codes = renew_recovery_codes(actor=SYSTEM, user=alice.user)
    token = trust_browser(actor=SYSTEM, user=alice.user, user_agent=IPHONE)
    browser = Client()
    browser.force_login(alice.user)
    session = browser.session
    session["second_factor"] = {"user": alice.user.pk, "method": "email"}
    session.save()
    confirm(browser)
    text = text_of(browser.post(DOWNLOAD))
    assert json.loads(text)["user"][0]["second_factor"] == ["email"]
    stored = alice.user.trusted_browsers.get().token_hash
    for secret in (
        *codes,
        token,
        stored,
        User.objects.get(pk=alice.user.pk).password,
        browser.cookies["session"].value,
    ):
        assert secret not in text


def test_what_a_contact_may_no_longer_see_is_not_in_the_file(alice, globex):
    former = make_contact("Alice", globex, user=alice.user, signs_in=False, email="alice@globex.example")
    make_case(former, "Matter at Globex")
    make_case(alice, "Matter at Acme")
    browser = browser_of(alice)
    assert len(download(browser)["cases"]) == 2
    former.deactivate()
    data = download(browser)
    assert [case["subject"] for case in data["cases"]] == ["Matter at Acme"]
    assert [contact["is_active"] for contact in data["contacts"]] == [True, False]
    RecordPermission.objects.all().delete()
    data = download(browser)
    assert data["cases"] == data["case_messages"] == data["forum_posts"] == []


def test_cases_of_colleagues_are_not_in_the_file_of_who_sees_them_all(alice, bob):
    grant(alice, "case", "global", "read")
    make_case(bob, "Bob's matter")
    assert download(browser_of(alice))["cases"] == []


def test_what_staff_did_in_the_administration_is_not_in_the_file(ada, alice):
    with_password(ada)
    add_internal_note(actor=Actor(user=ada), case=make_case(alice), body="A note")
    data = download(browser_of(ada))
    assert {one["verb"] for one in data["activities"]} <= {"contact.signed_in", "contact.data_exported"}
    assert data["contacts"] == data["cases"] == []


def test_each_download_is_in_the_log(alice):
    browser = browser_of(alice)
    download(browser)
    told = Activity.objects.get(verb="contact.data_exported")
    assert (told.actor, told.contact, told.client_ip) == (alice.user, alice, "203.0.113.7")


def test_what_was_folded_away_of_a_mail_is_among_ones_own_data(alice):
    make_case(alice).messages.update(folded="-- \nAlice\n+1 555 0100")
    assert [one["folded"] for one in download(browser_of(alice))["case_messages"]] == [
        "-- \nAlice\n+1 555 0100"
    ]


def test_the_files_that_somebody_took_do_not_fill_their_own_data(alice):
    browser = browser_of(alice)
    browser.get(make_case(alice, uploads=[pdf_upload()]).messages.get().attachments.get().get_absolute_url())
    assert Activity.objects.filter(actor=alice.user, verb="case.file_downloaded").exists()
    assert "case.file_downloaded" not in {one["verb"] for one in download(browser)["activities"]}


def test_the_file_costs_the_same_queries_for_few_rows_and_for_many(alice, django_assert_max_num_queries):
    browser = browser_of(alice)
    case = make_case(alice)
    topic = make_topic(make_forum(), alice)
    for number in range(30):
        reply_to_case(actor=Actor(user=alice.user, contact=alice), case=case, body=f"Reply {number}")
        make_reply(topic, alice)
    with django_assert_max_num_queries(30):
        assert len(download(browser)["case_messages"]) == 31


def test_words_in_any_script_come_back_as_they_were(alice):
    make_case(alice, 'Ünïcode "quoted" 漢字', description="Line\nbreak </script> \\ 🙂")
    data = download(browser_of(alice))
    assert data["cases"][0]["subject"] == 'Ünïcode "quoted" 漢字'
    assert data["case_messages"][0]["body"] == "Line\nbreak </script> \\ 🙂"


@pytest.mark.parametrize("path", [DATA, DOWNLOAD, ERASURE, WITHDRAW])
def test_the_pages_ask_for_the_password_again(sign_in, alice, path):
    browser = sign_in(alice)
    answer = browser.get(path) if path in (DATA, ERASURE) else browser.post(path)
    assert answer.url.startswith(AGAIN)
    assert not Activity.objects.filter(verb="contact.data_exported").exists()
    if path == ERASURE:
        assert browser.post(path).url.startswith(AGAIN)
        alice.user.refresh_from_db()
        assert alice.user.erasure_asked_at is None


@pytest.mark.parametrize("path", [DOWNLOAD, WITHDRAW])
def test_nothing_happens_by_following_a_link(alice, path):
    assert browser_of(alice).get(path).status_code == 405


# Erasure


def test_alice_asks_for_erasure_after_a_question_and_both_sides_get_mail(alice):
    Site.objects.update(support_email="support@portal.example")
    browser = browser_of(alice)
    assert "Withdraw" not in browser.get(DATA).text
    assert "Data that we are required by law to keep" in browser.get(ERASURE).text
    alice.user.refresh_from_db()
    assert alice.user.erasure_asked_at is None
    page = browser.post(ERASURE, follow=True).text
    assert "We have received your request" in page
    assert "Withdraw request" in page
    alice.user.refresh_from_db()
    assert alice.user.erasure_asked_at
    assert alice.user.is_active
    own, notice = (
        OutgoingMail.objects.get(event="accounts/erasure"),
        OutgoingMail.objects.get(event="accounts/erasure_notice"),
    )
    assert (own.to, own.subject) == (alice.email, "You asked us to erase your data")
    assert DATA in own.text
    assert (notice.to, notice.reply_to, notice.subject) == (
        "support@portal.example",
        alice.email,
        "Alice Tester requested erasure",
    )
    assert f"/admin/accounts/user/{alice.user.pk}/change/" in notice.text
    told = Activity.objects.get(verb="contact.erasure_asked")
    assert (told.actor, told.contact, told.client_ip) == (alice.user, alice, "203.0.113.7")


def test_without_a_support_address_only_alice_gets_mail(alice):
    browser_of(alice).post(ERASURE)
    assert (
        OutgoingMail.objects.filter(event__startswith="accounts/erasure").values_list("to", flat=True).get()
        == alice.email
    )


def test_asking_again_changes_nothing(alice):
    browser = browser_of(alice)
    browser.post(ERASURE)
    asked_at = User.objects.get(pk=alice.user.pk).erasure_asked_at
    browser.post(ERASURE)
    assert User.objects.get(pk=alice.user.pk).erasure_asked_at == asked_at
    assert OutgoingMail.objects.filter(event="accounts/erasure").count() == 1


def test_alice_withdraws_and_everybody_is_told(alice):
    Site.objects.update(support_email="support@portal.example")
    browser = browser_of(alice)
    browser.post(ERASURE)
    assert "Your request has been withdrawn" in browser.post(WITHDRAW, follow=True).text
    assert User.objects.get(pk=alice.user.pk).erasure_asked_at is None
    assert Activity.objects.filter(verb="contact.erasure_withdrawn").count() == 1
    subjects = (
        OutgoingMail.objects.filter(event__startswith="accounts/erasure")
        .order_by("pk")
        .values_list("subject", flat=True)
    )
    assert list(subjects)[2:] == [
        "Your request to erase your data has been withdrawn",
        "Alice Tester withdrew their erasure request",
    ]


def test_withdrawing_nothing_is_told_to_nobody(alice):
    assert browser_of(alice).post(WITHDRAW).url == DATA
    assert not OutgoingMail.objects.exists()
    assert not Activity.objects.filter(verb="contact.erasure_withdrawn").exists()


def test_bob_does_not_see_that_alice_asked(alice, bob):
    with_password(bob)
    browser_of(alice).post(ERASURE)
    assert "Withdraw" not in browser_of(bob).get(DATA).text
