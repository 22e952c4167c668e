"""The development mailbox exists in demo mode only."""

import pytest
from django.urls import reverse

from accounts.actions.mail import queue_rendered_mail

MAILBOX = reverse("mailbox")


@pytest.fixture
def mail(db):
    return queue_rendered_mail(
        event="test/one",
        to="alice@acme.example",
        subject="Your <b>link</b>",
        text="Open https://example.org/x?a=1\n<script>",
    )


def test_outside_demo_mode_there_is_no_mailbox(visitor, sign_in, alice, ada, mail, settings):
    settings.DEMO_MODE = False
    for browser in (visitor, sign_in(alice), sign_in(ada)):
        for url in (MAILBOX, reverse("mailbox_mail", args=[mail.pk])):
            response = browser.get(url)
            assert response.status_code == 404
            assert mail.to not in response.text
        assert MAILBOX not in browser.get("/accounts/email/", follow=True).text


@pytest.mark.parametrize("person", [None, "alice"])
def test_in_demo_mode_anyone_reads_what_would_have_been_mailed(sign_in, request, mail, settings, person):
    settings.DEMO_MODE = True
    browser = sign_in(person and request.getfixturevalue(person))
    page = browser.get(MAILBOX).text
    assert mail.to in page
    assert "Your &lt;b&gt;link&lt;/b&gt;" in page
    assert reverse("mailbox_mail", args=[mail.pk]) in page
    page = browser.get(reverse("mailbox_mail", args=[mail.pk])).text
    assert 'href="https://example.org/x?a=1"' in page
    assert "&lt;script&gt;" in page


def test_an_empty_mailbox_says_so(visitor, settings):
    settings.DEMO_MODE = True
    assert "No messages yet" in visitor.get(MAILBOX).text


def test_mail_that_does_not_exist_is_not_found(visitor, settings):
    settings.DEMO_MODE = True
    assert visitor.get(reverse("mailbox_mail", args=[1])).status_code == 404
    assert visitor.get(reverse("mailbox_mail", args=[2**63])).status_code == 404


def test_mails_are_only_read_there(visitor, mail, settings):
    settings.DEMO_MODE = True
    assert visitor.post(MAILBOX).status_code == 405
    assert visitor.post(reverse("mailbox_mail", args=[mail.pk])).status_code == 405


@pytest.mark.parametrize("rows", [1, 30])
def test_the_mailbox_costs_the_same_for_one_mail_and_for_many(
    visitor, settings, django_assert_max_num_queries, rows
):
    settings.DEMO_MODE = True
    for n in range(rows):
        queue_rendered_mail(event="test/one", to="alice@acme.example", subject=f"Mail {n}", text="Text")
    visitor.get(MAILBOX)
    with django_assert_max_num_queries(2):
        visitor.get(MAILBOX)
