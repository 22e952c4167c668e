from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from records.inbound.mailbox import Trouble, fetch


class Command(BaseCommand):
    help = "Fetch what has arrived in the mailbox (MAIL_IN_IMAP_URL), as the worker does every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MAIL_IN_IMAP_URL:
            raise CommandError("MAIL_IN_IMAP_URL is not set.")
        try:
            count = fetch(settings.MAIL_IN_IMAP_URL)
        except Trouble as error:
            raise CommandError(f"The mailbox cannot be fetched: {error}") from error
        self.stdout.write(f"{count} messages")
