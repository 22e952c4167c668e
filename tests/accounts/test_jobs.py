"""Jobs whose worker was killed in the middle are done all the same; those under way are left alone."""

from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.actions.mail import queue_rendered_mail
from accounts.tasks import take_up_stalled_jobs


def run(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def worker(seen_ago):
    """A worker that gave its last sign of life so long ago."""
    return run("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id", seen_ago)


@pytest.fixture
def job(db):
    """The job of one mail."""
    queue_rendered_mail(event="test/one", to="alice@acme.example", subject="Hello", text="Text")
    return ProcrastinateJob.objects.get()


def take(job, worker_id):
    """The worker has begun with the job."""
    run("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE id = %s RETURNING id", worker_id, job.pk)


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
