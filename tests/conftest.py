"""The cast: the same people in every test, and in the demo."""

import gc
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from _pytest import runner
from django.conf import settings as django_settings
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.test import Client, override_settings
from PIL import Image
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Account, Contact, User
from accounts.sessions.store import SessionStore
from lib import compiled
from lib.deep_calls import with_room
from portal.site import configuration
from tests import databases
from tests.factories import make_account, make_contact, make_user
from tests.house import PACKAGES
from tests.stage import ask_for_shared, in_good_order, shared, stage, take_over

CAST = ("acme", "globex", "alice", "ada", "bob", "fiona", "ivan", "charlie")


def pytest_configure(config: pytest.Config) -> None:
    """What a package of ours calls is not out of date."""
    ours = "|".join(map(re.escape, PACKAGES))
    config.addinivalue_line("filterwarnings", rf"error::DeprecationWarning:({ours})(\.|$)")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_good_order(items, CAST)


def pytest_collection_finish() -> None:
    """What was imported stays until the end. Python's collector need not look through it again and again, and
    not so often: that took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
@with_room
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As ever, with room for the calls within calls of a test, which took a tenth of the time."""
    return runner.pytest_runtest_protocol(item, nextitem)


@pytest.fixture(autouse=True)
def compiled_queries_are_checked() -> None:
    """Each shape once in each test."""
    compiled.checked = set()


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own makes all tables anew for each run and each process; this one copies them. After a
    test that commits it empties all tables; here they are as migrated again, so that tests can run in any
    order. The configuration of a revision is read once: one test after the other goes back to the first."""
    with django_db_blocker.unblock():
        database = databases.Copy.made()
    with pytest.MonkeyPatch.context() as patch:
        take_over(patch)
        patch.setattr(configuration, "_load", lru_cache(maxsize=4)(configuration._load))
        yield
    with django_db_blocker.unblock():
        stage.clear()
        database.drop()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    stage.prepare()


@pytest.fixture(autouse=True)
def cast(request: pytest.FixtureRequest) -> None:
    ask_for_shared(request, CAST)


@pytest.fixture
def noon() -> Iterator[None]:
    """No day, month or year ends during the test."""
    with time_machine.travel(datetime(2026, 8, 12, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture(autouse=True, scope="session")
def quick_settings() -> Iterator[None]:
    """Passwords that cost nothing, and static files as they are."""
    plain = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        STORAGES=django_settings.STORAGES | plain,
    ):
        yield


@pytest.fixture(scope="session")
def all_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(autouse=True)
def private_files(settings: Any, all_files: Path) -> None:
    """Of this test alone; the folder is made with the first file."""
    settings.MEDIA_ROOT = all_files / uuid.uuid4().hex


@shared
def acme(db: None) -> Account:
    return make_account("Acme Foods", email_domains=["acme.example"])


@shared
def globex(db: None) -> Account:
    return make_account("Globex Pharma", email_domains=["globex.example"])


@shared
def alice(acme: Account) -> Contact:
    """A plain contact."""
    return make_contact("Alice", acme)


@shared
def bob(acme: Account) -> Contact:
    return make_contact("Bob", acme, "Portal User Manager")


@shared
def fiona(acme: Account) -> Contact:
    return make_contact("Fiona", acme, "Portal Finance User")


@shared
def ivan(acme: Account) -> Contact:
    return make_contact("Ivan", acme, "Portal IT User")


@shared
def charlie(globex: Account) -> Contact:
    """A plain contact of another account."""
    return make_contact("Charlie", globex)


@shared
def ada(db: None) -> User:
    """Administrator, staff."""
    return make_user(
        "ada@portal.example", first_name="Ada", last_name="Byrne", is_staff=True, is_superuser=True
    )


Member = Callable[[object], AbstractContextManager[None]]


@pytest.fixture
def member(subtests: pytest.Subtests, db: None) -> Member:
    """One of a matrix whose members share what was set up: it begins as if it were alone, and if it fails,
    the report names it."""

    @contextmanager
    def one(name: object) -> Iterator[None]:
        with subtests.test(str(name)), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return one


SignIn = Callable[[Contact | User | None], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A browser in which this person is signed in; None is a visitor."""

    def signed_in(person: Contact | User | None) -> Client:
        browser = Client()
        user = person.user if isinstance(person, Contact) else person
        if user:
            browser.cookies[django_settings.SESSION_COOKIE_NAME] = new_session(user)
        return browser

    return signed_in


class NewSession(SessionStore):
    """Its key is new, so nobody asks whether it is, and its row is written once, when all is in it."""

    key_salt = SessionStore().key_salt

    def exists(self, session_key: str) -> bool:
        return False

    def cycle_key(self) -> None:
        pass


def new_session(user: User) -> str:
    """As ``Client.force_login`` makes it, in 4 queries instead of 13."""
    request = HttpRequest()
    request.session = NewSession()
    login(request, user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    request.session.save()
    return str(request.session.session_key)


@pytest.fixture
def visitor(client: Client, db: None) -> Client:
    return client


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Run the background jobs that were deferred in this test, in order; returns how many ran."""

    def run() -> int:
        done = 0
        while waiting := list(
            ProcrastinateJob.objects.filter(status="todo").exclude(pk__in=ran).order_by("pk")
        ):
            for job in waiting:
                ran.add(job.pk)
                task = jobs.tasks[job.task_name]
                context = [SimpleNamespace(job=SimpleNamespace(attempts=0))] if task.pass_context else []
                task.func(*context, **job.args)
                done += 1
        return done

    ran: set[int] = set()
    return run


@pytest.fixture
def jpeg_with_gps() -> bytes:
    """A small photograph that tells where it was taken."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 30.0, 0.0)}
    exif[0x010F] = "Camera"
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "JPEG", exif=exif)
    return content.getvalue()
