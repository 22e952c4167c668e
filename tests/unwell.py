"""Servers on this machine that are not well: they refuse, or take a connection and never answer."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Unwell:
    port: int
    times_asked: Callable[[], int] = lambda: 0


@contextmanager
def refusing() -> Iterator[Unwell]:
    """A port on which nobody listens, held so that nobody begins to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield Unwell(held.getsockname()[1])


@contextmanager
def hanging() -> Iterator[Unwell]:
    """A port on which the system takes connections, and nobody reads or answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        listener.settimeout(0)
        yield Unwell(listener.getsockname()[1], lambda: _waiting(listener))


def _waiting(listener: socket.socket) -> int:
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


UNWELL = {"refuses": refusing, "hangs": hanging}
