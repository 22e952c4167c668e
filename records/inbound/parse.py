"""What a message says. Nothing here trusts it: broken MIME, unknown charsets and hostile names are everyday
mail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses
from functools import cached_property
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from lib.mail_addresses import mail_address
from records.inbound.answer import latest_answer
from records.inbound.automatic import dmarc_of, is_automatic, is_from_a_list
from records.inbound.headers import POLICY, bare, header, is_whole, raw_headers, utf8
from records.inbound.parts import files_of, named_files, text_of
from records.reply_address import without_reply_addresses

RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
IDENTITY_HEADERS = ("from", "to", "cc", "subject", "date")
DECISIVE = ("from", "authentication-results")
"""What tells who writes. Of these nothing may be left out."""
MAX_BYTES = 40 * 1024 * 1024
HEAD_BYTES = 256 * 1024
MAX_STEPS = 20_000_000
"""Lines times boundaries: the parser compares each line with each boundary that is open. A few seconds."""
_MESSAGE_ID = re.compile(r"(?a)<[\w.+$=/-]{1,120}@[\w.-]{1,120}>")
MAX_SHORT_LINES, SHORT_LINE = 100_000, 30
"""So many lines of less than so many characters. Nobody writes more, and files have long ones."""
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_COMMENT = r'(?:\([^()<>@,:;"\\]*\))'
"""One that nobody can take for more than words: no address, no bracket or quotation mark of its own."""
_ADDRESS = r'(?P<address>[^\s()<>,:;"\\]+)'
_IN_BRACKETS = re.compile(rf'(?P<name>(?:{_QUOTED}|{_COMMENT}|[^()<>:;"\\])*+)<{_ADDRESS}>\s*{_COMMENT}?')
_ALONE = re.compile(rf"{_ADDRESS}(?:\s+{_COMMENT})?")


class UnreadableMail(Exception):  # noqa: N818 -- says what the mail is
    """Not a message, or one without a sender."""


@dataclass(frozen=True)
class Contents:
    """What stands below the headers."""

    text: str
    """The answer, without quotes and signature."""
    whole_text: str
    files: list[SimpleUploadedFile]


@dataclass(frozen=True)
class Mail:
    raw: bytes = field(repr=False)
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    is_automatic: bool
    is_from_a_list: bool
    dmarc: str
    """As records.inbound.automatic.dmarc_of has it."""

    @property
    def name_to_answer(self) -> str:
        """Its message id, where it is one and nothing else."""
        return self.message_id if _MESSAGE_ID.fullmatch(self.message_id) else ""

    @cached_property
    def contents(self) -> Contents:
        """Read when it is asked for: what a stranger sends is mostly refused for its headers. Raises
        UnreadableMail."""
        with _unreadable():
            message = _message_of(self.raw)
            whole_text = without_reply_addresses(text_of(message))
            return Contents(latest_answer(whole_text), whole_text, named_files(files_of(message)))

    @property
    def text(self) -> str:
        return self.contents.text

    @property
    def whole_text(self) -> str:
        return self.contents.whole_text

    @property
    def files(self) -> list[SimpleUploadedFile]:
        return self.contents.files

    @property
    def fingerprint(self) -> str:
        """Tells two messages apart that call themselves the same; ways of delivery do not change it."""
        contents = [self.text.encode("utf-8", "replace"), *(file.read() for file in self.files)]
        for file in self.files:
            file.seek(0)
        return f"{self.message_id} {sha256(b''.join(sha256(part).digest() for part in contents)).hexdigest()}"


def message_id_of(raw: bytes) -> str:
    """What the message calls itself, or a name made of its content, so that the same one is always called the
    same."""
    return header(_head_of(raw), "message-id")[:250] or f"<{sha256(raw).hexdigest()}@unnamed>"


def digest_of(raw: bytes) -> str:
    """Of what the writer sent: the traces that mail servers leave on the way are not part of it."""
    head, body = _head_of(raw), raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    named = "\n".join(header(head, name) for name in IDENTITY_HEADERS)
    return sha256(named.encode() + b"\n\n" + body).hexdigest()


def envelope_of(raw: bytes) -> tuple[str, str]:
    """Sender and subject of a message that cannot be read, as far as they can be told."""
    head = _head_of(raw)
    return header(head, "from")[:320], header(head, "subject")[:250]


def parse(raw: bytes) -> Mail:
    """All of it, or UnreadableMail."""
    mail = parse_head(raw)
    _all_of_it = mail.contents
    return mail


def parse_head(raw: bytes) -> Mail:
    """With contents that are read when they are asked for."""
    if len(raw) > MAX_BYTES:
        raise UnreadableMail(
            _("Too large: more than %(limit)d MB. Only the beginning was kept.")
            % {"limit": MAX_BYTES // 1024**2}
        )
    with _unreadable():
        return _read_head(_head_of(raw), raw)


@contextmanager
def _unreadable() -> Iterator[None]:
    """The standard parser fails in many ways on what spammers send."""
    try:
        yield
    except UnreadableMail:
        raise
    except Exception as error:
        raise UnreadableMail(utf8(f"{type(error).__name__}: {error}")[:200]) from error


def _message_of(raw: bytes) -> Message:
    """The body of a message without parts needs no parsing, however many lines it has."""
    message = _head_of(raw)
    if message.get_content_maintype() in ("multipart", "message"):
        _check_size(raw)
        return message_from_bytes(raw, policy=POLICY)
    message.set_payload(raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2].decode("ascii", "surrogateescape"))
    return message


def _check_size(raw: bytes) -> None:
    """The parser goes through line by line."""
    lines = raw.count(b"\n")
    if (
        lines > MAX_SHORT_LINES + len(raw) // SHORT_LINE
        or lines * raw.lower().count(b"boundary=") > MAX_STEPS
    ):
        raise UnreadableMail(_("Too many lines or parts."))


def _head_of(raw: bytes) -> Message:
    head = raw[:HEAD_BYTES].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return message_from_bytes(head + b"\n\n", policy=POLICY)


def _read_head(message: Message, raw: bytes) -> Mail:
    sender, subject = _sender_of(message), header(message, "subject")[:250]
    return Mail(
        raw=raw,
        message_id=message_id_of(raw),
        sender=sender,
        recipients=_recipients_of(message),
        subject=subject,
        is_automatic=is_automatic(message, sender=sender, subject=subject),
        is_from_a_list=is_from_a_list(message),
        dmarc=dmarc_of(message, sender=sender),
    )


def _sender_of(message: Message) -> str:
    """Exactly one address, written as an address is. It is read before encoded words are decoded, so that no
    display name passes for one; and programs do not agree on which of two would be the sender, nor on what
    stands in a comment."""
    values = [value.strip() for value in raw_headers(message, "from")]
    found = (_IN_BRACKETS.fullmatch(values[0]) or _ALONE.fullmatch(values[0])) if len(values) == 1 else None
    if found is None or not _is_mere_name(found) or not is_whole(message, *DECISIVE):
        raise UnreadableMail(_("No sender, or more than one."))
    try:
        return mail_address(found["address"])
    except ValidationError as error:
        raise UnreadableMail(" ".join(error.messages)) from error


def _is_mere_name(found: re.Match[str]) -> bool:
    """Many programs repeat the address as the name; another one there is another sender."""
    name = bare(found.groupdict().get("name") or "").strip()
    return "@" not in name or name.lower() == found["address"].lower()


def _recipients_of(message: Message) -> tuple[str, ...]:
    values = [value for name in RECIPIENT_HEADERS for value in raw_headers(message, name)]
    return tuple(address for _name, address in getaddresses(values) if address)
