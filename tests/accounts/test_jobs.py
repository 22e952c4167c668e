"""A job belongs to the transaction that deferred it. Jobs whose worker was killed in the middle are done all
the same; those under way are left alone."""

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.mail import queue_rendered_mail
from accounts.tasks import import_contacts, invite_one, take_up_stalled_jobs
from lib.jobs import QUEUES, RETRY
from records.tasks import read_inbound_mail


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def worker(seen_ago):
    """A worker that gave its last sign of life so long ago."""
    return run(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id",
        seen_ago,
    )


@pytest.fixture
def job(db):
    """The job of one mail."""
    queue_rendered_mail(event="test/one", to="alice@acme.example", subject="Hello", text="Text")
    return ProcrastinateJob.objects.get()


def take(job, worker_id):
    """The worker has begun with the job."""
    run(
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s RETURNING id",
        worker_id,
        job.pk,
    )


def look_after(job):
    async_to_sync(take_up_stalled_jobs.func)(SimpleNamespace(app=app), 0)
    job.refresh_from_db()
    return job.status


def test_a_job_of_a_killed_worker_is_tried_again_and_the_mail_leaves(job, run_jobs, mailoutbox):
    take(job, worker("1 hour"))
    assert look_after(job) == "todo"
    run_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Hello"]


def test_a_job_whose_worker_is_gone_altogether_is_tried_again(job):
    take(job, None)
    assert look_after(job) == "todo"


def test_a_job_of_a_living_worker_is_left_alone(job):
    take(job, worker("1 second"))
    assert look_after(job) == "doing"


@pytest.mark.parametrize("status", ["succeeded", "failed", "cancelled"])
def test_what_is_over_stays_over(job, status):
    run("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s RETURNING id", job.pk)
    run("UPDATE procrastinate_jobs SET status = %s WHERE id = %s RETURNING id", status, job.pk)
    assert look_after(job) == status


def test_somebody_looks_every_minute():
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["accounts.tasks.take_up_stalled_jobs"] == "* * * * *"


def test_in_the_worker_too_a_rolled_back_transaction_leaves_no_job(db):
    with app.replace_connector(app.connector.get_worker_connector()), transaction.atomic():
        queue_rendered_mail(event="test/one", to="alice@acme.example", subject="Hello", text="Text")
        assert ProcrastinateJob.objects.count() == 1
        transaction.set_rollback(True)
    assert not ProcrastinateJob.objects.exists()


def test_every_task_has_a_queue_that_is_worked_on():
    ours = [task for task in app.tasks.values() if not task.name.startswith(("procrastinate", "builtin"))]
    assert {task.queue for task in ours} == set(QUEUES)


def test_every_job_that_fails_is_tried_again_for_some_minutes_or_comes_back_by_itself():
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    asked_for = [
        task
        for name, task in app.tasks.items()
        if not name.startswith(("procrastinate", "builtin")) and name not in periodic
    ]
    assert asked_for
    for task in asked_for:
        assert task.retry_strategy.max_attempts >= RETRY.max_attempts, task.name


@pytest.mark.parametrize(
    ("task", "arguments"),
    [
        (read_inbound_mail, {"mail_id": 10**6}),
        (import_contacts, {"import_id": 10**6}),
        (
            invite_one,
            {
                "batch": "x",
                "contact_id": 10**6,
                "user_id": None,
                "client_ip": None,
                "role_ids": [],
                "message": "",
                "asked_at": "2030-01-01T00:00:00+00:00",
            },
        ),
    ],
)
def test_a_job_whose_row_is_missing_fails(db, task, arguments):
    with pytest.raises(ObjectDoesNotExist):
        task.func(**arguments)


def test_health_tells_how_long_the_oldest_job_is_due(client, job):
    def health():
        return client.get("/healthz").text

    run(
        "UPDATE procrastinate_events SET at = now() - interval '90 seconds' WHERE job_id = %s RETURNING id",
        job.pk,
    )
    assert health() == "ok\noldest waiting job: 90 s\n"
    run(
        "UPDATE procrastinate_jobs SET scheduled_at = now() - interval "
        "'30 seconds' WHERE id = %s RETURNING id",
        job.pk,
    )
    assert health() == "ok\noldest waiting job: 30 s\n"
    run(
        "UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE id = %s RETURNING id",
        job.pk,
    )
    assert health() == "ok\noldest waiting job: 0 s\n"


def fail(job, queueing_lock=None):
    run(
        "UPDATE procrastinate_jobs SET status = 'failed', queueing_lock = %s WHERE id = %s RETURNING id",
        queueing_lock,
        job.pk,
    )


def test_a_failed_job_is_tried_again_at_a_press_in_the_administration(job, sign_in, ada):
    fail(job)
    address = reverse("admin:procrastinate_procrastinatejob_again", args=[job.pk])
    browser = sign_in(ada)
    assert "to be retried now: 1" in browser.post(address, follow=True).text
    job.refresh_from_db()
    assert job.status == "todo"
    assert "Only failed jobs can be retried, and" in browser.post(address, follow=True).text


def test_of_jobs_of_which_one_may_wait_one_is_tried_again(job, sign_in, ada):
    queue_rendered_mail(event="test/two", to="bob@acme.example", subject="Hello", text="Text")
    jobs = list(ProcrastinateJob.objects.all())
    for each in jobs:
        fail(each, "one at a time")
    chosen = {"action": "try_again", "_selected_action": [each.pk for each in jobs]}
    page = sign_in(ada).post(reverse("admin:procrastinate_procrastinatejob_changelist"), chosen, follow=True)
    assert "to be retried now: 1" in page.text
    assert sorted(ProcrastinateJob.objects.values_list("status", flat=True)) == ["failed", "todo"]
