"""A real worker process and a real mail server: each mail leaves once, whatever breaks in between."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.contact_imports import check_import, start_import
from accounts.actions.mail import queue_rendered_mail
from accounts.actors import Actor
from accounts.models import Contact, ContactImport, OutgoingMail
from lib import smtp
from tests.accounts.post_office import PATIENCE, PostOffice
from tests.programs import environment_of_programs
from tests.races import commits

HEAD = "First name,Last name,E-mail\n"
SLOTS = 4
MANY = 60
APPLICATION = "worker of a test"


class WorkerProcess:
    def __init__(self, environment: dict[str, str]) -> None:
        command = [
            sys.executable,
            "manage.py",
            "worker",
            "--mail-slots",
            str(SLOTS),
            "--default-slots",
            str(SLOTS),
        ]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)

    def stop(self) -> int:
        """Jobs in hand are finished before it ends."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    with PostOffice().opened() as opened:
        yield opened


@pytest.fixture
def start_worker(
    django_db_setup: None, post_office: PostOffice, tmp_path: Path
) -> Iterator[Callable[[], WorkerProcess]]:
    started: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        started.append(
            WorkerProcess(
                environment_of_programs(
                    tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{post_office.port}", PGAPPNAME="worker of a test"
                )
            )
        )
        return started[-1]

    yield start
    for worker in started:
        worker.kill()


def bring_in(manager: Contact, count: int, name: str) -> None:
    """The manager imports so many people, each of whom is invited by mail."""
    rows = "".join(f"{name}{number},Poe,{name}{number}@acme.example\n" for number in range(count))
    actor = Actor(user=manager.user, contact=manager)
    checked = check_import(actor=actor, file_name="people.csv", content=(HEAD + rows).encode())
    assert not checked.errors
    start_import(actor=actor, contact_import=checked)


def everything_was_sent() -> bool:
    jobs = ProcrastinateJob.objects.filter(task_name="accounts.tasks.send_mail").exclude(status="succeeded")
    return not jobs.exists() and not OutgoingMail.objects.exclude(status="sent").exists()


def run(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


class TestWithAWorker:
    pytestmark = commits

    def test_each_of_many_imported_people_gets_one_mail(self, bob, post_office, start_worker):
        worker = start_worker()
        for name in ("ann", "ben", "cleo"):
            bring_in(bob, MANY, name)
        post_office.wait_until(lambda it: len(it.deliveries) == 3 * MANY)
        assert worker.stop() == 0
        assert set(post_office.deliveries.values()) == {1}
        assert len(set(post_office.recipients.values())) == 3 * MANY
        assert everything_was_sent()
        assert set(ContactImport.objects.values_list("status", flat=True)) == {"done"}

    def test_a_worker_killed_in_the_middle_repeats_at_most_what_it_had_in_hand(
        self, bob, post_office, start_worker
    ):
        worker = start_worker()
        bring_in(bob, MANY, "ann")
        post_office.wait_until(lambda it: len(it.deliveries) >= MANY / 3)
        worker.kill()
        run("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING id")
        worker = start_worker()
        post_office.wait_until(lambda it: len(it.deliveries) == MANY)
        worker.stop()
        assert post_office.deliveries.total() <= MANY + SLOTS
        assert len(set(post_office.recipients.values())) == MANY
        assert everything_was_sent()

    def test_mail_waits_for_a_server_that_refuses_it(self, bob, post_office, start_worker):
        post_office.is_refusing = True
        worker = start_worker()
        bring_in(bob, MANY, "ann")
        post_office.wait_until(lambda it: it.refusals >= MANY / 3)
        post_office.is_refusing = False
        post_office.wait_until(lambda it: len(it.deliveries) == MANY)
        worker.stop()
        assert set(post_office.deliveries.values()) == {1}
        assert everything_was_sent()

    def test_half_of_the_answers_lost_after_the_text_was_taken_is_the_same_message_again(
        self, bob, post_office, start_worker
    ):
        """The sender cannot know. The Message-ID tells the receiving server that it has this one already."""
        odd: set[str] = set()

        def cuts_off(message_id: str) -> bool:
            is_first_of_a_pair = (
                post_office.deliveries[message_id] == 1 and len(post_office.deliveries) % 2 == 1
            )
            odd.update({message_id} if is_first_of_a_pair else ())
            return is_first_of_a_pair

        post_office.cuts_off = cuts_off
        worker = start_worker()
        bring_in(bob, MANY, "ann")
        post_office.wait_until(
            lambda it: len(it.deliveries) == MANY and it.deliveries.total() == MANY + len(odd)
        )
        worker.stop()
        assert len(odd) >= MANY / 3
        assert {message_id for message_id, count in post_office.deliveries.items() if count == 2} == odd
        assert everything_was_sent()

    def test_a_slow_mail_server_holds_up_neither_other_jobs_nor_rows(self, bob, post_office, start_worker):
        worker = start_worker()
        with post_office.silent():
            bring_in(bob, 20, "ann")
            post_office.wait_until(lambda it: it.held == SLOTS)
            bring_in(bob, 20, "ben")
            wait_in_the_database("(SELECT count(*) = 2 FROM accounts_contactimport WHERE status = 'done')")
            with transaction.atomic():
                assert len(OutgoingMail.objects.select_for_update(nowait=True)) == 40
            busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state LIKE 'idle in transaction%%'"  # noqa: E501
            assert run(busy, APPLICATION) == [(0,)]
        post_office.wait_until(lambda it: len(it.deliveries) == 40)
        worker.stop()
        assert everything_was_sent()

    def test_the_worker_outlives_its_database_connections(self, bob, post_office, start_worker):
        worker = start_worker()
        bring_in(bob, 20, "ann")
        post_office.wait_until(lambda it: len(it.deliveries) >= 10)
        assert run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", APPLICATION
        )
        bring_in(bob, 20, "ben")
        post_office.wait_until(lambda it: len(it.deliveries) == 40)
        wait_in_the_database(
            "NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))"
        )
        assert worker.process.poll() is None
        assert worker.stop() == 0
        assert set(post_office.deliveries.values()) == {1}
        assert len(set(post_office.recipients.values())) == 40
        assert everything_was_sent()

    def test_a_mail_that_lost_its_job_is_sent_all_the_same(self, bob, post_office, start_worker):
        mail = queue_rendered_mail(event="test/one", to=bob.email, subject="Hello", text="Text")
        ProcrastinateJob.objects.all().update(status="cancelled")
        run("INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES (%s, "
    "'default', '{\"timestamp\": 0}') RETURNING id",
            "accounts.tasks.take_up_forgotten_mails")  # fmt: skip
        worker = start_worker()
        post_office.wait_until(lambda it: mail.message_id in it.deliveries)
        worker.stop()
        assert set(post_office.deliveries.values()) == {1}


def wait_in_the_database(condition: str) -> None:
    loop = f"""
        DO $$ BEGIN
            FOR attempt IN 1..{PATIENCE * 20} LOOP
                EXIT WHEN {condition};
                PERFORM pg_sleep(0.05);
                COMMIT;
            END LOOP;
            ASSERT {condition};
        END $$"""
    with connection.cursor() as cursor:
        cursor.execute(loop)


def test_a_mail_server_has_minutes_to_answer_once_it_has_the_text(post_office):
    """A time-out there would send the message twice."""
    backend = smtp.EmailBackend(host="127.0.0.1", port=post_office.port, timeout=20)
    patience = []

    def ask(message_id: str) -> bool:
        patience.append(backend.connection.sock.gettimeout())
        return False

    post_office.cuts_off = ask
    headers = {"Message-ID": "<one@portal.example>"}
    with backend:
        before = backend.connection.sock.gettimeout()
        EmailMessage(
            "Hello",
            "Text",
            "support@portal.example",
            ["alice@acme.example"],
            headers=headers,
            connection=backend,
        ).send()
        after = backend.connection.sock.gettimeout()
    assert (before, patience, after) == (20, [300], 20)
