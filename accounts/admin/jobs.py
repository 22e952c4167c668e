"""Background jobs: what is waiting, what failed, and trying that again."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from accounts.admin.base import ReadOnly, acts, row_of
from lib import jobs, moments
from lib.admin_parts import AdminPart, ComposedAdmin
from lib.admin_places import Place
from lib.admin_start import Figure, Warned

STATES = {
    "todo": (gettext_lazy("Waiting"), "waiting"),
    "doing": (gettext_lazy("Running"), "in_progress"),
    "succeeded": (gettext_lazy("Done"), "success"),
    "failed": (gettext_lazy("Failed"), "danger"),
    "cancelled": (gettext_lazy("Cancelled"), "neutral"),
    "aborted": (gettext_lazy("Stopped"), "neutral"),
}
"""Words, and the look of the badge."""
EVENTS = {
    "deferred": gettext_lazy("Queued"),
    "started": gettext_lazy("Started"),
    "deferred_for_retry": gettext_lazy("Will be tried again"),
    "failed": gettext_lazy("Failed"),
    "succeeded": gettext_lazy("Done"),
    "cancelled": gettext_lazy("Cancelled"),
    "abort_requested": gettext_lazy("Stop requested"),
    "aborted": gettext_lazy("Stopped"),
    "scheduled": gettext_lazy("Planned"),
}
QUEUES = {jobs.MAIL: gettext_lazy("Mail"), jobs.DEFAULT: gettext_lazy("Everything else")}
MOST_SHOWN = 4_000
"""Characters of what a job was given."""


def words_of(task_name: str) -> str:
    """What a task is called: the last part of its name, as words."""
    return task_name.rsplit(".", 1)[-1].replace("_", " ").capitalize()


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state, words) for state, (words, _look) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status=self.value()) if self.value() in STATES else queryset


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(QUEUES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(queue_name=self.value()) if self.value() in QUEUES else queryset


def again_view(model_admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    job = row_of(model_admin, request, pk)
    tell_of(model_admin, request, [job])
    return redirect("admin:procrastinate_procrastinatejob_change", job.pk)


@admin.action(description=gettext_lazy("Try the selected failed jobs again"), permissions=["retry"])
def try_again(model_admin: Any, request: HttpRequest, chosen: QuerySet[ProcrastinateJob]) -> None:
    tell_of(model_admin, request, list(chosen.filter(status="failed")))


def tell_of(model_admin: Any, request: HttpRequest, chosen: list[ProcrastinateJob]) -> None:
    """Try those again that failed, and say how many."""
    with transaction.atomic():
        failed = [job for job in chosen if jobs.try_again(job.pk)]
        for job in failed:
            model_admin.log_change(request, job, _("Tried again."))
    if failed:
        messages.success(request, _("Jobs to be retried now: %(count)s") % {"count": len(failed)})
    else:
        messages.warning(
            request, _("Only failed jobs can be retried, and only if the same job is not already waiting.")
        )


AGAIN = AdminPart(pages=(acts("again", again_view),))


@admin.register(ProcrastinateJob)
class JobAdmin(ReadOnly, ComposedAdmin[ProcrastinateJob]):
    """Rows are written by the worker alone. Who may change jobs may have a failed one tried again."""

    place = Place("logs", 3, gettext_lazy("Background jobs"), "arrow-repeat")
    start_figures = (
        Figure(
            gettext_lazy("Failed background jobs"),
            51,
            lambda _at: ProcrastinateJob.objects.filter(status="failed"),
            "status=failed",
            tone="danger",
        ),
    )
    start_warnings = (
        Warned(
            gettext_lazy(
                "No background worker has run for 15 minutes: mail and SLA targets wait."
            ),
            lambda _request, workers: workers == 0,
            lambda at: ProcrastinateWorker.objects.filter(last_heartbeat__gte=at.lately),
            query="status=todo", right="view",
        ),
    )  # fmt: skip
    parts = (AGAIN,)
    actions = (try_again,)
    list_display = ("task", "state", "attempts", "due", "job_queue")
    list_filter = (StateFilter, QueueFilter)
    search_fields = ("task_name",)
    ordering = ("-id",)
    show_full_result_count = False
    fields = readonly_fields = ("task", "state", "attempts", "due", "job_queue", "given", "events")
    change_form_template = "admin/accounts/job.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """For the page of the button; the form has no field to change."""
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A form without fields changes nothing."""

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return redirect("admin:procrastinate_procrastinatejob_change", obj.pk)

    def row_name(self, job: ProcrastinateJob) -> str:
        return words_of(job.task_name)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        may = bool(job and job.status == "failed" and self.has_change_permission(request))
        again_url = (
            reverse("admin:procrastinate_procrastinatejob_again", args=[job.pk]) if job and may else ""
        )
        own = {"again_url": again_url, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, own)

    @admin.display(description=gettext_lazy("job"), ordering="task_name")
    def task(self, job: ProcrastinateJob) -> str:
        return words_of(job.task_name)

    @admin.display(description=gettext_lazy("state"), ordering="status")
    def state(self, job: ProcrastinateJob) -> str:
        words, look = STATES.get(job.status, (job.status, "neutral"))
        return format_html('<span class="status" data-status="{}">{}</span>', look, words)

    @admin.display(description=gettext_lazy("next attempt"), ordering="scheduled_at")
    def due(self, job: ProcrastinateJob) -> str:
        return moments.ago(job.scheduled_at) if job.scheduled_at and job.status == "todo" else "–"

    @admin.display(description=gettext_lazy("queue"), ordering="queue_name")
    def job_queue(self, job: ProcrastinateJob) -> str:
        return str(QUEUES.get(job.queue_name, job.queue_name))

    @admin.display(description=gettext_lazy("input"))
    def given(self, job: ProcrastinateJob) -> str:
        text = json.dumps(job.args, indent=2, ensure_ascii=False)[:MOST_SHOWN]
        return format_html('<pre class="job-given" tabindex="0">{}</pre>', text)

    @admin.display(description=gettext_lazy("what happened"))
    def events(self, job: ProcrastinateJob) -> str:
        happened = job.procrastinateevent_set.order_by("at", "id")
        lines = (
            (EVENTS.get(event.type, event.type), moments.when(event.at)) for event in happened if event.at
        )
        return format_html('<ul class="page-list">{}</ul>', format_html_join("", "<li>{}: {}</li>", lines))
