"""Forgot your password? As the page and the job behind it answer."""

from typing import Any

from django.test import Client
from procrastinate.contrib.django import app as jobs
from procrastinate.contrib.django.models import ProcrastinateJob

TASK = "accounts.tasks.answer_forgotten_password"


def ask_for_password(browser: Client, email: str) -> Any:
    """Ask, and have the job done that looks whose address it is."""
    response = browser.post("/accounts/password/reset/", {"email": email})
    job = ProcrastinateJob.objects.filter(task_name=TASK).order_by("pk").last()
    if job:
        jobs.tasks[TASK].func(**job.args)
    return response
