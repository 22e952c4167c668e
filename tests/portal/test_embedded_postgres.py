"""The server that comes along is shared by all processes of a copy."""

import fcntl
import os
import socket
import threading
from pathlib import Path

import pytest

from portal.embedded_postgres.server import EmbeddedServer


@pytest.fixture
def server(tmp_path: Path):
    """One that takes connections already, and one more user of it in this process."""
    server = EmbeddedServer(tmp_path / "pg")
    server.home.mkdir(mode=0o700)
    server.socket_folder.mkdir(mode=0o700, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(server.socket_folder / ".s.PGSQL.5432"))
        listener.listen()
        yield server
    server.leave(os.getpid())


def is_waited_for(file: Path) -> bool:
    """Whether some thread waits for a lock of the file."""
    inode = str(file.stat().st_ino)
    waiting = [line.split() for line in Path("/proc/locks").read_text().splitlines() if "->" in line]
    return any(inode == column.split(":")[-1] for line in waiting for column in line)


def test_whoever_joins_a_server_that_is_starting_waits_until_it_is_ready(server):
    lock = server.home / "start.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        joining = threading.Thread(target=server.join)
        joining.start()
        while joining.is_alive() and not is_waited_for(lock):
            pass
        assert joining.is_alive()
    joining.join()
