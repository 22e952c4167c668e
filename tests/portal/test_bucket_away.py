"""The bucket for files refuses, or never answers: people are told in words, what they typed is kept, and
nothing is stored by halves. The servers are real ones."""

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from botocore.config import Config
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cases.models import Attachment, Case, CaseMessage
from lib import buckets
from portal import settings as project
from portal.models import Site
from tests.cases.factories import make_case, pdf_upload
from tests.cases.test_admin_case_page import composed, page_of
from tests.cases.test_opening import NEW, new_case_data
from tests.portal.test_brand import upload as logo
from tests.unwell import UNWELL, Unwell

NOT_SAVED = "The files could not be saved. Please try again later."


@pytest.fixture(params=UNWELL)
def unwell(request) -> Iterator[Unwell]:
    with UNWELL[request.param]() as server:
        yield server


@pytest.fixture(autouse=True)
def well_rested(monkeypatch):
    """What one test found out about a server is not known to the next."""
    monkeypatch.setattr(buckets.BUCKET, "_until", None)


def errors_in(caplog, logger=""):
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    return [record for record in errors if record.name.startswith(logger)]


@pytest.fixture
def no_bucket(settings, unwell, monkeypatch):
    """With the time-outs of the portal, only that this hanging server is waited for less."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{unwell.port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "eu-west-1")
    options = {"bucket_name": "portal", "client_config": buckets.PATIENCE.merge(Config(read_timeout=0.2))}
    away = {"default": {"BACKEND": "lib.buckets.BucketStorage", "OPTIONS": options}}
    return SimpleNamespace(goes_away=lambda: setattr(settings, "STORAGES", settings.STORAGES | away))


def test_a_bucket_that_hangs_is_given_up_within_fifteen_seconds():
    config = buckets.PATIENCE
    seconds = config.connect_timeout + config.read_timeout
    assert config.retries["total_max_attempts"] * seconds <= 13  # and a second between
    assert buckets.IN_ONE_PIECE > project.UPLOAD_MAX_BYTES


def test_a_new_case_whose_files_the_bucket_does_not_take_is_shown_again(no_bucket, sign_in, alice, caplog):
    browser = sign_in(alice)
    no_bucket.goes_away()
    page = browser.post(NEW, new_case_data(uploads=[pdf_upload(), pdf_upload("second.pdf")]))
    assert page.status_code == 200
    assert page.context["form"].errors == {"uploads": [NOT_SAVED]}
    assert "Since this morning." in page.text
    assert not Case.objects.exists()
    assert not Attachment.objects.exists()
    assert len(errors_in(caplog, "records.actions.files")) == 1


def test_a_reply_whose_files_the_bucket_does_not_take_is_shown_again(no_bucket, sign_in, alice):
    browser, case = sign_in(alice), make_case(alice)
    no_bucket.goes_away()
    data = {"body": "It beeps.", "submission": str(uuid.uuid4()), "uploads": [pdf_upload()]}
    page = browser.post(reverse("cases:reply", args=[case.number]), data)
    assert page.context["form"].errors == {"uploads": [NOT_SAVED]}
    assert "It beeps." in page.text
    assert CaseMessage.objects.count() == 1


def test_an_agents_reply_whose_files_the_bucket_does_not_take_is_shown_again(no_bucket, sign_in, alice, ada):
    browser, case = sign_in(ada), make_case(alice)
    no_bucket.goes_away()
    page = browser.post(page_of(case, "message"), composed("See the manual.", uploads=[pdf_upload()]))
    assert page.context["composer"].errors == {"uploads": [NOT_SAVED]}
    assert "See the manual." in page.text
    assert CaseMessage.objects.count() == 1


@pytest.mark.parametrize("query", ["", "?small"])
def test_a_file_in_a_bucket_is_told_to_be_away(no_bucket, sign_in, alice, caplog, jpeg_with_gps, query):
    upload = SimpleUploadedFile("photo.jpg", jpeg_with_gps) if query else pdf_upload()
    case, browser = make_case(alice, uploads=[upload]), sign_in(alice)
    browser.raise_request_exception = False
    no_bucket.goes_away()
    page = browser.get(Attachment.objects.get().get_absolute_url() + query)
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    assert "Files are not available at the moment" in page.text
    assert browser.get(case.get_absolute_url()).status_code == 200
    assert errors_in(caplog, "django.request")
    assert len(errors_in(caplog, "lib.outages")) == 1


def test_ten_pictures_wait_for_a_bucket_no_longer_than_one(no_bucket, unwell, sign_in, alice):
    make_case(alice, uploads=[pdf_upload(f"{n}.pdf") for n in range(10)])
    browser = sign_in(alice)
    browser.raise_request_exception = False
    no_bucket.goes_away()
    answers = {browser.get(one.get_absolute_url()).status_code for one in Attachment.objects.all()}
    assert answers == {503}
    assert unwell.times_asked() <= buckets.ATTEMPTS


def test_all_threads_of_a_process_share_one_client(no_bucket):
    no_bucket.goes_away()
    bucket = default_storage.connection
    with ThreadPoolExecutor(1) as other:
        assert other.submit(lambda: default_storage.connection.meta.client).result() is bucket.meta.client


def test_the_library_for_buckets_tells_only_what_went_wrong():
    assert project.LOGGING["loggers"]["botocore"]["level"] == "WARNING"


def test_a_logo_is_neither_taken_nor_given_and_pages_do_without(no_bucket, sign_in, ada, visitor):
    desk, url = sign_in(ada), reverse("admin:portal_site_change", args=[1])
    data = {"title": "Portal", "primary_colour": "#123456", "accent_colour": "#c2622d"}
    desk.post(url, data | {"logo": logo("one.png")})
    kept = Site.objects.get().logo_url
    no_bucket.goes_away()
    desk.raise_request_exception = visitor.raise_request_exception = False
    refused = desk.post(url, data | {"title": "Harbor", "logo": logo("two.png")})
    assert refused.status_code == 503
    assert "Files are not available at the moment" in refused.text
    assert (Site.objects.get().logo_url, Site.objects.get().title) == (kept, "Portal")
    image = visitor.get(kept)
    assert image.status_code == 503
    assert "immutable" not in image["Cache-Control"]
    assert visitor.get("/accounts/login/").status_code == 200
