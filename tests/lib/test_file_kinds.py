"""What is taken for what it says it is, whichever program wrote it, and what is not."""

import io
import struct
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from lib.file_kinds import extension_by_content, extension_of, is_what_it_says
from lib.uploads import accepted, validate_upload, without_metadata

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"


def picture(kind: str, **options: object) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(content, kind, **options)
    return content.getvalue()


def archive(*names: str, **members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        for name, data in [*((name, b"<x/>") for name in names), *members.items()]:
            file.writestr(name, data)
    return content.getvalue()


def compound(*streams: str) -> bytes:
    """As much of a compound file as tells what it is: a head, and a list of streams at its end."""
    listed = [stream.encode("utf-16-le").ljust(64, b"\0") + b"\0" * 64 for stream in ("Root Entry", *streams)]
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1_048_570 + b"".join(listed)


def boxes(brand: bytes, *compatible: bytes, kind: bytes = b"ftyp") -> bytes:
    body = brand + b"\0\0\0\1" + b"".join(compatible)
    return struct.pack(">I", len(body) + 8) + kind + body + b"\0\0\0\x08mdat"


OFFICE = ("[Content_Types].xml", "_rels/.rels")
ENCRYPTED = compound("DataSpaces", "EncryptionInfo", "EncryptedPackage")
ODT = archive(mimetype=b"application/vnd.oasis.opendocument.text")
BRANDS = [b"3gp4", b"dash", b"isom", b"mp42", b"avc1", b"M4V ", b"qt  ", b"3gp5", b"iso6", b"MSNV", b"f4v "]
TAKEN = {
    "PDF": ("a.pdf", PDF),
    "PDF with a BOM": ("a.pdf", b"\xef\xbb\xbf" + PDF),
    "PDF behind a line": ("a.pdf", b"\r\n" + PDF),
    "PDF behind a printer's commands": ("a.pdf", b"\x1b%-12345X@PJL SET\n" + PDF),
    "PDF behind HTTP headers": ("a.pdf", b"HTTP/1.1 200 OK\nContent-Type: application/pdf\n\n" + PDF),
    "PDF behind 1,000 bytes": ("a.PDF", b"\0" * 1000 + PDF),
    "PDF behind 1,024 bytes": ("a.pdf", b" " * 1024 + PDF),
    "HEIC": ("a.heic", picture("HEIF")),
    "HEIF": ("a.HEIF", picture("HEIF")),
    "AVIF": ("a.avif", picture("AVIF")),
    "TIFF": ("a.tif", picture("TIFF")),
    "TIFF of a scanner": ("a.tiff", picture("TIFF", compression="tiff_lzw")),
    "big-endian TIFF": ("a.tiff", b"MM\0*" + b"\0" * 20),
    "BMP": ("a.bmp", picture("BMP")),
    "JFIF": ("a.jfif", picture("JPEG")),
    "JPE": ("a.jpe", picture("JPEG")),
    "GIF": ("a.gif", picture("GIF")),
    "DOCX": ("a.docx", archive(*OFFICE, "word/document.xml")),
    "DOCX of SharePoint": ("a.docx", archive(*OFFICE, "word/document2.xml")),
    "DOCX with backslashes": ("a.docx", archive("[Content_Types].xml", "word\\document.xml")),
    "XLSX": ("a.xlsx", archive("xl/workbook.xml", *OFFICE)),
    "PPTX": ("a.pptx", archive(*OFFICE, "ppt/presentation.xml")),
    "XLSX with a password": ("a.xlsx", ENCRYPTED),
    "DOCX with a password": ("a.docx", ENCRYPTED),
    "PPTX with a password": ("a.pptx", ENCRYPTED),
    "ODT": ("a.odt", ODT),
    "ODS without its type in front": ("a.ods", archive("content.xml", "META-INF/manifest.xml")),
    "empty archive": ("a.zip", b"PK\x05\x06" + b"\0" * 18),
    "archive": ("a.zip", archive("a.txt")),
    **{f"MP4 of {brand!r}": ("a.mp4", boxes(brand, b"isom")) for brand in BRANDS},
    "segment of MP4": ("a.mp4", boxes(b"msdh", b"dash", kind=b"styp")),
    "text about GIF": ("a.txt", b"GIF89a is the name of a format"),
    "text about PDF": ("a.txt", b"%PDF is what it begins with"),
    "text about RIFF": ("a.log", b"RIFF controller log\n06:00 ok"),
    "text about PK": ("a.txt", b"PK-4 pump\n"),
    "text about BM": ("a.csv", b"BM,Name\n1,Alice"),
    "text about II*": ("a.txt", b"II* MM*"),
    "text that begins as a movie": ("a.log", b"....ftyp heic"),
    "text about RTF": ("a.txt", b"{\\rtf is how it begins"),
    "text about ID3, OggS, MZ and fLaC": ("a.txt", b"ID3 OggS MZ fLaC \x7fELF"),
    "text of Windows": ("a.txt", "Grüße".encode("utf-16")),
    "text of Windows without a mark": ("a.log", "06:00 probe lost".encode("utf-16-le")),
    "text with colours": ("a.log", b"\x1b[31mERROR\x1b[0m \x07\x08\x0c"),
    "protocol": ("a.log", b"\x02 4.7 \x03\x06"),
    "Cyrillic text": ("a.csv", "Имя;Почта".encode("cp1251")),
    "Japanese text": ("a.txt", "故障".encode("shift_jis")),
    "log that was put aside": ("app.log.1", b"06:00 probe lost"),
    "mail": ("a.eml", b"From: alice@acme.example\r\n\r\nHello"),
}  # fmt: skip
REFUSED = {
    "archive as DOCX": ("a.docx", archive("a.txt")),
    "archive as XLSX": ("a.xlsx", archive("xl/workbook.xml")),
    "DOCX as XLSX": ("a.xlsx", archive(*OFFICE, "word/document.xml")),
    "XLSX as PPTX": ("a.pptx", archive(*OFFICE, "xl/workbook.xml")),
    "Java as DOCX": ("a.docx", archive("META-INF/MANIFEST.MF", "A.class")),
    "old workbook as XLSX": ("a.xlsx", compound("Workbook")),
    "archive as ODT": ("a.odt", archive("a.txt")),
    "ODT as ODS": ("a.ods", ODT),
    "broken archive as XLSX": ("a.xlsx", archive(*OFFICE, "xl/workbook.xml")[:-30]),
    "page as PDF": ("a.pdf", b"<html>%PDF is here</html>"),
    "archive before a PDF": ("a.pdf", archive("a.txt") + PDF),
    "program before a PDF": ("a.pdf", b"MZ\x90\0" + PDF),
    "page before a PDF": ("a.pdf", b"<script>alert(1)</script>" + PDF),
    "late PDF": ("a.pdf", b" " * 1025 + PDF),
    "PDF as text": ("a.txt", PDF),
    "picture as text": ("a.txt", picture("PNG")),
    "animation as text": ("a.txt", picture("GIF")),
    "photograph as text": ("a.log", picture("JPEG")),
    "archive as text": ("a.txt", archive("a.txt")),
    "HEIC as MP4": ("a.mp4", picture("HEIF")),
    "AVIF as HEIC": ("a.heic", boxes(b"avif")),
    "MP4 as HEIC": ("a.heic", boxes(b"isom", b"mp42")),
    "text as BMP": ("a.bmp", b"BMW is a make of cars, and BM a beginning"),
    "text as TIFF": ("a.tif", b"II is two"),
    "RIFF as WebP": ("a.webp", b"RIFF\0\0\0\0WAVEfmt "),
    "JPEG as PNG": ("a.png", picture("JPEG")),
}


@pytest.mark.parametrize(("name", "content"), TAKEN.values(), ids=TAKEN)
def test_a_file_that_its_program_opens_is_taken(name, content):
    validate_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(("name", "content"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_something_else_is_refused_with_a_way_out(name, content):
    with pytest.raises(ValidationError, match=rf"{name} is not a valid .* send it in a \.zip file\."):
        validate_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    "name", ["a.doc", "a.xls", "a.exe", "a", "a.svg", "a.html", "a.7z", "a.msg", "a.log.zip.bak"]
)
def test_a_refusal_names_what_is_accepted_and_a_way_out(name):
    with pytest.raises(ValidationError) as refused:
        validate_upload(SimpleUploadedFile(name, b"x"))
    [words] = refused.value.messages
    assert words.startswith(f"{name} cannot be sent. Accepted types: png, jpg, ")
    assert words.endswith("Send anything else in a .zip file.")
    assert all(f" {kind}" in words for kind in accepted())


ALSO = {
    "doc": compound("WordDocument"),
    "xls": compound("Workbook"),
    "ppt": compound("PowerPoint Document"),
    "msg": compound("__properties_version1.0"),
    "rtf": b"{\\rtf1 Hello}",
    "xml": b"<?xml version='1.0'?><a/>",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "dwg": b"AC1027",
    "mov": boxes(b"qt  "),
    "pcap": b"\xd4\xc3\xb2\xa1",
}


@pytest.mark.parametrize("kind", ALSO)
def test_what_the_settings_add_is_taken(settings, kind):
    file = SimpleUploadedFile(f"a.{kind}", ALSO[kind])
    with pytest.raises(ValidationError):
        validate_upload(file)
    settings.UPLOAD_ALSO = [kind]
    validate_upload(file)
    assert kind in accepted()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("a.doc", compound("Workbook")),
        ("a.rtf", b"text"),
        ("a.xml", b"MZ\0\0"),
        ("a.xls", archive("a.txt")),
    ],
)
def test_what_the_settings_add_is_what_it_says_all_the_same(settings, name, content):
    settings.UPLOAD_ALSO = ["doc", "xls", "rtf", "xml"]
    with pytest.raises(ValidationError, match="is not a valid"):
        validate_upload(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("app.log.1", "log"),
        ("app.LOG.12", "log"),
        ("syslog.txt.0", "txt"),
        ("app.log.gz", "gz"),
        ("report.1", "1"),
        ("v2.0", "0"),
        ("app.log.20261128", "20261128"),
        ("a.tar.gz", "gz"),
        (".log.1", "1"),
        ("a.", ""),
    ],
)
def test_a_log_that_was_put_aside_is_a_log(name, extension):
    assert extension_of(name) == extension


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_photographs_of_telephones_become_jpeg_and_lose_what_they_tell(kind):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    kept = without_metadata(SimpleUploadedFile(f"IMG_1.{kind.lower()}", picture(kind, exif=exif)))
    content = kept.read()
    assert kept.name == "IMG_1.jpg"
    assert b"taken at home" not in content
    with Image.open(io.BytesIO(content)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (40, 30))


def test_what_is_transparent_becomes_white():
    content = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(content, "AVIF")
    kept = without_metadata(SimpleUploadedFile("a.avif", content.getvalue()))
    with Image.open(io.BytesIO(kept.read())) as shown:
        assert min(shown.getpixel((5, 5))) > 250


def checked(file: SimpleUploadedFile) -> None:
    validate_upload(file)
    without_metadata(file)


@pytest.mark.parametrize("size", [12, 40, 100, 200, 300])
def test_a_photograph_that_breaks_off_is_damaged_or_no_photograph(size):
    for kind, extension in (("HEIF", "heic"), ("AVIF", "avif")):
        file = SimpleUploadedFile(f"a.{extension}", picture(kind)[:size])
        with pytest.raises(ValidationError, match=r"is damaged|is not a valid"):
            checked(file)


TOLD = {
    "png": picture("PNG"),
    "jpg": picture("JPEG"),
    "gif": picture("GIF"),
    "tiff": picture("TIFF"),
    "bmp": picture("BMP"),
    "heic": picture("HEIF"),
    "avif": picture("AVIF"),
    "pdf": PDF,
    "docx": archive(*OFFICE, "word/document.xml"),
    "xlsx": archive(*OFFICE, "xl/workbook.xml"),
    "odt": ODT,
    "zip": archive("a.txt"),
    "mp4": boxes(b"dash"),
}


@pytest.mark.parametrize("kind", TOLD)
def test_a_content_tells_its_kind(kind):
    assert extension_by_content(TOLD[kind]) == f".{kind}"


@pytest.mark.parametrize("content", [b"", b"text", b"GIF is a format", b"\0" * 50, b"MZ", ENCRYPTED[:100]])
def test_a_content_that_tells_nothing_has_no_kind(content):
    assert extension_by_content(content) == ""


def test_a_list_of_contents_that_lies_does_no_harm():
    many = b"PK\x01\x02" + b"\0" * 42
    for length, start in ((2**32 - 1, 0), (46 * 50_000, 0), (0, 2**32 - 1), (10, 5)):
        end = b"PK\x05\x06" + b"\0" * 8 + struct.pack("<II", length, start) + b"\0\0"
        assert not is_what_it_says("docx", io.BytesIO(many * 50_000 + end))
