import os
import shlex
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from accounts.models import Account
from portal.demo.people import PASSWORD, SIGN_INS
from portal.processes import run_together

MARKER = "PORTAL_INSTANCE"


class Command(BaseCommand):
    help = "Prepare the database and files, then run the web server and the worker until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        instance = f"{settings.BASE_DIR}:{os.environ.get('PORT', '8000')}"
        if stop_leftovers(instance):
            self.stdout.write("An earlier run of this copy on this port was ended.")
        self.prepare()
        self.announce()
        connections.close_all()
        environment = {**os.environ, MARKER: instance, "PYTHONUNBUFFERED": "1"}
        if ended := run_together(procfile(), folder=settings.BASE_DIR, environment=environment):
            raise CommandError(f"{ended}; the rest was stopped.")

    def prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO_MODE and not Account.objects.exists():
            self.stdout.write("Loading the demo ...")
            call_command("demo")

    def announce(self) -> None:
        self.stdout.write(self.style.SUCCESS(f"\nThe portal is at {settings.BASE_URL}"))
        if settings.DEMO_MODE:
            for email, who in SIGN_INS:
                self.stdout.write(f"  {email:24} {who}")
            self.stdout.write(f"  password of all of them:  {PASSWORD}")
            self.stdout.write(
                f"  mail is shown at {settings.BASE_URL}/mailbox/   administration: "
                f"{settings.BASE_URL}/admin/\n"
            )
        self.stdout.write("Ctrl-C stops it.\n")


def stop_leftovers(instance: str) -> bool:
    """End an earlier run of this copy on this port, or what was left of it when it was killed; it would hold
    the port."""
    leftovers = [process for process in psutil.process_iter() if _belongs_to(process, instance)]
    for process in leftovers:
        process.terminate()
    _, alive = psutil.wait_procs(leftovers, timeout=10)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=5)
    return bool(leftovers)


def _belongs_to(process: psutil.Process, instance: str) -> bool:
    try:
        return bool(process.environ().get(MARKER) == instance)
    except psutil.Error:
        return False


def procfile() -> dict[str, list[str]]:
    lines = (Path(settings.BASE_DIR) / "Procfile").read_text().splitlines()
    return {name: shlex.split(command) for name, _, command in (line.partition(":") for line in lines)}
