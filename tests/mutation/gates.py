"""Does a test fail for each gate that is switched off? ``make gates``, or for some of them alone ``make gates
ONLY=visitors``.

Each gate (tests.mutation.mutants) is switched off in a copy of the sources, and the tests that should notice
are run there until the first one fails. A mutant that survives, cannot be put in any more or breaks more than
the gate is a failure.
"""
# ruff: noqa: T201

import argparse
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from portal.embedded_postgres.server import EmbeddedServer  # noqa: E402
from tests.mutation import mutants  # noqa: E402 -- made from what the models declare
from tests.mutation.mutant import Mutant  # noqa: E402

ROOT = Path(__file__).parent.parent.parent
NOT_COPIED = (".git", ".venv", ".tox", "var", "docs", "staticfiles", "__pycache__", ".*_cache")
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name not in ("DATABASE_URL", "PORTAL_BASE_URL", "PORTAL_DATA_DIR")
}
TESTS_FAILED = 1
PATIENCE = 900
"""Seconds for the tests of one mutant."""
CULPRIT = re.compile(r"^(?:FAILED|ERROR) (\S+?::.+?)(?: - .*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Verdict:
    gate: str
    is_killed: bool
    words: str
    seconds: float

    def __str__(self) -> str:
        verdict = "killed  " if self.is_killed else "SURVIVED"
        return f"{verdict} {self.seconds:5.0f} s  {self.gate}\n                    {self.words}"


@dataclass(frozen=True)
class Laboratory:
    """A copy of the sources with a database of its own."""

    folder: Path

    def try_out(self, mutant: Mutant, left_out: list[str]) -> Verdict:
        start = time.monotonic()
        try:
            with self._mutated(mutant):
                is_killed, words = self._judge(mutant, left_out)
        except ValueError as error:
            is_killed, words = False, str(error)
        return Verdict(mutant.gate, is_killed, words, time.monotonic() - start)

    @contextmanager
    def _mutated(self, mutant: Mutant) -> Iterator[None]:
        file = self.folder / mutant.file
        before = file.read_text()
        after = mutant.put_into(before)
        compile(after, mutant.file, "exec")
        file.write_text(after)
        try:
            yield
        finally:
            file.write_text(before)

    def _judge(self, mutant: Mutant, left_out: list[str]) -> tuple[bool, str]:
        deselected = [f"--deselect={test}" for test in left_out]
        done = self.run_tests(mutant.tests, "-x", *deselected, is_new_database=mutant.is_of_the_database)
        culprit = CULPRIT.search(done.stdout)
        if done.returncode == TESTS_FAILED and culprit:
            return True, culprit[1]
        if done.returncode == 0:
            return False, f"nothing failed in {' '.join(mutant.tests)}"
        return False, f"broken, not switched off: {done.stdout[-300:]!r}"

    def run_tests(
        self, tests: Iterable[str], *options: str, is_new_database: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """A database that a migration made otherwise is another one than that of the next mutant."""
        database = "--create-db" if is_new_database else "--reuse-db"
        environment = ENVIRONMENT | {
            "TOX_PARALLEL_ENV": "anew" if is_new_database else "kept",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            "-rfE",
            "--tb=no",
            "--show-capture=no",
            database,
            *options,
        ]
        return subprocess.run(
            [*command, *dict.fromkeys(tests)],
            cwd=self.folder, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip


@contextmanager
def laboratories(count: int) -> Iterator[list[Laboratory]]:
    with tempfile.TemporaryDirectory(prefix="gates-") as folder, ExitStack() as servers:
        built = [Laboratory(Path(folder) / str(number)) for number in range(count)]
        for laboratory in built:
            shutil.copytree(ROOT, laboratory.folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
            servers.enter_context(running_server(laboratory.folder))
        yield built


@contextmanager
def running_server(folder: Path) -> Iterator[None]:
    """The copy's own embedded PostgreSQL, kept running between the runs of its tests, and gone afterwards."""
    server = EmbeddedServer.of(folder)
    server.join()
    try:
        yield
    finally:
        server.leave(os.getpid())
        shutil.rmtree(server.home, ignore_errors=True)


def failing_untouched(built: list[Laboratory], chosen: list[Mutant]) -> list[str]:
    """Tests that fail anyway would seem to notice everything, so they are not asked."""

    def failing(laboratory: Laboratory, tests: list[str]) -> list[str]:
        done = laboratory.run_tests(tests)
        found = CULPRIT.findall(done.stdout)
        if done.returncode and not found:
            raise SystemExit(f"The tests do not run as it is:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return found

    tests = list(dict.fromkeys(test for mutant in chosen for test in mutant.tests))
    with ThreadPoolExecutor(len(built)) as pool:
        shares = [share for start in range(len(built)) if (share := tests[start :: len(built)])]
        found = pool.map(failing, built, shares)
        return [test for share in found for test in share]


def judge_all(built: list[Laboratory], chosen: list[Mutant], left_out: list[str]) -> list[Verdict]:
    free: queue.Queue[Laboratory] = queue.Queue()
    for laboratory in built:
        free.put(laboratory)

    def judge(mutant: Mutant) -> Verdict:
        laboratory = free.get()
        try:
            verdict = laboratory.try_out(mutant, left_out)
        finally:
            free.put(laboratory)
        print(verdict, flush=True)
        return verdict

    with ThreadPoolExecutor(len(built)) as pool:
        try:
            return list(pool.map(judge, chosen))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="?", default="", help="a part of the names of the gates to try")
    parser.add_argument("-n", type=int, default=2, help="so many at the same time")
    options = parser.parse_args()
    chosen = [mutant for mutant in mutants.everything() if options.only in mutant.gate]
    if not chosen:
        sys.exit(f"No gate has “{options.only}” in its name.")
    start = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
    with laboratories(options.n) as built:
        left_out = failing_untouched(built, chosen)
        print(*(f"fails as it is, so it is not asked: {test}" for test in left_out), sep="\n", flush=True)
        verdicts = judge_all(built, chosen, left_out)
    survivors = [verdict for verdict in verdicts if not verdict.is_killed]
    print(
        f"\n{len(verdicts) - len(survivors)} of {len(verdicts)} gates are watched "
        f"by a test ({time.monotonic() - start:.0f} s)."
    )
    print(*survivors, sep="\n")
    return 1 if survivors or left_out or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
