"""The real web server in a test."""

import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.programs import environment_of_programs

HOST = "localhost"
PATIENCE = 60
"""Seconds; the server starts meanwhile."""


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name; of a repeated one, the last."""
        lines = self.content.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


class Server:
    """gunicorn as it is started for customers, on this test's database and a free port of this machine.

    ``environment``: what a test wants otherwise than an installation on plain http without a proxy has it.
    """

    def __init__(self, folder: Path, **environment: str) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        command = [sys.executable, "-m", "gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi"]
        settled = {
            "DJANGO_SETTINGS_MODULE": "tests.portal.served_settings",
            "BIND": f"fd://{self.listener.fileno()}",
            "WEB_CONCURRENCY": "1",
        }
        self.process = subprocess.Popen(
            command,
            env=environment_of_programs(folder, **settled, **environment),
            pass_fds=[self.listener.fileno()],
            stderr=subprocess.DEVNULL,
        )

    def ask(self, target: str, *, session: str = "", headers: dict[str, str] | None = None) -> Answer:
        lines = [f"GET {target} HTTP/1.1"]
        sent = {
            "Host": HOST,
            "Connection": "close",
            **({"Cookie": f"session={session}"} if session else {}),
            **(headers or {}),
        }
        lines += [f"{name}: {value}" for name, value in sent.items()]
        return self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, request: bytes) -> Answer:
        with socket.create_connection(self.listener.getsockname(), timeout=PATIENCE) as wire:
            wire.sendall(request)
            answer = b"".join(iter(lambda: wire.recv(65536), b""))
        return Answer(int(answer.split(b" ", 2)[1]), answer)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.listener.close()
