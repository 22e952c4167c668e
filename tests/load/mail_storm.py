"""Does every mail leave once while everything around it is restarted? ``python -m tests.load.mail_storm
--minutes 60``

A PostgreSQL of its own, a real worker that is started again whenever it ends, and a mail server. Mails are
queued by pages and inside jobs; meanwhile, at random: the worker is killed or told to stop, PostgreSQL
crashes and comes back, the mail server refuses, keeps silent, or cuts the line after it took a message. Then
everything is left in peace, and what arrived is compared with what was acknowledged. Ends with status 1 if a
mail is missing, is still waiting, or came twice for no reason.
"""
# ruff: noqa: T201, S311

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from portal.embedded_postgres.server import SYSTEM_FOLDER, SYSTEM_USER, EmbeddedServer
from tests.accounts.post_office import PostOffice

AFTERMATH = 240
"""Seconds of peace at the end: attempts are repeated after 3, 9, 27, 81 ... seconds, and killed workers are
missed after 30."""


class Supervised:
    """A worker that is started again whenever it ends, as systemd does."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.is_over = False
        self._start()
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()

    def _start(self) -> None:
        self.process = subprocess.Popen([sys.executable, "manage.py", "worker"], stderr=subprocess.DEVNULL)

    def _watch(self) -> None:
        while True:
            self.statuses.append(self.process.wait())
            if self.is_over:
                return
            time.sleep(2)
            self._start()

    def send(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self) -> None:
        self.is_over = True
        self.process.terminate()
        self.thread.join()


@contextmanager
def database(home: Path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(home / "postgres", owner=SYSTEM_USER if os.geteuid() == 0 else None)
    server.join()
    os.environ["DATABASE_URL"] = f"postgres://portal@{quote(str(server.socket_folder), safe='')}/portal"
    yield server


def crash(server: EmbeddedServer) -> None:
    postmaster = int((server.data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGQUIT)
    time.sleep(random.uniform(1, 15))
    server.join()


class Queue:
    """Queues mails all the time; ``acknowledged`` holds the Message-IDs of those whose transaction was
    committed."""

    def __init__(self) -> None:
        from accounts.actions.mail import queue_rendered_mail  # noqa: PLC0415 -- Django is set up by now

        self.queue = queue_rendered_mail
        self.acknowledged: list[str] = []
        self.is_over = False
        self.thread = threading.Thread(target=self._fill)
        self.thread.start()

    def _fill(self) -> None:
        from django.db import Error, connection  # noqa: PLC0415

        number = 0
        while not self.is_over:
            number += 1
            try:
                mail = self.queue(
                    event="cases/reply", to=f"p{number}@acme.example", subject=f"{number}", text="Text"
                )
            except Error:
                connection.close()
            else:
                self.acknowledged.append(mail.message_id)
            time.sleep(0.2)

    def stop(self) -> None:
        self.is_over = True
        self.thread.join()


def import_people(manager: Any, number: int) -> None:
    from accounts.actions.contact_imports import check_import, start_import  # noqa: PLC0415
    from accounts.actors import Actor  # noqa: PLC0415

    rows = "".join(f"P{n},Poe,p{number}-{n}@acme.example\n" for n in range(30))
    actor = Actor(user=manager.user, contact=manager)
    checked = check_import(
        actor=actor, file_name="people.csv", content=f"First name,Last name,E-mail\n{rows}".encode()
    )
    start_import(actor=actor, contact_import=checked)


def misfortunes(
    server: EmbeddedServer, worker: Supervised, office: PostOffice
) -> dict[str, Callable[[], None]]:
    def refuse() -> None:
        office.is_refusing = True
        time.sleep(random.uniform(1, 20))
        office.is_refusing = False

    def keep_silent() -> None:
        with office.silent():
            time.sleep(random.uniform(1, 40))

    def cut_off() -> None:
        office.cuts_off = lambda message_id: office.deliveries[message_id] == 1
        time.sleep(random.uniform(0.5, 3))
        office.cuts_off = lambda _message_id: False

    return {
        "worker killed": lambda: worker.send(signal.SIGKILL),
        "worker stopped": lambda: worker.send(signal.SIGTERM),
        "PostgreSQL crashed": lambda: crash(server),
        "mail server refuses": refuse,
        "mail server silent": keep_silent,
        "mail server cuts off": cut_off,
    }


def storm(server: EmbeddedServer, office: PostOffice, seconds: float) -> bool:
    from django.db import Error, connection  # noqa: PLC0415

    from accounts.models import OutgoingMail  # noqa: PLC0415
    from tests.factories import make_account, make_contact  # noqa: PLC0415

    manager = make_contact(
        "Bob", make_account("Acme Foods", email_domains=["acme.example"]), "Portal User Manager"
    )
    worker, queue = Supervised(), Queue()
    what_can_happen = misfortunes(server, worker, office)
    happened: dict[str, int] = dict.fromkeys(what_can_happen, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(Error):
            import_people(manager, sum(happened.values()))
        connection.close()
        name = random.choice(list(what_can_happen))
        what_can_happen[name]()
        happened[name] += 1
        time.sleep(random.uniform(1, 15))
    queue.stop()
    print("in peace again", happened, flush=True)
    quiet = time.monotonic() + AFTERMATH
    while time.monotonic() < quiet and OutgoingMail.objects.filter(status="waiting").exists():
        time.sleep(2)
    worker.stop()
    return report(queue, office, worker, happened)


def report(queue: Queue, office: PostOffice, worker: Supervised, happened: dict[str, int]) -> bool:
    from accounts.models import OutgoingMail  # noqa: PLC0415

    mails = set(OutgoingMail.objects.values_list("message_id", flat=True))
    lost = (mails | set(queue.acknowledged)) - set(office.deliveries)
    waiting = OutgoingMail.objects.exclude(status="sent").count()
    repeated = {message_id for message_id, count in office.deliveries.items() if count > 1}
    unexplained = repeated - office.cut_off
    possible = 4 * (happened["worker killed"] + happened["PostgreSQL crashed"])
    print(
        f"{len(mails)} mails, {len(queue.acknowledged)} of them from pages; {len(office.deliveries)} arrived."
    )
    print(
        f"lost {len(lost)}, not sent {waiting}, of no committed transaction "
        f"{len(set(office.deliveries) - mails)}"
    )
    print(
        f"twice, with the same Message-ID: {len(repeated)}, of these cut off "
        f"{len(repeated & office.cut_off)}, else {len(unexplained)}"
    )
    print(f"the worker ended {len(worker.statuses)} times: {sorted(set(worker.statuses))}")
    return not lost and not waiting and len(unexplained) <= possible


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    arguments = parser.parse_args()
    home = SYSTEM_FOLDER if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(dir=home) as folder, PostOffice().opened() as office:
        Path(folder).chmod(0o755)
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": "only-for-tests",
            "PORTAL_DATA_DIR": str(Path(folder) / "data"),
            "EMAIL_URL": f"smtp://127.0.0.1:{office.port}",
            "LOG_LEVEL": "ERROR",
        }
        with database(Path(folder)) as server:
            import django  # noqa: PLC0415
            from django.core.management import call_command  # noqa: PLC0415

            django.setup()
            call_command("migrate", verbosity=0)
            return 0 if storm(server, office, arguments.minutes * 60) else 1


if __name__ == "__main__":
    sys.exit(main())
