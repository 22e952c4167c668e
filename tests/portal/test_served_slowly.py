"""Clients that send half a request and no more: they hold a thread of the real web server for a while, not
for ever."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.portal.served import HOST, PATIENCE, Server
from tests.races import commits

pytestmark = commits

MANY = 24
"""More than the server has threads."""

SIGN_IN = "/accounts/login/"
HALF_SENT = {
    "nothing": b"",
    "half a line": b"GET /accounts/lo",
    "half of the headers": f"GET {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\nX-Long: ".encode(),
    "half a form": (
        f"POST {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\nCookie: csrf={'x' * 32}\r\nContent-Length: 1000\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\nlogin="
    ).encode(),
    "half a file": (
        f"POST {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\nCookie: csrf={'x' * 32}\r\nContent-Length: 100000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
    ).encode(),
    "half a chunk": (
        f"POST {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\nCookie: "
        f"csrf={'x' * 32}\r\nTransfer-Encoding: chunked\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\nff\r\nlogin="
    ).encode(),
}


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("served"), WEB_THREADS="4", WEB_REQUEST_SECONDS="0.5")
    yield running
    running.stop()


def connected(server: Server) -> socket.socket:
    return socket.create_connection(server.listener.getsockname(), timeout=PATIENCE)


@pytest.mark.parametrize("sent", HALF_SENT.values(), ids=HALF_SENT)
def test_the_sign_in_page_comes_although_many_send_half_a_request(server: Server, sent: bytes):
    with ExitStack() as held:
        slow = [held.enter_context(connected(server)) for _ in range(MANY)]
        for wire in slow:
            wire.sendall(sent)
        assert server.ask(SIGN_IN).status == 200
        assert all(is_given_up(wire) for wire in slow)


def test_who_asks_twice_over_one_connection_is_answered_twice(server: Server):
    request = f"GET {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    with connected(server) as wire:
        for _ in range(2):
            wire.sendall(request)
            assert wire.recv(12) == b"HTTP/1.1 200"
            read_to_the_end(wire)


def test_a_form_that_comes_in_pieces_is_taken_as_a_whole(server: Server):
    body = b"login=nobody%40acme.example&password=x"
    head = f"POST {SIGN_IN} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode()  # noqa: E501
    with connected(server) as wire:
        for at in range(len(head)):
            wire.sendall(head[at : at + 1])
        for at in range(len(body)):
            wire.sendall(body[at : at + 1])
        assert wire.recv(12) == b"HTTP/1.1 403"  # without a token, but read


def is_given_up(wire: socket.socket) -> bool:
    """The server hangs up, with or without a word before."""
    while True:
        try:
            if not wire.recv(65536):
                return True
        except ConnectionResetError:
            return True


def read_to_the_end(wire: socket.socket) -> None:
    content = b""
    while b"</html>" not in content:
        content += wire.recv(65536)
