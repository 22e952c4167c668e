import asyncio
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lib.jobs import DEFAULT, MAIL, QUEUES
from portal.worker import Worker

SLOTS = {MAIL: 4, DEFAULT: 2}


class Command(BaseCommand):
    help = "Do background jobs until SIGTERM or Ctrl-C. Jobs in hand are finished first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--queue", choices=QUEUES, help="only the jobs of this queue; without it those of all"
        )
        for queue, count in SLOTS.items():
            parser.add_argument(
                f"--{queue}-slots",
                type=int,
                default=count,
                help=f"jobs of the queue at a time (default {count})",
            )

    def handle(self, *args: Any, **options: Any) -> None:
        queues = [options["queue"]] if options["queue"] else QUEUES
        asyncio.run(Worker({queue: options[f"{queue}_slots"] for queue in queues}).run())
