"""gunicorn's threaded worker, with a limit to how long requests may take to come in.

gunicorn has none: its ``timeout`` watches over processes, and a thread that has begun to read a request waits
for the rest of it as long as the client likes. So few slow clients as there are threads would stop the
portal. The limit lets it recover; what keeps slow clients away from the threads altogether is a proxy in
front that passes on complete requests only (docs/operations.md).
"""

import errno
import os
import socket
from functools import partial
from selectors import EVENT_READ
from time import monotonic

from gunicorn.workers.gthread import TConn, ThreadWorker

SECONDS = float(os.environ.get("WEB_REQUEST_SECONDS", "10"))
"""So long, all in all, a thread waits for what a client sends of one request; as Apache's mod_reqtimeout
reckons."""

BYTES_A_SECOND = 20_000
"""So much sent gives another second: a large file on a slow line comes through, a drip does not."""


class LimitedSocket(socket.socket):
    """A connection whose client has so many seconds ``left`` to send the rest of a request."""

    left = SECONDS

    def recv(self, *args: int) -> bytes:
        if (own_limit := self.gettimeout()) == 0:
            return super().recv(*args)
        if self.left <= 0:
            raise _too_slow()
        began = monotonic()
        self.settimeout(self.left if own_limit is None else min(own_limit, self.left))
        try:
            received = super().recv(*args)
        except TimeoutError:
            raise _too_slow() from None
        finally:
            self.settimeout(own_limit)
            self.left -= monotonic() - began
        self.left += len(received) / BYTES_A_SECOND
        return received


def _too_slow() -> TimeoutError:
    """As gunicorn drops without an error in the log."""
    return TimeoutError(errno.ECONNRESET, "The request took too long to come in.")


class LimitedWorker(ThreadWorker):  # type: ignore[misc]
    def enqueue_req(self, conn: TConn) -> None:
        """A connection gets a thread once something comes in. gunicorn would let the thread wait for that,
        too."""
        if not isinstance(conn.sock, LimitedSocket):
            self._wait_for_data(conn)
            return
        conn.sock.left = SECONDS
        super().enqueue_req(conn)

    def _wait_for_data(self, conn: TConn) -> None:
        conn.sock = LimitedSocket(fileno=conn.sock.detach())
        conn.sock.settimeout(0)
        conn.timeout = monotonic() + SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))
