"""What a message says. Nothing here trusts it: broken MIME, unknown charsets and hostile names are everyday mail."""

import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses
from hashlib import sha256
from html import unescape

import nh3
from django.core.files.uploadedfile import SimpleUploadedFile
from mailparser_reply import EmailReplyParser

from cases.reply_address import MARKER

LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da"]
RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
TEXT_LIMIT = 20_000
_BREAKS = re.compile(r"(?i)<(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>")
_QUOTED_HTML = re.compile(r"(?is)<blockquote\b.*</blockquote>|<div[^>]*\bgmail_quote\b.*")


class UnreadableMail(Exception):  # noqa: N818 -- says what the mail is
    """Not a message, or one without a sender."""


@dataclass(frozen=True)
class Mail:
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    is_automatic: bool
    files: list[SimpleUploadedFile] = field(default_factory=list)


def message_id_of(raw: bytes) -> str:
    """What the message calls itself, or a name made of its content, so that the same one is always called the same."""
    head = raw.replace(b"\r\n", b"\n").split(b"\n\n", 1)[0] + b"\n\n"
    try:
        named = str(message_from_bytes(head, policy=policy.default).get("message-id") or "").strip()
    except (MessageError, ValueError, IndexError, AttributeError):
        named = ""
    return _clean(named)[:250] or f"<{sha256(raw).hexdigest()}@unnamed>"


def parse(raw: bytes) -> Mail:
    try:
        return _parse(message_from_bytes(raw, policy=policy.default), raw)
    except UnreadableMail:
        raise
    except Exception as error:  # the standard parser fails in many ways on what spammers send
        raise UnreadableMail(f"{type(error).__name__}: {error}"[:200]) from error


def _parse(message: EmailMessage, raw: bytes) -> Mail:
    senders = [address.lower() for _name, address in getaddresses(message.get_all("from", [])) if "@" in address]
    if len(senders) != 1:
        raise UnreadableMail("No sender, or several.")
    recipients = getaddresses([str(value) for name in RECIPIENT_HEADERS for value in message.get_all(name, [])])
    return Mail(
        message_id=message_id_of(raw),
        sender=_clean(senders[0])[:320],
        recipients=tuple(address for _name, address in recipients),
        subject=_clean(str(message.get("subject") or ""))[:250],
        text=_answer(_text_of(message)),
        is_automatic=_is_automatic(message),
        files=list(_files_of(message)),
    )


def _is_automatic(message: EmailMessage) -> bool:
    """Out-of-office notes, bounces, lists: never answered, or two machines write to each other for ever (RFC 3834)."""
    submitted = str(message.get("auto-submitted") or "no").split(";")[0].strip().lower()
    bulk = str(message.get("precedence") or "").strip().lower() in ("bulk", "junk", "list", "auto_reply")
    marks = ("x-autoreply", "x-autorespond", "x-auto-response-suppress", "list-id", "list-unsubscribe", "x-loop", "feedback-id")
    bounced = message.get_content_type() == "multipart/report" or str(message.get("return-path") or "").strip() == "<>"
    return submitted != "no" or bulk or bounced or any(message.get(mark) for mark in marks)


def _text_of(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    text = _decoded(part)
    return _text_of_html(text) if part.get_content_subtype() == "html" else text


def _decoded(part: MIMEPart) -> str:
    """The part's text; a charset that nobody knows, or that lies, costs some letters and not the message."""
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _text_of_html(html: str) -> str:
    broken = _BREAKS.sub("\n", _QUOTED_HTML.sub("", html))
    return unescape(nh3.clean(broken, tags=set()))


def _answer(text: str) -> str:
    """Without what was quoted, without the signature."""
    lines = text.replace("\r\n", "\n").replace("\0", "").split("\n")
    above = "\n".join(lines[: next((number for number, line in enumerate(lines) if MARKER in line), len(lines))])
    latest = EmailReplyParser(languages=LANGUAGES).parse_reply(text=above[: 5 * TEXT_LIMIT]) or ""
    return latest.strip()[:TEXT_LIMIT]


def _files_of(message: EmailMessage) -> list[SimpleUploadedFile]:
    """Attachments and pictures in the text; a forwarded message is none."""
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_content_maintype() != "message"]
    named = [(part, _clean(part.get_filename() or "")) for part in parts]
    return [
        SimpleUploadedFile(name, content, part.get_content_type())
        for part, name in named
        if name and isinstance(content := part.get_payload(decode=True), bytes)
    ]


def _clean(text: str) -> str:
    return " ".join(text.replace("\0", "").encode("utf-8", "replace").decode("utf-8", "replace").split())
