"""The parts of a message: which of them are its text, and which are files."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from functools import cached_property
from mimetypes import guess_extension

from django.core.files.uploadedfile import SimpleUploadedFile

from lib.charsets import decoded
from lib.file_kinds import extension_by_content, extension_of
from lib.mail_text.headers import in_words, utf8
from lib.mail_text.html_text import text_of_html
from lib.mail_text.plain_text import joined, tidy
from lib.tnef import DamagedTnef, read_tnef
from lib.uploads import CONTENT_TYPES, clean_name
from records.reply_address import without_reply_addresses

MAX_PARTS = 1_000
MAX_TEXT = 500_000
"""Characters of all texts, with their HTML: some hundred pages. What is beyond is in the message itself."""
MAX_ENCLOSED, RULER = 3, "-" * 10
"""Attached mails that are shown, and what stands above each."""
NAMES = {"text/calendar": "invitation.ics", "message/rfc822": "forwarded.eml", "text/vcard": "contact.vcf"}
EXTENSIONS = {kind: f".{extension}" for extension, kind in CONTENT_TYPES.items()} | {"image/jpeg": ".jpg"}
REACTION = "text/vnd.google.email-reaction+json"
PROOFS = {
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "application/pgp-signature",
    "text/x-amp-html",
    REACTION,
}
"""Of no use to a reader: cryptographic signatures, and further versions of the text."""
SHOWN = "is_shown"
"""In what a file says of itself: whether the HTML shows it, as it shows logos."""
TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
_CHARSET_IN_HTML = re.compile(rb"(?i)<meta\s[^<>]{0,200}?charset=[\"']?([\w.:-]{2,40})")


class TooManyParts(Exception):  # noqa: N818 -- a decision
    pass


class Parts:
    """What a message is made of, in its order, without going into forwarded messages."""

    def __init__(self, message: Message, hint: str = "") -> None:
        self.message = message
        self.hint = str(message.get("content-language") or "").split(",")[0].strip() or hint
        self.leaves = list(_leaves(message))
        self.read: dict[int, tuple[int, str]] = {}

    @cached_property
    def text(self) -> str:
        """All texts, one below the other: some programs make a new part after each picture."""
        return self._reaction or self._written(self._chosen) or self._written(self._named)[:MAX_TEXT] or (
            "\n".join(filter(None, (self._text_of_tnef(part) for part in self.leaves)))
        )  # fmt: skip

    @cached_property
    def html(self) -> str:
        """The version in HTML as text: it tells where pictures stand."""
        return self._written([part for part in self.leaves if _is_text(part) and _is_html(part)])

    @cached_property
    def enclosed(self) -> str:
        """Mails that are attached, so that they can be read beside the message."""
        mails = (part.get_payload() for part in self.leaves if part.get_content_type() == "message/rfc822")
        found = [payload[0] for payload in mails if isinstance(payload, list) and payload]
        return "\n\n".join(
            _as_letter(one, self.hint) for one in found[:MAX_ENCLOSED] if isinstance(one, Message)
        )

    def files(self, text: str) -> list[SimpleUploadedFile]:
        """``text``: what counts as said. A picture that stands elsewhere only is a signature's or a
        quotation's."""
        texts = self._chosen if self._written(self._chosen) else self._named
        others = [part for part in self.leaves if not (_is_text(part) or any(part is one for one in texts))]
        found: list[SimpleUploadedFile] = []
        for number, part in enumerate(others, start=1):
            if part.get_content_type() not in PROOFS and not self._is_elsewhere(part, text):
                found += [_file(self._is_shown(part), *one) for one in self._unpacked(part, number)]
        return found

    @cached_property
    def _chosen(self) -> list[Message]:
        return [part for part in self._best_leaves() if _is_text(part)]

    @cached_property
    def _named(self) -> list[Message]:
        """Where no other part has the words, they are in one with a name."""
        kinds = ("text/plain", "text/html")
        parts = [part for part in self.leaves if part.get_content_type() in kinds and not _is_text(part)]
        return [part for part in parts if part.get_content_disposition() != "attachment"][:1]

    def _best_leaves(self) -> Iterator[Message]:
        waiting = [self.message]
        while waiting:
            part = waiting.pop()
            children = _children(part)
            if part.get_content_type() == "multipart/alternative":
                children = self._best(children)
            waiting.extend(reversed(children))
            if not children:
                yield part

    def _best(self, versions: list[Message]) -> list[Message]:
        """The plain one where it says something, else the first of the others."""
        plain = [
            one
            for one in versions
            if one.get_content_type() == "text/plain" and self._read(one, MAX_TEXT)[1].strip()
        ]
        others = [one for one in versions if one.get_content_type() == "text/html" or _children(one)]
        return (plain or others or versions)[:1]

    def _written(self, parts: list[Message]) -> str:
        texts: list[str] = []
        room = MAX_TEXT
        for part in parts:
            length, text = self._read(part, room) if room > 0 else (0, "")
            texts.append(text)
            room -= length
        return tidy("\n".join(text.strip("\n") for text in texts if text.strip()), self._has_pictures)

    @cached_property
    def _has_pictures(self) -> bool:
        return any(part.get_content_type() == "text/html" or _is_picture(part) for part in self.leaves)

    def _read(self, part: Message, room: int) -> tuple[int, str]:
        """How long it is with its HTML, and its words; kept, because some versions are asked twice."""
        if id(part) not in self.read:
            written = self._of(part)[:room]
            self.read[id(part)] = len(written), text_of_html(written) if _is_html(part) else written
        return self.read[id(part)]

    def _of(self, part: Message) -> str:
        """The part's text; a charset that nobody knows, or that lies, costs no more than some letters."""
        content = part.get_payload(decode=True)
        raw = content if isinstance(content, bytes) else str(part.get_payload()).encode("utf-8", "replace")
        raw, charset = raw[: 4 * MAX_TEXT], str(part.get_content_charset() or "")
        if not charset and _is_html(part) and (found := _CHARSET_IN_HTML.search(raw[:2_000])):
            charset = found[1].decode()
        text = utf8(decoded(raw, charset, self.hint)[:MAX_TEXT]).replace("\r\n", "\n").replace("\r", "\n")
        return joined(text, part) if part.get_content_type() == "text/plain" else text

    @cached_property
    def _reaction(self) -> str:
        """Gmail's: an emoji, and sentences about it for other programs."""
        part = next((part for part in self.leaves if part.get_content_type() == REACTION), None)
        try:
            emoji = json.loads(self._of(part))["emoji"] if part else ""
        except (ValueError, TypeError, KeyError, RecursionError):
            return ""
        return emoji if isinstance(emoji, str) and len(emoji) < 40 else ""

    def _is_elsewhere(self, part: Message, text: str) -> bool:
        """A picture that the HTML shows, but not among what was said."""
        return self._is_shown(part) and f"[cid:{_content_id(part)}]" not in text

    def _is_shown(self, part: Message) -> bool:
        return f"[cid:{_content_id(part)}]" in self.html

    def _unpacked(self, part: Message, number: int) -> list[tuple[str, bytes, str]]:
        content, kind = _content_of(part), part.get_content_type()
        if kind in TNEF or str(part.get_filename()).lower() == "winmail.dat":
            with suppress(DamagedTnef):
                files = read_tnef(content).files
                if files or self.text:
                    return [(clean_name(name or "file"), file, "") for name, file in files]
        return [(_name_of(part, number, content), content, kind)]

    def _text_of_tnef(self, part: Message) -> str:
        if part.get_content_type() not in TNEF:
            return ""
        try:
            found = read_tnef(_content_of(part))
        except DamagedTnef:
            return ""
        return tidy(found.text or text_of_html(decoded(found.html, "", self.hint)), is_rich=True)[:MAX_TEXT]


def _as_letter(message: Message, hint: str) -> str:
    named = ((name, in_words(str(message.get(name) or ""))) for name in ("From", "Date", "Subject"))
    head = "\n".join(f"{name}: {value}" for name, value in named if value)
    try:
        text = Parts(message, hint).text
    except TooManyParts:
        text = ""
    return f"{RULER}\n{head}\n\n{text}"


def _leaves(message: Message) -> Iterator[Message]:
    """By hand, because the depth is the sender's choice."""
    waiting, seen = [message], 0
    while waiting:
        part, seen = waiting.pop(), seen + 1
        if seen > MAX_PARTS:
            raise TooManyParts(f"More than {MAX_PARTS}.")
        if children := _children(part):
            waiting.extend(reversed(children))
        else:
            yield part


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if part.get_content_maintype() == "multipart" and isinstance(payload, list)
        else []
    )


def _is_text(part: Message) -> bool:
    """A multipart without parts is a broken one: its text is shown rather than lost."""
    if part.get_content_maintype() == "multipart":
        return True
    is_attached = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return part.get_content_type() in ("text/plain", "text/html") and not is_attached


def _file(is_shown: bool, name: str, content: bytes, kind: str) -> SimpleUploadedFile:
    file = SimpleUploadedFile(name, content, kind)
    file.content_type_extra = {SHOWN: b"yes"} if is_shown else {}
    return file


def _content_id(part: Message) -> str:
    return str(part.get("content-id") or "").strip().strip("<>")


def _is_html(part: Message) -> bool:
    return part.get_content_type() == "text/html"


def _is_picture(part: Message) -> bool:
    return part.get_content_maintype() == "image"


def _content_of(part: Message) -> bytes:
    payload = part.get_payload()
    if isinstance(payload, list):
        return b"\n\n".join(_passed_on(one) for one in payload if isinstance(one, Message))
    content = part.get_payload(decode=True)
    is_mail = extension_of(str(part.get_filename() or "")) == "eml"
    return (_keyless(content) if is_mail else content) if isinstance(content, bytes) else b""


def _passed_on(message: Message) -> bytes:
    """Not only its headers may hold a reply address: texts are looked through as they are read."""
    for part in message.walk():
        content = part.get_payload(decode=True) if part.get_content_maintype() == "text" else None
        if isinstance(content, bytes) and (keyless := _keyless(content)) != content:
            del part["content-transfer-encoding"]
            part["Content-Transfer-Encoding"] = "8bit"
            part.set_payload(keyless.decode("ascii", "surrogateescape"))
    return _keyless(message.as_bytes())


def _keyless(content: bytes) -> bytes:
    text = content.decode("utf-8", "surrogateescape")
    return without_reply_addresses(text).encode("utf-8", "surrogateescape")


def _name_of(part: Message, number: int, content: bytes) -> str:
    """As the sender called it, or a name made of what it is."""
    given, kind = in_words(str(part.get_filename() or "")), part.get_content_type()
    extension = EXTENSIONS.get(kind) or extension_by_content(content) or guess_extension(kind) or ""
    if given:
        name = clean_name(given)
        return name if extension_of(name) else name + extension
    return NAMES.get(kind) or f"{'picture' if _is_picture(part) else 'file'}-{number}{extension}"
