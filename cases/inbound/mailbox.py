"""Fetch answers from an IMAP mailbox. A message is marked as seen after it is kept: a crash in between keeps it once more,
which changes nothing."""

import imaplib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from cases.inbound.receive import MAX_BYTES, keep

logger = logging.getLogger(__name__)
SECONDS = 30
BATCH = 100


def fetch(url: str) -> int:
    """``imaps://user:password@host/FOLDER`` (imap:// without encryption, for a mailbox on the same machine). Returns how
    many messages were kept. Errors of the connection pass to the caller: the next minute tries again."""
    with _folder(url) as mailbox:
        found = _answer(mailbox.uid("search", "UNSEEN"))
        uids = (found[0] or b"").split()[:BATCH] if found else []
        for uid in uids:
            _keep_one(mailbox, uid.decode())
        return len(uids)


def _keep_one(mailbox: imaplib.IMAP4, uid: str) -> None:
    """Of a message that is too large, its beginning is kept: it will be in the list of those that could not be read."""
    for part in _answer(mailbox.uid("fetch", uid, f"(BODY.PEEK[]<0.{MAX_BYTES}>)")):
        if isinstance(part, tuple):
            keep(part[1])
    mailbox.uid("store", uid, "+FLAGS", r"(\Seen)")


@contextmanager
def _folder(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
    mailbox = kind(parts.hostname or "localhost", parts.port or (993 if parts.scheme == "imaps" else 143), timeout=SECONDS)
    try:
        mailbox.login(unquote(parts.username or ""), unquote(parts.password or ""))
        status, _answer = mailbox.select(parts.path.strip("/") or "INBOX")
        if status != "OK":
            raise imaplib.IMAP4.error("The folder cannot be opened.")
        yield mailbox
    finally:
        try:
            mailbox.logout()
        except (OSError, imaplib.IMAP4.error):
            logger.info("The mailbox was left without a word.")


def _answer(reply: tuple[str, list]) -> list:  # type: ignore[type-arg]
    status, data = reply
    if status != "OK":
        raise imaplib.IMAP4.error(str(data))
    return [part for part in data if part is not None]
