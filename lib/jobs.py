"""Background jobs. A job belongs to the transaction that defers it, on the web and in the worker alike.

procrastinate's own ``defer`` differs between the two: in the worker it commits at once, on a connection of
its own. Another slot could then take a job whose row is not there yet, and a rolled-back transaction would
leave its jobs behind.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, Model, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager

from lib.locks import locked_by_key

M = TypeVar("M", bound=Model)

MAIL = "mail"
"""The queue of what talks to a mail server. A slow one holds up nothing else."""

DEFAULT = "default"
QUEUES = (MAIL, DEFAULT)
URGENT = 10
"""Priority of what a person is waiting for, such as a sign-in code."""

RETRY = RetryStrategy(max_attempts=6, exponential_wait=3)
"""Again after 3, 9, 27, 81, 243 and 729 seconds. Every task that is not periodic has this strategy or a more
patient one."""

OLDEST_WAITING = """
SELECT coalesce(extract(epoch FROM now() - min(coalesce(job.scheduled_at, event.at))), 0)
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'
WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
"""
"""A job without a time is due from the moment it is deferred; a failed one is given the time of its next
attempt."""

UNFINISHED = ("todo", "doing")


def defer(task: str, *, priority: int = 0, **arguments: Any) -> None:
    """Have ``task`` run with these arguments (JSON values) once the current transaction is committed."""
    _deferrer(task, priority).defer(**arguments)


def defer_each(task: str, arguments: Iterable[Mapping[str, Any]]) -> None:
    """A job for each of these sets of arguments."""
    if rows := [dict(row) for row in arguments]:
        _deferrer(task, 0).batch_defer(*rows)


def without_job(rows: QuerySet[M], task: str, argument: str) -> QuerySet[M]:
    """Those of the rows whose primary key is the ``argument`` of no unfinished job of ``task``."""
    of_row = Cast(KeyTextTransform(argument, "args"), BigIntegerField())
    jobs = ProcrastinateJob.objects.filter(task_name=task, status__in=UNFINISHED).annotate(of_row=of_row)
    return rows.exclude(Exists(jobs.filter(of_row=OuterRef("pk"))))


def forget_jobs(task: str) -> None:
    """Remove the waiting jobs of ``task``."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = %s AND status = 'todo'", [task])


async def take_up_stalled(manager: JobManager) -> None:
    """Jobs whose worker was killed in the middle are tried again; each of our jobs may run twice without
    harm."""
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)


def try_again(pk: int) -> bool:
    """Have a failed job run once more, now. False: it has not failed, or no longer, or the same is waiting
    to be done, and at most one may wait."""
    with transaction.atomic():
        job = locked_by_key(ProcrastinateJob, pk)
        may_wait = job.status == "failed" and not _same_waits(job)
        if may_wait:
            _MANAGER.retry_job_by_id(job.pk, timezone.now(), job.priority, job.queue_name, job.lock)
    return may_wait


def _same_waits(job: ProcrastinateJob) -> bool:
    waiting = ProcrastinateJob.objects.filter(status="todo", queueing_lock=job.queueing_lock)
    return bool(job.queueing_lock) and waiting.exists()


def oldest_waiting_seconds() -> int:
    """For how long the job that is due longest has been waiting; 0 when none is due."""
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_WAITING)
        return int(cursor.fetchone()[0])


def _deferrer(task: str, priority: int) -> JobDeferrer:
    configured = app.configure_task(task, allow_unknown=False, priority=priority)
    return JobDeferrer(job_manager=_MANAGER, job=configured.job)


_MANAGER = JobManager(DjangoConnector())
