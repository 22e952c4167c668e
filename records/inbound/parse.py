"""What a message says. Nothing here trusts it: broken MIME, unknown charsets and hostile names are everyday
mail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from hashlib import sha256

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext as _

from lib.mail_text.answer import Answer, split
from lib.mail_text.headers import POLICY, RECIPIENTS, header, raw_headers, utf8, with_whole_lines
from lib.mail_text.plain_text import without_places
from lib.mail_text.sender import NoSender, sender_of
from records.inbound.automatic import Kind, dmarc_of, is_from_a_list, kind_of
from records.inbound.parts import Parts
from records.reply_address import without_reply_addresses

IDENTITY_HEADERS = ("from", "to", "cc", "subject", "date")
MAX_BYTES = 40 * 1024 * 1024
HEAD_BYTES = 256 * 1024
MAX_STEPS = 20_000_000
"""Lines times boundaries: the parser compares each line with each boundary that is open. A few seconds."""
MAX_SHORT_LINES, SHORT_LINE = 100_000, 30
"""So many lines of less than so many characters. Nobody writes more, and files have long ones."""
_MESSAGE_ID = re.compile(r"(?a)<[\w.+$=/-]{1,120}@[\w.-]{1,120}>")
_RECIPIENT = re.compile(r"[^\s<>,;:\"()]{1,250}@[^\s<>,;:\"()]{1,250}")


class UnreadableMail(Exception):  # noqa: N818 -- says what the mail is
    """Not a message, or one without a sender."""


@dataclass(frozen=True)
class Contents:
    """What stands below the headers."""

    text: str
    """All of it, cleaned."""
    enclosed: str
    """What stands in mails that are attached."""
    html: str
    """The same from the version in HTML: where its pictures stand."""
    parts: Parts = field(repr=False)


@dataclass(frozen=True)
class Mail:
    raw: bytes = field(repr=False)
    message_id: str
    sender: str
    writer: str
    """Name and address, as they are written."""
    recipients: tuple[str, ...]
    subject: str
    kind: Kind
    is_from_a_list: bool
    dmarc: str
    """As records.inbound.automatic.dmarc_of has it."""

    @property
    def is_answered(self) -> bool:
        """Whether we may write to its sender: never to a program, or to a list, and only where our mail
        server can."""
        return self.kind is Kind.PERSON and not self.is_from_a_list and self.sender.isascii()

    @property
    def name_to_answer(self) -> str:
        """Its message id, where it is one and nothing else."""
        return self.message_id if _MESSAGE_ID.fullmatch(self.message_id) else ""

    @cached_property
    def contents(self) -> Contents:
        """Read when it is asked for: what a stranger sends is mostly refused for its headers. Raises
        UnreadableMail."""
        with _unreadable():
            parts = Parts(_message_of(self.raw), self.sender.rpartition(".")[2])
            text, enclosed = without_reply_addresses(parts.text), without_reply_addresses(parts.enclosed)
            return Contents(text, enclosed, parts.html, parts)

    def answer(self, ours: str = "") -> Answer:
        """What is said, and what is folded away: quotation and signature. ``ours``: what we wrote to them."""
        found = split(self.contents.text, ours=ours, writer=self.writer)
        folded = "\n\n".join(filter(None, (found.folded, self.contents.enclosed)))
        return Answer(without_places(found.reply), without_places(folded))

    @property
    def text(self) -> str:
        return self.answer().reply

    @property
    def whole_text(self) -> str:
        return without_places(f"{self.contents.text}\n\n{self.contents.enclosed}")

    @cached_property
    def files(self) -> list[SimpleUploadedFile]:
        with _unreadable():
            return self.contents.parts.files(split(self.contents.html, writer=self.writer).reply)

    @property
    def fingerprint(self) -> str:
        """Tells two messages apart that call themselves the same; ways of delivery do not change it."""
        contents = [self.whole_text.encode("utf-8", "replace"), *(file.read() for file in self.files)]
        for file in self.files:
            file.seek(0)
        return f"{self.message_id} {sha256(b''.join(sha256(part).digest() for part in contents)).hexdigest()}"


def message_id_of(raw: bytes) -> str:
    """What the message calls itself, or a name made of its content, so that the same one is always called the
    same."""
    return header(_head_of(raw), "message-id")[:250] or f"<{sha256(raw).hexdigest()}@unnamed>"


def digest_of(raw: bytes) -> str:
    """Of what the writer sent: the traces that mail servers leave on the way are not part of it."""
    head, body = _head_of(raw), _divided(raw)[1]
    named = "\n".join(header(head, name) for name in IDENTITY_HEADERS)
    return sha256(named.encode() + b"\n\n" + body).hexdigest()


def envelope_of(raw: bytes) -> tuple[str, str]:
    """Sender and subject of a message that cannot be read, as far as they can be told."""
    head = _head_of(raw)
    return header(head, "from")[:320], header(head, "subject")[:250]


def parse(raw: bytes) -> Mail:
    """All of it, or UnreadableMail."""
    mail = parse_head(raw)
    _all_of_it = mail.files
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
        return message_from_bytes(b"\n\n".join(_divided(raw)), policy=POLICY)
    message.set_payload(_divided(raw)[1].decode("ascii", "surrogateescape"))
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
    return message_from_bytes(_divided(raw[:HEAD_BYTES])[0] + b"\n\n", policy=POLICY)


def _divided(raw: bytes) -> tuple[bytes, bytes]:
    """Headers and what stands below them."""
    head, _blank, body = raw.replace(b"\r\n", b"\n").partition(b"\n\n")
    return with_whole_lines(head), body


def _read_head(message: Message, raw: bytes) -> Mail:
    try:
        sender = sender_of(message)
    except NoSender as error:
        raise UnreadableMail(str(error)) from error
    subject = header(message, "subject")[:250]
    return Mail(
        raw=raw,
        message_id=message_id_of(raw),
        sender=sender,
        writer=header(message, "from"),
        recipients=_recipients_of(message),
        subject=subject,
        kind=kind_of(message, sender=sender, subject=subject),
        is_from_a_list=is_from_a_list(message),
        dmarc=dmarc_of(message, sender=sender),
    )


def _recipients_of(message: Message) -> tuple[str, ...]:
    values = [value for name in RECIPIENTS for value in raw_headers(message, name)]
    return tuple(dict.fromkeys(address for value in values for address in _RECIPIENT.findall(value)))
