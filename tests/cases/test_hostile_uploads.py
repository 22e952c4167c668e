"""Files that somebody prepared to do harm, or that are simply wrong, sent with a new case and with a reply: a
clear error and nothing left behind, or a harmless name and the same bytes back."""

import io
import uuid
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cases.models import Attachment, Case, CaseMessage
from tests.cases.factories import PDF, make_case, pdf_upload
from tests.cases.test_opening import NEW, new_case_data

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"  # noqa: E501
SECRET = "52.5200N 13.4050E, taken by Alice"
SCRIPT = b"<html><script>alert(document.domain)</script></html>"


def zipped(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return content.getvalue()


def kept_files() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def told(kind: str) -> bytes:
    """A picture that says where it was taken, in every way that its kind knows."""
    exif = Image.Exif()
    exif[0x010E] = SECRET
    words = PngInfo()
    words.add_itxt("XML:com.adobe.xmp", SECRET)
    words.add_text("Comment", SECRET, zip=False)
    content, extra = io.BytesIO(), {"pnginfo": words} if kind == "PNG" else {"xmp": SECRET.encode()}
    if kind == "JPEG":
        extra["comment"] = SECRET.encode()
    Image.new("RGB", (20, 10), "red").save(content, kind, exif=exif, **extra)
    assert content.getvalue().count(SECRET.encode()) >= 2
    return content.getvalue()


class Opening:
    """A new case with files."""

    def __init__(self, browser, contact):
        self.browser = browser

    def send(self, files):
        return self.browser.post(NEW, new_case_data(uploads=files))

    def has_left_something(self):
        return (
            Case.objects.exists()
            or CaseMessage.objects.exists()
            or Attachment.objects.exists()
            or bool(kept_files())
        )


class Replying:
    """A reply with files in a case that is there already."""

    def __init__(self, browser, contact):
        self.browser, self.case = browser, make_case(contact)

    def send(self, files):
        data = {"body": "Since this morning.", "submission": str(uuid.uuid4()), "uploads": files}
        return self.browser.post(reverse("cases:reply", args=[self.case.number]), data)

    def has_left_something(self):
        return self.case.messages.count() != 1 or Attachment.objects.exists() or bool(kept_files())


@pytest.fixture(params=[Opening, Replying])
def sender(request, sign_in, alice):
    return request.param(sign_in(alice), alice)


def assert_refused(sender, files, words):
    """The page says why, keeps what was typed, and nothing was written."""
    page = sender.send(files)
    assert page.status_code == 200
    assert words in " ".join(page.context["form"].errors["uploads"])
    assert "Since this morning." in page.text
    assert not sender.has_left_something()


def assert_taken(sender, upload, name):
    """Under this name, and given back in a way that no browser runs."""
    content = upload.read()
    upload.seek(0)
    assert sender.send([upload]).status_code == 302
    attachment = Attachment.objects.get()
    assert attachment.name == name
    assert [path.suffix for path in kept_files()] == [Path(name).suffix.lower()]
    download = sender.browser.get(attachment.get_absolute_url())
    assert b"".join(download.streaming_content) == content
    assert "sandbox" in download["Content-Security-Policy"]
    assert download["X-Content-Type-Options"] == "nosniff"
    assert "html" not in download["Content-Type"]
    return download


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [
        ("JPEG", "m.jpg.", "m.jpg"),
        ("JPEG", "m.jp\u200dg", "m.jpg"),
        ("JPEG", "m.JPEG", "m.JPEG"),
        ("PNG", "m.png", "m.png"),
        ("PNG", "m.png.", "m.png"),
        ("WEBP", "m.webp", "m.webp"),
    ],
)
def test_pictures_lose_what_they_tell(sender, kind, name, kept):
    assert sender.send([SimpleUploadedFile(name, told(kind))]).status_code == 302
    content = Attachment.objects.get().file.read()
    assert Attachment.objects.get().name == kept
    assert SECRET.encode() not in content
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size, picture.convert("RGB").getpixel((5, 5))[0] > 200) == (
            kind,
            (20, 10),
            True,
        )


@pytest.mark.parametrize(("kind", "name"), [("PNG", "m.png"), ("WEBP", "m.webp")])
def test_a_picture_that_breaks_off_is_refused(sender, kind, name):
    page = sender.send([SimpleUploadedFile(name, told(kind)[:-20])])
    assert "is damaged" in page.text
    assert not sender.has_left_something()


@pytest.mark.parametrize(
    ("kind", "name", "kept", "served"),
    [
        ("HEIF", "IMG_1.HEIC", "IMG_1.jpg", "image/jpeg"),
        ("AVIF", "a.avif", "a.jpg", "image/jpeg"),
        ("JPEG", "a.jfif", "a.jfif", "image/jpeg"),
        ("BMP", "a.bmp", "a.bmp", "image/bmp"),
        ("TIFF", "scan.tif", "scan.tif", "image/tiff"),
    ],
)
def test_pictures_that_browsers_do_not_know_are_shown_all_the_same(sender, kind, name, kept, served):
    content = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(content, kind)
    assert sender.send([SimpleUploadedFile(name, content.getvalue())]).status_code == 302
    attachment = Attachment.objects.get()
    url = attachment.get_absolute_url()
    whole, small = sender.browser.get(url), sender.browser.get(url, {"small": "1"})
    assert (attachment.name, attachment.size) == (kept, len(b"".join(whole.streaming_content)))
    assert (whole["Content-Type"], small["Content-Type"]) == (served, "image/webp")
    assert whole["Content-Disposition"].startswith("attachment" if kind == "TIFF" else "inline")


WRONG = {
    "a page that calls itself a picture": ("photo.png", SCRIPT, "is not a valid .png file"),
    "a program that calls itself a document": (
        "manual.pdf",
        b"MZ\x90\x00" + b"\x00" * 200,
        "is not a valid .pdf file",
    ),
    "an archive that calls itself a picture": ("photo.jpg", zipped(a=b"a"), "is not a valid .jpg file"),
    "a picture that calls itself text": ("notes.txt", PNG, "is not a valid .txt file"),
    "a picture before a page, named as the page": ("photo.html", GIF + SCRIPT, "cannot be sent"),
    "a picture before a program, named as the program": ("photo.gif.exe", GIF + b"MZ", "cannot be sent"),
    "a drawing that runs scripts": (
        "logo.svg",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "cannot be sent",
    ),
    "a page": ("index.html", SCRIPT, "cannot be sent"),
    "no kind at all": ("README", b"text", "cannot be sent"),
    "a kind behind a direction mark": ("fdp.\u202eexe", b"MZ", "cannot be sent"),
    "a kind behind a NUL": ("manual.pdf\x00.exe", b"MZ", "cannot be sent"),
    "nothing in it": ("empty.pdf", b"", "empty"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_file_that_is_not_what_it_says_is_refused_and_leaves_nothing(sender, kind):
    name, content, words = WRONG[kind]
    assert_refused(sender, [SimpleUploadedFile(name, content)], words)


def test_one_wrong_file_among_good_ones_leaves_nothing(sender):
    assert_refused(
        sender,
        [pdf_upload(), pdf_upload("evil.exe", b"MZ"), pdf_upload("second.pdf")],
        "evil.exe cannot be sent",
    )


def test_a_damaged_photograph_after_a_good_file_leaves_nothing(sender):
    page = sender.send([pdf_upload(), pdf_upload("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 broken")])
    assert page.status_code == 200
    assert "photo.jpg is damaged" in page.text
    assert not sender.has_left_something()


POLYGLOTS = {
    "a picture that is a page, too": ("photo.gif", GIF + SCRIPT, "image/gif"),
    "a document that is an archive, too": ("manual.pdf", PDF + zipped(evil=b"evil"), "application/pdf"),
    "a text with markup": ("notes.txt", SCRIPT, "text/plain; charset=utf-8"),
}


@pytest.mark.parametrize("kind", POLYGLOTS)
def test_a_file_of_two_kinds_is_only_ever_given_back_as_the_one_that_it_says(sender, kind):
    name, content, served_as = POLYGLOTS[kind]
    download = assert_taken(sender, SimpleUploadedFile(name, content), name)
    assert download["Content-Type"] == served_as


def test_a_zip_bomb_is_kept_as_it_is_and_never_opened(sender):
    """What unpacks to 200 MB is a file of 200 kB to us."""
    bomb = zipped(**{f"{n}.bin": b"\x00" * 20_000_000 for n in range(10)})
    download = assert_taken(sender, SimpleUploadedFile("logs.zip", bomb), "logs.zip")
    assert download["Content-Disposition"].startswith("attachment")


NAMES = [
    ("../../../etc/cron.d/report.pdf", "report.pdf"),
    ("..\\..\\windows\\report.pdf", "report.pdf"),
    ("/etc/report.pdf", "report.pdf"),
    ("rep\x00ort.pdf", "report.pdf"),
    ("fdp\u202etxt.pdf", "fdptxt.pdf"),
    ("\u2066\u202ereport\u2069.pdf", "report.pdf"),
    ('"><img src=x onerror=alert(1)>.pdf', "img src=x onerror=alert(1).pdf"),
    (".pdf", "file.pdf"),
    ("CON.pdf", "CON.pdf"),
    ("日本語 Prüfbericht.pdf", "日本語 Prüfbericht.pdf"),
    ("x" * 296 + ".pdf", "x" * 146 + ".pdf"),
]


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_a_name_that_means_harm_becomes_a_harmless_one(sender, name, kept):
    upload = pdf_upload()
    upload._name = name  # as a browser of ill will sends it; Django's own cleaning comes on the way
    assert_taken(sender, upload, kept)


def test_eleven_files_are_refused_and_ten_are_taken(sender):
    assert_refused(sender, [pdf_upload(f"{n}.pdf") for n in range(11)], "You can send at most 10 files")
    assert sender.send([pdf_upload(f"{n}.pdf") for n in range(10)]).status_code == 302
    assert Attachment.objects.count() == 10


def test_more_files_than_any_form_sends_are_an_error_and_no_crash(sender):
    page = sender.send([pdf_upload(f"{n}.pdf") for n in range(101)])
    assert page.status_code in {400, 413}
    assert not sender.has_left_something()


def test_a_file_of_more_than_25_megabytes_is_refused_and_one_of_25_taken(sender):
    largest = PDF + b"\x00" * (settings.UPLOAD_MAX_BYTES - len(PDF))
    assert_refused(sender, [pdf_upload("big.pdf", largest + b"\x00")], "big.pdf is too large")
    assert sender.send([pdf_upload("big.pdf", largest)]).status_code == 302
