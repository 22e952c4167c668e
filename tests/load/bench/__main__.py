"""What a page costs, as a multiple of a bare Django page of 25 rows measured in the same minute (floor.py).

``make bench``. The databases are filled once and kept beside the demo's. BENCH_SIZES=1000,1000000 for other
sizes. Linux only: the kernel's own account of CPU time is read. Ends with status 1 when a page costs more
than its bar.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from portal.embedded_postgres.server import EmbeddedServer

CHECKOUT = Path(__file__).resolve().parents[3]
SIZES = [int(size) for size in os.environ.get("BENCH_SIZES", "1000,100000").split(",")]
BARS = {
    "case list": (1.5, 5, 5_000),
    "case": (1.6, 7, None),
    "loan list": (1.5, 5, 5_000),
    "loan": (1.6, 7, None),
    "invoices": (1.5, 5, 5_000),
    "forum": (1.5, 7, 5_000),
    "forum index": (1.2, 4, None),
    "topic": (1.4, 6, None),
    "home": (1.5, 9, None),
    **dict.fromkeys(
        ("desk", "desk: mine", "desk: late", "desk: queue", "desk: closed", "desk: page 40"), (2.4, 8, None)
    ),
    "desk: search": (2.4, 9, None),
    "desk case": (4, 14, None),
}
"""Page → at most so many times the floor, statements, bytes as they are sent."""
NOT_YET = frozenset({"forum index", "topic", "home"})
"""What these are over is told, and fails nothing."""
GROWTH = 1.15
"""At most so many times as much in the largest database as in the smallest."""
ROUNDS, REQUESTS, FIRST_PORT = 5, 60, 8410
SERVER = [
    sys.executable,
    "-m",
    "gunicorn",
    "--workers",
    "1",
    "--threads",
    "2",
    "--worker-class",
    "gthread",
    "--no-control-socket",
]
AS_SHIPPED = ["--config", "portal/gunicorn.py"]
"""The portal runs with its own settings, but for the number of workers and threads."""


class Running:
    """A gunicorn with one worker, and the database that it works with."""

    def __init__(self, application: str, database: str, port: int, server: EmbeddedServer) -> None:
        self.port, self.database, self.server = port, database, server
        settings = AS_SHIPPED if application.startswith("portal") else []
        command = [*SERVER, *settings, "--bind", f"127.0.0.1:{port}", application]
        self.master = subprocess.Popen(command, cwd=CHECKOUT, env=environment_of(server, database))

    def stop(self) -> None:
        self.master.terminate()
        self.master.wait(timeout=30)

    def memory(self) -> float:
        """MiB of the worker that nobody shares with it."""
        return (
            sum(child.memory_full_info().uss for child in psutil.Process(self.master.pid).children()) / 2**20
        )

    def cpu(self) -> dict[int, int]:
        """Process → nanoseconds that it has worked: the worker, and PostgreSQL's processes that serve it."""
        with connected(self.server) as database:
            found = database.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s", [self.database]
            ).fetchall()
        workers = [child.pid for child in psutil.Process(self.master.pid).children()]
        return {pid: _nanoseconds(pid) for pid in [*workers, *(pid for (pid,) in found)]}

    def cost(self, address: str, cookie: str) -> float:
        """Milliseconds of CPU time a request."""
        before = self.cpu()
        self.ask(address, cookie, REQUESTS)
        after = self.cpu()
        return sum(spent - before.get(pid, 0) for pid, spent in after.items()) / REQUESTS / 1e6

    def ask(self, address: str, cookie: str, times: int) -> None:
        line = HTTPConnection("127.0.0.1", self.port, timeout=60)
        for _request in range(times):
            line.request("GET", address, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            answer = line.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{address} answered {answer.status}")
        line.close()

    def wait(self) -> None:
        for _try in range(100):
            try:
                HTTPConnection("127.0.0.1", self.port, timeout=5).connect()
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise SystemExit(f"No server came up on port {self.port}.")


def _nanoseconds(pid: int) -> int:
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks)


@contextmanager
def connected(server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(
        host=str(server.socket_folder), user="portal", dbname="postgres", autocommit=True
    ) as connection:
        yield connection


def environment_of(server: EmbeddedServer, database: str) -> dict[str, str]:
    url = f"postgres://portal@{quote(str(server.socket_folder), safe='')}/{database}"
    names = {
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-the-benchmark",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    return {**os.environ, **names, "PYTHONWARNINGS": "ignore"}


def ready(server: EmbeddedServer, database: str, module: str, **more: str) -> str:
    """Make the database if need be, have ``module`` fill it, and return what it says."""
    with connected(server) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            connection.execute(f'CREATE DATABASE "{database}"')
    environment = {**environment_of(server, database), **more}
    return subprocess.run(
        [sys.executable, "-m", module],
        cwd=CHECKOUT,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def measure(server: EmbeddedServer) -> list[dict]:
    with ExitStack() as running:

        def start(application: str, database: str, port: int) -> Running:
            started = Running(application, database, port, server)
            running.callback(started.stop)
            started.wait()
            return started

        floor_cookie = ready(server, "bench_floor", "tests.load.bench.floor")
        floor = start("tests.load.bench.floor", "bench_floor", FIRST_PORT)
        targets = []
        for place, size in enumerate(SIZES, start=1):
            print(f"Preparing {size:,} cases ...", flush=True)
            database = f"bench_{size}"
            described = json.loads(
                ready(server, database, "tests.load.bench.portal_rows", BENCH_CASES=str(size))
            )
            portal = start("portal.wsgi", database, FIRST_PORT + place)
            targets += [{**target, "cases": size, "portal": portal, "ratios": []} for target in described]
        for target in targets:
            target["portal"].ask(target["address"], target["cookie"], 10)
        floor.ask("/rows/", floor_cookie, 20)
        take_turns(floor, floor_cookie, targets)
        return [{**target, "memory": target["portal"].memory()} for target in targets]


def take_turns(floor: Running, cookie: str, targets: list[dict]) -> None:
    """The floor is measured before and after each page: a noisy neighbour disturbs both."""
    for _round in range(ROUNDS):
        before = floor.cost("/rows/", cookie)
        for target in random.sample(targets, len(targets)):
            spent = target["portal"].cost(target["address"], target["cookie"])
            after = floor.cost("/rows/", cookie)
            target["ratios"].append(spent / ((before + after) / 2))
            before = after


def report(targets: list[dict]) -> list[str]:
    """Print the table; returns what is over its bar."""
    print(
        f"\n{'page':14} {'reader':6} {'cases':>9} {'CPU x':>6} {'(min-max)':>12} "
        f"{'SQL':>4} {'bytes':>7} {'MiB':>5}"
    )
    missed = []
    for target in targets:
        ratios = target["ratios"]
        target["cpu"] = cpu = statistics.median(ratios)
        span = f"{min(ratios):.2f}-{max(ratios):.2f}"
        name = f"{target['page']:14} {target['reader']:6} {target['cases']:>9,}"
        print(f"{name} {cpu:6.2f} {span:>12} {target['sql']:>4} {target['size']:>7,} {target['memory']:5.0f}")
        most, statements, size = BARS[target["page"]]
        checks = {
            "CPU": cpu > most,
            "SQL": target["sql"] > statements,
            "bytes": size and target["size"] > size,
        }
        over = [f"{name}: {what}" for what, is_over in checks.items() if is_over]
        if target["page"] not in NOT_YET:
            missed += over
        else:
            print(*(f"Not within its bar yet: {line}" for line in over), sep="\n")
    return missed + grown(targets)


def grown(targets: list[dict]) -> list[str]:
    """Pages that cost more because there are more cases."""
    costs = {(target["page"], target["reader"], target["cases"]): target["cpu"] for target in targets}
    least, most = min(SIZES), max(SIZES)
    pairs = [(page, reader) for page, reader, cases in costs if cases == least]
    return [
        f"{page} {reader}: grows"
        for page, reader in pairs
        if costs[page, reader, most] > GROWTH * costs[page, reader, least]
    ]


def main() -> None:
    server = EmbeddedServer.of(CHECKOUT)
    server.join()
    missed = report(measure(server))
    for line in missed:
        print(f"Over its bar: {line}")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
