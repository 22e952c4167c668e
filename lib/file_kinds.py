"""What a file is, told by its content: is it what its name says?

Libraries that know hundreds of kinds go by the first few bytes, and take a text that begins with "GIF89a is"
for a picture. Here are few kinds, each by what makes a program open it.
"""

import codecs
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import IO

HEAD = 8192
PDF_WITHIN = 1024
"""How far from the beginning programs look for a PDF's mark."""
MOST_NAMES, TAIL, MAX_DIRECTORY = 10_000, 65_557, 4 * 1024 * 1024
"""Of an archive: names that are looked at, bytes in which its end stands, bytes of its list of contents."""
RUN_OR_UNPACKED = (b"MZ", b"\x7fELF", b"#!", b"<", b"PK\x03\x04", b"GIF8", b"\x89PNG", b"\xff\xd8\xff")
"""What must not stand before a PDF's mark: the file would be two things at once."""
STEP = 1024 * 1024
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The files of Office before 2007, and those of today that a password locks."""
HEIC, AVIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}, {b"avif", b"avis"}
MOVIE = {b"styp", b"moov", b"moof", b"sidx", b"free", b"skip", b"wide", b"mdat", b"pnot"}
BITMAP_HEADS = {12, 16, 40, 52, 56, 64, 108, 124}
_PDF = re.compile(rb"%PDF-\d\.\d")
_ROTATED = re.compile(r"\.\d{1,4}")

Check = Callable[[bytes, IO[bytes]], bool]


def extension_of(name: str) -> str:
    """In small letters, without its dot; of a log that was put aside (``app.log.1``) the one before the
    number."""
    path = Path(name)
    if _ROTATED.fullmatch(path.suffix) and path.with_suffix("").suffix.lower() in (".log", ".txt"):
        path = path.with_suffix("")
    return path.suffix.lower().lstrip(".")


def is_what_it_says(extension: str, file: IO[bytes]) -> bool:
    """Whether the content fits the extension; of a kind that is not known here nobody can say, so it does."""
    file.seek(0)
    head = file.read(HEAD)
    check = CHECKS.get(extension)
    fits = check is None or check(head, file)
    file.seek(0)
    return fits


def extension_by_content(content: bytes) -> str:
    """With its dot, of a file whose name tells nothing; empty where the content tells nothing either."""
    file = BytesIO(content)
    found = (kind for kind in TELLING if is_what_it_says(kind, file))
    return next((f".{kind}" for kind in found), "")


def _begins(*marks: bytes) -> Check:
    return lambda head, _file: head.startswith(marks)


def _is_webp(head: bytes, _file: IO[bytes]) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _is_bitmap(head: bytes, _file: IO[bytes]) -> bool:
    return head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in BITMAP_HEADS


def _is_pdf(head: bytes, _file: IO[bytes]) -> bool:
    return b"%PDF-" in head[: PDF_WITHIN + 5] and not head.startswith(RUN_OR_UNPACKED)


def _brands(head: bytes) -> set[bytes]:
    """Of a file made of boxes, the first of which says by whom it can be played."""
    end = int.from_bytes(head[:4], "big")
    if head[4:8] != b"ftyp" or end < 12:
        return set()
    return {head[8:12], *(head[place : place + 4] for place in range(16, min(end, 512), 4))}


def _is_heic(head: bytes, _file: IO[bytes]) -> bool:
    brands = _brands(head)
    return bool(brands & HEIC) and not brands & AVIF


def _is_avif(head: bytes, _file: IO[bytes]) -> bool:
    return bool(_brands(head) & AVIF)


def _is_movie(head: bytes, _file: IO[bytes]) -> bool:
    """Whatever the brand, of which there are hundreds, but for those of single pictures."""
    return head[4:8] in MOVIE or (bool(_brands(head)) and head[8:12] not in HEIC | AVIF)


def _is_office(folder: str) -> Check:
    """Of today. Behind a password it is a compound file, which tells no more."""

    def check(head: bytes, file: IO[bytes]) -> bool:
        if head.startswith(COMPOUND):
            return _has_stream(file, "EncryptedPackage")
        names = _names_in_archive(file)
        return "[content_types].xml" in names and any(name.startswith(folder) for name in names)

    return check


def _is_open_document(kind: str) -> Check:
    kind_of_whole = b"mimetypeapplication/vnd.oasis.opendocument." + kind.encode()

    def check(head: bytes, file: IO[bytes]) -> bool:
        if head[30:38] == b"mimetype":
            return head[30:].startswith(kind_of_whole)
        return {"content.xml", "meta-inf/manifest.xml"} <= _names_in_archive(file)

    return check


def _is_old_office(*streams: str) -> Check:
    """Programs also write text, or the format of today, and call it so."""

    def check(head: bytes, file: IO[bytes]) -> bool:
        if head.startswith(COMPOUND):
            return any(_has_stream(file, stream) for stream in (*streams, "EncryptedPackage"))
        return is_text(head, file) or "[content_types].xml" in _names_in_archive(file)

    return check


def is_text(head: bytes, _file: IO[bytes]) -> bool:
    """Letters of whatever charset. No text has a byte of zero, or a PDF's mark with its version."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if _PDF.match(head) or head.startswith((b"\xff\xd8\xff", b"\x89PNG")):
        return False
    return b"\0" not in head or _is_utf16(head)


def _is_utf16(head: bytes) -> bool:
    """Without a mark: every other byte is zero, and none of the others."""
    halves = (head[::2], head[1::2])
    return any(one and 0 not in one and not any(other) for one, other in (halves, halves[::-1]))


def _has_stream(file: IO[bytes], name: str) -> bool:
    """The list of a compound file's streams may stand anywhere in it."""
    file.seek(0)
    wanted, before = name.encode("utf-16-le") + b"\0\0", b""
    while piece := file.read(STEP):
        if wanted in before + piece:
            return True
        before = piece[-len(wanted) :]
    return False


def _names_in_archive(file: IO[bytes]) -> set[str]:
    """In small letters. Nothing is unpacked, and no more read than an office program writes."""
    size = file.seek(0, 2)
    file.seek(max(size - TAIL, 0))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return set()
    length, start = (int.from_bytes(tail[end + at : end + at + 4], "little") for at in (12, 16))
    if length > MAX_DIRECTORY or start > size:
        return set()
    file.seek(start)
    return _names(file.read(length))


def _names(directory: bytes) -> set[str]:
    names: set[str] = set()
    place = 0
    while directory[place : place + 4] == b"PK\x01\x02" and len(names) < MOST_NAMES:
        lengths = [int.from_bytes(directory[place + at : place + at + 2], "little") for at in (28, 30, 32)]
        name = directory[place + 46 : place + 46 + lengths[0]].decode("utf-8", "replace")
        names.add(name.replace("\\", "/").lower())
        place += 46 + sum(lengths)
    return names


_JPEG = _begins(b"\xff\xd8\xff")
_TIFF = _begins(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
CHECKS: dict[str, Check] = {
    "png": _begins(b"\x89PNG\r\n\x1a\n"),
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif"), _JPEG),
    "gif": _begins(b"GIF87a", b"GIF89a"),
    "webp": _is_webp,
    "bmp": _is_bitmap,
    **dict.fromkeys(("tif", "tiff"), _TIFF),
    **dict.fromkeys(("heic", "heif", "hif"), _is_heic),
    "avif": _is_avif,
    "pdf": _is_pdf,
    "zip": _begins(b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"),
    "docx": _is_office("word/"),
    "xlsx": _is_office("xl/"),
    "pptx": _is_office("ppt/"),
    "odt": _is_open_document("text"),
    "ods": _is_open_document("spreadsheet"),
    "mp4": _is_movie,
    **dict.fromkeys(("txt", "log", "csv", "json", "eml", "xml"), is_text),
    "rtf": _begins(b"{\\rtf"),
    "doc": _is_old_office("WordDocument"),
    "xls": _is_old_office("Workbook", "Book"),
    "ppt": _is_old_office("PowerPoint Document"),
    "msg": _is_old_office("__properties_version1.0"),
}
TELLING = (
    "png", "jpg", "gif", "webp", "bmp", "tiff", "heic", "avif", "pdf", "docx", "xlsx", "pptx", "odt", "ods",
    "zip", "mp4",
)  # fmt: skip
"""Kinds that their content alone gives away, the narrower before the wider."""
