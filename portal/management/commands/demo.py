from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.actions.mail import SEND_MAIL
from accounts.models import OutgoingMail
from lib.jobs import forget_jobs
from portal.demo.people import deactivate_those_who_left, is_loaded, load_people
from portal.demo.site import load_site
from records.demo import Calendar, DemoWorld
from records.surfaces import surfaces

MAIL_KEPT = timedelta(days=14)


class Command(BaseCommand):
    help = "Load the demo: a vendor, its customers and what they share. A second call changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.IS_HTTPS:
            raise CommandError(
                "The demo's passwords are public. It is not loaded into an "
                "installation that has an https address."
            )
        if is_loaded():
            self.stdout.write("The demo is loaded already.")
            return
        with transaction.atomic():
            load_demo()
        self.stdout.write(self.style.SUCCESS("The demo is loaded."))


def load_demo() -> None:
    calendar = Calendar()
    load_site(calendar)
    world = DemoWorld(load_people(), calendar)
    for surface in surfaces():
        if surface.demo:
            import_string(surface.demo)(world)
    deactivate_those_who_left(world.people)
    _file_mail()


def _file_mail() -> None:
    """What was mailed in the demo's past has arrived long ago, and no job is left to do; the latest is kept
    for the mailbox page."""
    forget_jobs(SEND_MAIL)
    OutgoingMail.objects.filter(created_at__lt=timezone.now() - MAIL_KEPT).delete()
    OutgoingMail.objects.update(status=OutgoingMail.Status.SENT, sent_at=F("created_at"), attempts=1)
