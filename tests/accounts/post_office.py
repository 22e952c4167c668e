"""A mail server that tells a test what it got, and misbehaves on demand."""

import asyncio
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE = 120
"""Seconds until a test that waits for mail fails."""

ACCEPTED, BUSY = "250 OK", "451 Try again later"


class PostOffice:
    """``deliveries``: how often each message was taken, by Message-ID; ``recipients``: to whom; ``refusals``:
    how many were not."""

    def __init__(self) -> None:
        self.deliveries: Counter[str] = Counter()
        self.recipients: dict[str, str] = {}
        self.cut_off: set[str] = set()
        self.refusals = 0
        self.held = 0
        self.is_refusing = False
        self.cuts_off: Callable[[str], bool] = lambda _message_id: False
        """Whether the line goes dead after this message was taken, before the sender is told."""
        self._changed = threading.Condition()
        self._open = asyncio.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.is_refusing:
            with self._changed:
                self.refusals += 1
                self._changed.notify_all()
            return BUSY
        envelope.mail_from = address
        return ACCEPTED

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        with self._changed:
            self.held += 1
            self._changed.notify_all()
        await self._open.wait()
        message_id = message_from_bytes(envelope.content or b"")["Message-ID"].strip()  # type: ignore[arg-type]
        with self._changed:
            self.held -= 1
            self.deliveries[message_id] += 1
            self.recipients[message_id] = envelope.rcpt_tos[0]
            self._changed.notify_all()
        if self.cuts_off(message_id):
            self.cut_off.add(message_id)
            server.transport.abort()
        return ACCEPTED

    def wait_until(self, is_so: Callable[["PostOffice"], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self), PATIENCE), (
                f"{len(self.deliveries)} messages, {self.refusals} refusals"
            )

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Take messages, and answer none of them before the end of the block."""
        self._loop.call_soon_threadsafe(self._open.clear)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self._open.set)

    @contextmanager
    def opened(self) -> Iterator["PostOffice"]:
        serving = threading.Thread(target=self._serve)
        serving.start()
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            serving.join()

    def _serve(self) -> None:
        server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: SMTP(self, loop=self._loop, hostname="post.example"), sock=self._listener
            )
        )
        self._loop.run_forever()
        server.close()
        self._loop.close()
