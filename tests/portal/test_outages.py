"""The disk is full, or the database takes no writes: people are told so, and nothing is stored by halves."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import InternalError, connection, transaction
from django.test import RequestFactory
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from psycopg.errors import ReadOnlySqlTransaction

from cases.models import Attachment, Case
from portal.views.errors import server_error
from tests.cases.factories import PDF, make_case, pdf_upload
from tests.cases.test_opening import NEW, new_case_data
from tests.factories import PASSWORD

NOT_SAVED = "The files could not be saved. Please try again later."


@pytest.fixture
def alice(alice):
    alice.user.set_password(PASSWORD)
    alice.user.save()
    return alice


def errors_in(caplog, logger=""):
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    return [record for record in errors if record.name.startswith(logger)]


# The disk


@contextmanager
def full_disk(room: int = 0) -> Iterator[None]:
    """No file can grow beyond so many bytes: to whoever writes it looks as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def kept_files(settings):
    return [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_a_full_disk_is_told_beside_the_field_and_in_the_log(sign_in, alice, settings, caplog):
    browser, small = sign_in(alice), pdf_upload("small.pdf", PDF)
    large = pdf_upload("large.pdf", PDF + b"%" * 100_000)
    with full_disk(room=50_000):
        page = browser.post(NEW, new_case_data(uploads=[small, large]))
    assert page.context["form"].errors == {"uploads": [NOT_SAVED]}
    assert "Since this morning." in page.text
    assert (Case.objects.exists(), Attachment.objects.exists(), kept_files(settings)) == (False, False, [])
    (line,) = errors_in(caplog, "records.actions.files")
    assert "File too large" in str(line.exc_info[1])


def test_a_full_disk_that_takes_no_upload_at_all_is_told_in_words(sign_in, alice, settings, caplog):
    """Large uploads go to a file of the system's before any view is asked."""
    browser = sign_in(alice)
    browser.raise_request_exception = False
    large = pdf_upload("large.pdf", PDF + b"%" * 4_000_000)
    with full_disk(room=1_000_000):
        page = browser.post(NEW, new_case_data(uploads=[large]))
    assert page.status_code == 503
    assert "Files are not available at the moment" in page.text
    assert not Case.objects.exists()
    assert errors_in(caplog, "django.request")


# The database


@contextmanager
def read_only_server() -> Iterator[None]:
    """Refuses writes as a standby does, with the same code."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield
        transaction.set_rollback(True)


WRITES = {
    "a sign-in": ("/accounts/login/", {"login": "alice@acme.example", "password": PASSWORD}),
    "a sign-out": ("/accounts/logout/", {}),
    "a draft": (reverse_lazy("cases:new_draft"), {"subject": "It beeps."}),
    "an export": (reverse_lazy("cases:export", args=["csv"]), None),
}


@pytest.mark.parametrize("what", WRITES)
def test_a_server_that_takes_no_writes_is_a_short_break(what, sign_in, visitor, alice):
    browser, (url, data) = visitor if what == "a sign-in" else sign_in(alice), WRITES[what]
    browser.raise_request_exception = False
    with read_only_server():
        page = browser.get(url) if data is None else browser.post(url, data)
    assert page.status_code == 503
    assert "The portal is taking a short break" in page.text
    assert int(page["Retry-After"]) > 0


def test_a_click_that_a_session_should_note_is_a_short_break_too_and_not_a_bad_request(sign_in, alice):
    browser = sign_in(alice)
    browser.raise_request_exception = False
    with time_machine.travel(timezone.now() + timedelta(minutes=10)), read_only_server():
        assert browser.get("/profile/").status_code == 503


def test_a_new_case_that_no_server_takes_is_a_short_break(sign_in, alice):
    browser = sign_in(alice)
    browser.raise_request_exception = False
    data = new_case_data(uploads=[pdf_upload()])
    with read_only_server():
        assert browser.post(NEW, data).status_code == 503


def test_the_other_pages_are_shown_by_a_server_that_takes_no_writes(sign_in, alice):
    case, browser = make_case(alice), sign_in(alice)
    browser.get(case.get_absolute_url())
    with read_only_server():
        assert {browser.get(url).status_code for url in ("/", "/profile/", reverse("cases:list"))} == {200}


def test_a_write_in_a_preview_is_a_mistake_of_ours_and_no_outage():
    request = RequestFactory().get("/")
    for preview, status in ((None, 503), (SimpleNamespace(), 500)):
        request.preview = preview
        try:
            raise InternalError from ReadOnlySqlTransaction()
        except InternalError:
            assert server_error(request).status_code == status
