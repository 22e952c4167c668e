"""The parts of a message: which of them are its text, and which are files."""

import re
from collections.abc import Iterator
from email.message import Message
from mimetypes import guess_extension

from django.core.files.uploadedfile import SimpleUploadedFile

from lib.file_kinds import extension_of
from lib.uploads import CONTENT_TYPES, clean_name
from records.inbound.headers import in_words, utf8
from records.inbound.html_text import text_of_html

MAX_PARTS = 1_000
MAX_TEXT = 500_000
"""Characters of all texts, with their HTML: some hundred pages. What is beyond is in the message itself."""
NO_CHARSETS = re.compile(r"(?i)punycode|idna|escape|undefined|mbcs|oem")
"""What Python calls a codec, and no mail is written in; some take minutes."""
NAMES = {"text/calendar": "invitation.ics", "message/rfc822": "forwarded.eml", "text/vcard": "contact.vcf"}
EXTENSIONS = {kind: f".{extension}" for extension, kind in CONTENT_TYPES.items()} | {"image/jpeg": ".jpg"}
PROOFS = {
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/x-amp-html",
}
"""Of no use to a reader: cryptographic signatures, and a third version of the text."""


class TooManyParts(Exception):  # noqa: N818 -- a decision
    pass


def text_of(message: Message) -> str:
    """All texts, one below the other: some programs make a new part after each picture."""
    texts, room = [], MAX_TEXT
    for part in _texts(message):
        written = _decoded(part)[:room]
        texts.append(text_of_html(written) if part.get_content_type() == "text/html" else written)
        room -= len(written)
    return "\n".join(text.strip("\n") for text in texts if text.strip()).replace("\0", "")


def files_of(message: Message) -> list[Message]:
    leaves = [part for part in _leaves(message) if part.get_content_type() not in PROOFS]
    return [part for part in leaves if not _is_text(part)]


def named_files(parts: list[Message]) -> list[SimpleUploadedFile]:
    found = [
        (_name_of(part, number), _content_of(part), part.get_content_type())
        for number, part in enumerate(parts, start=1)
    ]
    return [SimpleUploadedFile(name, content, kind) for name, content, kind in found]


def _leaves(message: Message) -> Iterator[Message]:
    """In their order, without going into forwarded messages; by hand, because the depth is the sender's
    choice."""
    waiting, seen = [message], 0
    while waiting:
        part, seen = waiting.pop(), seen + 1
        if seen > MAX_PARTS:
            raise TooManyParts(f"More than {MAX_PARTS}.")
        if children := _children(part):
            waiting.extend(reversed(children))
        else:
            yield part


def _texts(message: Message) -> Iterator[Message]:
    waiting = [message]
    while waiting:
        part = waiting.pop()
        children = _children(part)
        if part.get_content_type() == "multipart/alternative":
            children = _best(children)
        waiting.extend(reversed(children))
        if not children and _is_text(part):
            yield part


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if part.get_content_maintype() == "multipart" and isinstance(payload, list)
        else []
    )


def _best(versions: list[Message]) -> list[Message]:
    """The plain one where it says something, else the first of the others."""
    plain = [part for part in versions if part.get_content_type() == "text/plain" and _decoded(part).strip()]
    others = [part for part in versions if part.get_content_type() == "text/html" or _children(part)]
    return (plain or others or versions)[:1]


def _is_text(part: Message) -> bool:
    """A multipart without parts is a broken one: its text is shown rather than lost."""
    if part.get_content_maintype() == "multipart":
        return True
    is_attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return part.get_content_type() in ("text/plain", "text/html") and not is_attached


def _decoded(part: Message) -> str:
    """The part's text; a charset that nobody knows, or that lies, costs some letters and not the message."""
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    raw, charset = raw[: 4 * MAX_TEXT], str(part.get_content_charset() or "utf-8")
    try:
        text = raw.decode("utf-8" if NO_CHARSETS.search(charset) else charset, "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    return utf8(text[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n")


def _content_of(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n\n".join(forwarded.as_bytes() for forwarded in payload if isinstance(forwarded, Message))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _name_of(part: Message, number: int) -> str:
    """As the sender called it, or a name made of what it is."""
    given, kind = in_words(str(part.get_filename() or "")), part.get_content_type()
    extension = EXTENSIONS.get(kind) or guess_extension(kind) or ""
    if given:
        name = clean_name(given)
        return name if extension_of(name) else name + extension
    return (
        NAMES.get(kind)
        or f"{'picture' if part.get_content_maintype() == 'image' else 'file'}-{number}{extension}"
    )
