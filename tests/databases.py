"""The database of a run of tests: a copy of a template, which the migrations make once and which stays on the
server.

The template's name says what it was made of, so other migrations are another template. Several runs may share
a server, of several checkouts too: whoever makes a template or uses a database holds a lock on its name,
which PostgreSQL drops however the process ends. A run's database that nobody holds was left by one that was
killed.
"""

import ast
import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distributions
from itertools import chain
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import NO_DB_ALIAS, BaseDatabaseWrapper

KEPT_TEMPLATES = 5
"""So many stay on a server: whoever goes from branch to branch finds the one of each."""
ROOT = Path(settings.BASE_DIR)
AS_MIGRATED = Path(__file__).with_name("as_migrated.sql")


@dataclass(frozen=True)
class Server:
    """A session beside those of the tests, for work on whole databases. What it holds, it holds until its
    end."""

    session: BaseDatabaseWrapper

    @classmethod
    def connected(cls) -> "Server":
        return cls(
            type(connections[DEFAULT_DB_ALIAS])({**connection.settings_dict, "NAME": None}, alias=NO_DB_ALIAS)
        )

    def create(self, name: str, template: str = "template1") -> None:
        self._do("CREATE DATABASE {} TEMPLATE {}", name, template)

    def rename(self, name: str, new: str) -> None:
        self._do("ALTER DATABASE {} RENAME TO {}", name, new)

    def drop(self, name: str) -> None:
        self._do("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def hurry(self, name: str) -> None:
        """Let nobody wait there until the disk has what was committed: a crash ends the tests anyway."""
        self._do("ALTER DATABASE {} SET synchronous_commit = off", name)

    def names(self, beginning: str) -> list[str]:
        """Of databases, the oldest first."""
        return self._ask(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", beginning
        )

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        self._ask("SELECT pg_advisory_lock(hashtextextended(%s, 0))", name)
        try:
            yield
        finally:
            self._ask("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)

    def share(self, name: str) -> None:
        self._ask("SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))", name)

    def takes(self, name: str) -> bool:
        """Whether nobody else holds it; from now on this session does."""
        return self._ask("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name) == [True]

    def _do(self, statement: str, *names: str) -> None:
        with self.session.cursor() as cursor:
            cursor.execute(statement.format(*map(self.session.ops.quote_name, names)))

    def _ask(self, question: str, name: str) -> list[Any]:
        with self.session.cursor() as cursor:
            cursor.execute(question, [name])
            return [answer for (answer,) in cursor.fetchall()]


@dataclass(frozen=True)
class Copy:
    """The database of this process alone, where Django's connections lead. ``original`` is where they led
    before."""

    server: Server
    original: str
    name: str

    @classmethod
    def made(cls) -> "Copy":
        server, original = Server.connected(), connection.settings_dict["NAME"]
        template = made_template(server, f"test_{original}_template_")
        runs = f"test_{original}_run_"
        drop_left_over(server, server.names(runs))
        copy = cls(server, original, name=f"{runs}{uuid.uuid4().hex[:12]}")
        assert server.takes(copy.name)
        server.create(copy.name, template)
        server.hurry(copy.name)
        lead_connections_to(copy.name)
        return copy

    def drop(self) -> None:
        lead_connections_to(self.original)
        self.server.drop(self.name)
        self.server.session.close()


def drop_left_over(server: Server, names: list[str]) -> None:
    for name in filter(server.takes, names):
        server.drop(name)


def made_template(server: Server, beginning: str) -> str:
    """Its name. While it is made it has another, so that what a killed run left half made is never copied."""
    name, unfinished = beginning + key(), f"{beginning}unfinished"
    with server.locked(beginning):
        if name not in server.names(beginning):
            server.drop(unfinished)
            server.create(unfinished)
            migrate(unfinished)
            server.rename(unfinished, name)
        server.share(name)
        others = [other for other in server.names(beginning) if other != name]
        drop_left_over(server, others[: 1 - KEPT_TEMPLATES])
    return name


def migrate(name: str) -> None:
    original = connection.settings_dict["NAME"]
    lead_connections_to(name)
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
        call_command("createcachetable", verbosity=0)
        remember()
    finally:
        lead_connections_to(original)


def remember() -> None:
    with connection.cursor() as cursor:
        cursor.execute(AS_MIGRATED.read_text())


def restore() -> None:
    """To what the migrations made, whatever was committed since."""
    connections.close_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_migrated.restore()")


def lead_connections_to(name: str) -> None:
    """In every thread: they all read the same settings."""
    connections.close_all()
    connection.settings_dict["NAME"] = name


def key() -> str:
    """Of what the migrations make: the libraries that are installed, our migrations, what these import from
    us, and the surfaces, which name built-in pages."""
    digest = hashlib.sha256(
        repr(sorted((library.name, library.version) for library in distributions())).encode()
    )
    migrations = list(own_migrations())
    of_apps = "surface.py", "apps.py"
    declared = [ROOT.glob(f"{apps}/{name}") for apps in ("*", "tests/example_app/*") for name in of_apps]
    made_of = chain(migrations, chain.from_iterable(map(imported, migrations)), *declared)
    for source in sorted({AS_MIGRATED, *made_of}):
        digest.update(str(source.relative_to(ROOT)).encode() + source.read_bytes())
    return digest.hexdigest()[:12]


def own_migrations() -> Iterator[Path]:
    for app in apps.get_app_configs():
        if Path(app.path).parent == ROOT or Path(app.path).is_relative_to(ROOT / "tests"):
            yield from Path(app.path, "migrations").glob("*.py")


def imported(source: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(source.read_bytes())):
        match node:
            case ast.Import(names=found):
                modules = [one.name for one in found]
            case ast.ImportFrom(module=str(package), names=found):
                modules = [package, *(f"{package}.{one.name}" for one in found)]
            case _:
                continue
        places = [ROOT.joinpath(*module.split(".")) for module in modules]
        yield from (
            file
            for place in places
            for file in (place.with_suffix(".py"), place / "__init__.py")
            if file.is_file()
        )
