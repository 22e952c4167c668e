"""The cast: the same people in every test, and in the demo."""

from collections.abc import Callable, Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client, TransactionTestCase
from PIL import Image
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import Account, Contact, User
from portal.lib import compiled
from tests import databases
from tests.factories import make_account, make_contact, make_user


@pytest.fixture(autouse=True, scope="session")
def compiled_queries_are_checked() -> None:
    compiled.always_checked = True


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """pytest-django's own makes all tables anew for each run and each process; this one copies them. After a test that commits it
    empties all tables; here they are as migrated again, so that tests can run in any order."""
    with django_db_blocker.unblock():
        database = databases.Copy.made()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: databases.restore())
        yield
    with django_db_blocker.unblock():
        database.drop()


@pytest.fixture(autouse=True)
def private_files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def plain_static_files(settings: Any) -> None:
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}


@pytest.fixture
def acme(db: None) -> Account:
    return make_account("Acme Foods", email_domains=["acme.example"])


@pytest.fixture
def globex(db: None) -> Account:
    return make_account("Globex Pharma", email_domains=["globex.example"])


@pytest.fixture
def alice(acme: Account) -> Contact:
    """A plain contact."""
    return make_contact("Alice", acme)


@pytest.fixture
def bob(acme: Account) -> Contact:
    return make_contact("Bob", acme, "Portal User Manager")


@pytest.fixture
def fiona(acme: Account) -> Contact:
    return make_contact("Fiona", acme, "Portal Finance User")


@pytest.fixture
def ivan(acme: Account) -> Contact:
    return make_contact("Ivan", acme, "Portal IT User")


@pytest.fixture
def charlie(globex: Account) -> Contact:
    """A plain contact of another account."""
    return make_contact("Charlie", globex)


@pytest.fixture
def ada(db: None) -> User:
    """Administrator, staff."""
    return make_user("ada@portal.example", first_name="Ada", last_name="Byrne", is_staff=True, is_superuser=True)


SignIn = Callable[[Contact | User | None], Client]


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """A browser in which this person is signed in; None is a visitor."""

    def signed_in(person: Contact | User | None) -> Client:
        browser = Client()
        user = person.user if isinstance(person, Contact) else person
        if user:
            browser.force_login(user)
        return browser

    return signed_in


@pytest.fixture
def visitor(client: Client, db: None) -> Client:
    return client


@pytest.fixture
def run_jobs(db: None) -> Callable[[], int]:
    """Run the background jobs that were deferred in this test, in order; returns how many ran."""

    def run() -> int:
        done = 0
        while waiting := list(ProcrastinateJob.objects.filter(status="todo").exclude(pk__in=ran).order_by("pk")):
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
