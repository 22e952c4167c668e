"""The database of a run: a test that commits leaves no trace, a run that was killed none for long."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import Activity, Contact, RecordPermission, WebRole
from portal.models import Page
from tests import databases
from tests.cases.factories import make_case
from tests.races import commits


def contents() -> dict[str, Any]:
    """Of every table, the counter of every sequence, and whether each trigger is on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT one::text FROM {connection.ops.quote_name(table)} AS one ORDER BY 1")  # noqa: S608
            found[table] = cursor.fetchall()
        cursor.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
        )
        found["the counters"] = cursor.fetchall()
        cursor.execute("SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger ORDER BY 1, 2")
        found["the triggers"] = cursor.fetchall()
        return found


@commits
def test_what_was_committed_is_as_the_migrations_made_it_again(alice: Contact):
    databases.restore()
    before = contents()
    make_case(Contact.objects.create(first_name="Dora", last_name="Quist", email="dora@private.example"))
    RecordPermission.objects.all().delete()
    WebRole.objects.update(description="Changed")
    Page.objects.filter(path="/cases/").update(title="Changed")
    cache.set("counter", 1)
    changed = contents()
    assert {name for name in before if changed[name] != before[name]} >= {
        "accounts_contact",
        "accounts_recordpermission",
        "accounts_webrole",
        "portal_page",
        "procrastinate_jobs",
        "the counters",
    }
    databases.restore()
    assert contents() == before
    assert not Activity.objects.exists()


@pytest.fixture
def session(django_db_setup: None, django_db_blocker: Any) -> Iterator[Callable[[], databases.Server]]:
    """Another process's connection to the server."""
    opened = []

    def one() -> databases.Server:
        opened.append(databases.Server.connected())
        return opened[-1]

    with django_db_blocker.unblock():
        yield one
        for server in opened:
            server.session.close()


def test_the_database_of_a_killed_run_is_dropped_by_the_next_and_one_in_use_is_not(
    session: Callable[[], databases.Server],
):
    run, later = session(), session()
    runs = f"test_databases_{uuid.uuid4().hex[:8]}_run_"
    assert run.takes(f"{runs}1")
    run.create(f"{runs}1")
    databases.drop_left_over(later, later.names(runs))
    assert later.names(runs) == [f"{runs}1"]
    run.session.close()
    with later.locked(f"{runs}1"):
        pass  # PostgreSQL has noticed
    databases.drop_left_over(later, later.names(runs))
    assert later.names(runs) == []


def test_other_migrations_have_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = databases.key()
    assert databases.key() == before
    migrations = list(databases.own_migrations())
    more = databases.ROOT / "portal" / "shipped.py"
    assert more in {source for migration in migrations for source in databases.imported(migration)}
    monkeypatch.setattr(databases, "own_migrations", lambda: migrations[1:])
    assert databases.key() != before
