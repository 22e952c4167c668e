"""Pages come compressed to who asks for it, but for those that show a secret."""

import gzip

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.test import Client

from accounts.actions.mail import queue_rendered_mail
from accounts.models import Contact
from cases.models import Attachment
from tests.accounts.own_pages import browser_of, with_password
from tests.cases.crowd import make_many_cases
from tests.cases.factories import make_case, pdf_upload, picture_upload
from tests.factories import grant, make_contact
from tests.records.crowds import make_person

COMPRESSED_LIST = 5_000
"""Bytes of a list of 25 rows, at most."""


def fetched(browser: Client, address: str, **query: str):
    return browser.get(address, query, headers={"accept-encoding": "gzip, deflate, br"})


def is_compressed(response) -> bool:
    return response.get("Content-Encoding") == "gzip"


def test_a_page_is_compressed_for_who_asks_for_it(sign_in, alice):
    make_case(alice, "The freezer is warm")
    browser = sign_in(alice)
    plain, compressed = browser.get("/cases/"), fetched(browser, "/cases/")
    assert not plain.has_header("Content-Encoding")
    assert is_compressed(compressed)
    assert int(compressed["Content-Length"]) == len(compressed.content) < len(plain.content) / 2
    assert "The freezer is warm" in gzip.decompress(compressed.content).decode()


def test_a_cache_learns_that_there_are_two_forms_of_a_page(sign_in, alice):
    browser = sign_in(alice)
    for response in (browser.get("/cases/"), fetched(browser, "/cases/")):
        assert {"Accept-Encoding", "Cookie"} <= set(response["Vary"].split(", "))


def test_a_piece_of_a_page_is_compressed_and_so_is_an_error(sign_in, alice):
    browser = sign_in(alice)
    piece = browser.get("/search/", headers={"hx-request": "true", "accept-encoding": "gzip"})
    assert is_compressed(piece)
    error = fetched(browser, "/cases/C-1/")
    assert error.status_code == 404
    assert is_compressed(error)


def test_two_answers_differ_in_length_at_random_and_in_their_tokens(sign_in, alice):
    """What Django does against BREACH."""
    browser = sign_in(alice)
    answers = [fetched(browser, "/profile/").content for _click in range(8)]
    assert len({len(answer) for answer in answers}) > 1
    pages = [gzip.decompress(answer).decode() for answer in answers]
    assert len({page.partition('name="csrfmiddlewaretoken" value="')[2][:64] for page in pages}) == 8


def test_files_go_out_as_they_are(sign_in, alice):
    make_case(alice, uploads=[pdf_upload(), picture_upload()])
    browser = sign_in(alice)
    attachments = [f"/files/case/{attachment.pk}/" for attachment in Attachment.objects.all()]
    assert len(attachments) == 2
    for address in (*attachments, "/cases/export/csv/", "/cases/export/xlsx/"):
        response = fetched(browser, address)
        assert response.status_code == 200, address
        assert not is_compressed(response), address


def test_the_pages_of_an_authenticator_app_and_of_recovery_codes_are_not_compressed(alice):
    with_password(alice)
    browser = browser_of(alice)
    app = fetched(browser, "/profile/security/second-factor/app/")
    assert 'class="secret"' in app.text
    session = browser.session
    session["new_recovery_codes"] = ["abcd-efgh"]
    session.save()
    codes = fetched(browser, "/profile/security/second-factor/recovery-codes/")
    assert "abcd-efgh" in codes.text
    for page in (app, codes):
        assert not is_compressed(page)
        assert set(page["Cache-Control"].split(", ")) == {"private", "no-store", "no-transform"}


def test_a_page_with_an_address_that_lets_its_reader_in_is_not_compressed(visitor, alice, settings):
    address = EmailAddress.objects.create(user=alice.user, email="new@acme.example", verified=False)
    secret = f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/"
    pages = [fetched(visitor, secret), fetched(visitor, "/accounts/login/", next=secret)]
    settings.DEMO_MODE = True
    mail = queue_rendered_mail(event="x/y", to="a@acme.example", subject="Confirm", text=f"https://x{secret}")
    pages.append(fetched(visitor, f"/mailbox/{mail.pk}/"))
    for page in pages:
        assert page.status_code == 200
        assert "confirm-email" in page.text
        assert not is_compressed(page)
    assert is_compressed(fetched(visitor, "/accounts/login/", next="/cases/"))


def test_a_list_of_25_rows_weighs_five_kilobytes_at_most(sign_in, acme):
    people = Contact.objects.bulk_create(make_person(acme, number) for number in range(5))
    make_many_cases(60, people, people)
    reader = make_contact("Ivy", acme)
    grant(reader, "case", "account", "read")
    page = fetched(sign_in(reader), "/cases/", view="all")
    text = gzip.decompress(page.content).decode()
    assert text.count("<li><div><a ") == 25
    assert len(page.content) <= COMPRESSED_LIST
