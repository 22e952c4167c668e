"""Fetch answers from an IMAP mailbox. A message is marked as seen after it is kept: a crash in between keeps
it once more, which changes nothing."""

import imaplib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from django.core.cache import cache
from django.utils import timezone

from records.inbound.parse import MAX_BYTES
from records.inbound.receive import keep

logger = logging.getLogger(__name__)
SECONDS = 30
BATCH = 100
STATE = "records.mailbox"
Trouble = (OSError, imaplib.IMAP4.error)
"""What a mailbox that is down, full or locked answers with."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,18})")


@dataclass(frozen=True)
class MailboxState:
    """What staff see above the list of inbound mails."""

    fetched_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""


def state() -> MailboxState:
    return MailboxState(**cache.get(STATE, {}))


def fetch_quietly(url: str) -> None:
    """For the job that runs every minute: a mailbox that is down is one line in the log, and is shown to
    staff."""
    try:
        fetch(url)
    except Trouble as error:
        logger.warning("The mailbox for answers cannot be fetched: %s", error)


def fetch(url: str) -> int:
    """``imaps://user:password@host/FOLDER`` (imap:// without encryption, for a mailbox on the same machine).
    Returns how many messages were kept. Errors of the connection (``Trouble``) are noted and pass to the
    caller."""
    try:
        count = _fetch(url)
    except Trouble as error:
        note = {"failed_at": timezone.now(), "error": str(error)[:250] or type(error).__name__}
        cache.set(STATE, {"fetched_at": state().fetched_at, **note}, None)
        raise
    cache.set(STATE, {"fetched_at": timezone.now()}, None)
    return count


def _fetch(url: str) -> int:
    with _folder(url) as mailbox:
        found = _answer(mailbox.uid("search", "UNSEEN"))
        uids = (found[0] or b"").split()[:BATCH] if found else []
        return sum(_is_kept(mailbox, uid.decode()) for uid in uids)


def _is_kept(mailbox: imaplib.IMAP4, uid: str) -> bool:
    """One message that cannot be kept stays unseen and holds up no other."""
    try:
        _keep_one(mailbox, uid)
    except Trouble:
        raise
    except Exception:
        logger.exception("The message %s of the mailbox cannot be kept", uid)
        return False
    return True


def _keep_one(mailbox: imaplib.IMAP4, uid: str) -> None:
    """Of a message that is too large, its beginning is kept: it will be in the list of those that could not
    be read."""
    for part in _answer(mailbox.uid("fetch", uid, f"(RFC822.SIZE BODY.PEEK[]<0.{MAX_BYTES + 1}>)")):
        if isinstance(part, tuple):
            keep(_as_long_as_it_was(part[1], part[0]))
    mailbox.uid("store", uid, "+FLAGS", r"(\Seen)")


def _as_long_as_it_was(raw: bytes, announced: bytes) -> bytes:
    """A server that gives less of a large message than was asked for must not make it look whole."""
    size = _SIZE.search(announced)
    is_cut = size is not None and int(size[1]) > MAX_BYTES
    return raw.ljust(MAX_BYTES + 1) if is_cut else raw


@contextmanager
def _folder(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    mailbox = kind(
        parts.hostname or "localhost",
        parts.port or (993 if parts.scheme == "imaps" else 143),
        timeout=SECONDS,
    )
    try:
        mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
        status, _answer = mailbox.select(parts.path.strip("/") or "INBOX")
        if status != "OK":
            raise imaplib.IMAP4.error("The folder cannot be opened.")
        yield mailbox
    finally:
        try:
            mailbox.logout()
        except Trouble:
            logger.info("The mailbox was left without a word.")


def _answer(reply: tuple[str, list]) -> list:  # type: ignore[type-arg]
    status, data = reply
    if status != "OK":
        raise imaplib.IMAP4.error(str(data))
    return [part for part in data if part is not None]
