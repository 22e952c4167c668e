"""How long a client may take to send a request."""

import socket
from collections.abc import Iterator

import pytest

from portal import web_worker
from portal.web_worker import LimitedSocket


@pytest.fixture
def wires() -> Iterator[tuple[LimitedSocket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with LimitedSocket(fileno=ours.detach()) as limited, theirs:
        yield limited, theirs


@pytest.fixture
def a_second_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock by which each look takes a second."""
    times = iter(range(1_000))
    monkeypatch.setattr(web_worker, "monotonic", lambda: next(times))


def test_a_drip_comes_to_an_end(wires, a_second_each_time):
    limited, client = wires
    limited.left = 2.5
    client.sendall(b"x" * 100)
    assert [limited.recv(1) for _ in range(3)] == [b"x"] * 3
    with pytest.raises(TimeoutError):
        limited.recv(1)
    assert limited.gettimeout() is None


def test_a_file_on_a_slow_line_comes_through(wires, a_second_each_time):
    limited, client = wires
    limited.left = 10
    for _ in range(100):
        client.sendall(b"x" * web_worker.BYTES_A_SECOND)
        assert len(limited.recv(web_worker.BYTES_A_SECOND, socket.MSG_WAITALL)) == web_worker.BYTES_A_SECOND


def test_a_shorter_limit_of_the_server_itself_stays(wires):
    limited, _client = wires
    limited.settimeout(0.01)
    with pytest.raises(TimeoutError):
        limited.recv(1)
    assert limited.left > 1
    assert limited.gettimeout() == 0.01
