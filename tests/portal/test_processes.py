"""The web server and the worker run together: none goes on without the other, and none is left behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from portal.management.commands.serve import procfile

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60

PROGRAM = """
import os, signal, sys
if sys.argv[1].startswith("stubborn"):
    signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"told\\n"))
if child := os.fork():
    os.write(1, f"{os.getpid()} {child}\\n".encode())
while True:
    signal.pause()
"""
"""Prints its process id and that of a child of its own, and waits for ever. A stubborn one prints that it
was told to end, and goes on."""

SUPERVISOR = f"""
import os, pathlib, sys
from portal import processes
processes.PATIENCE = 1
commands = {{word: [sys.executable, "-c", {PROGRAM!r}, word] for word in sys.argv[1:]}}
print(repr(processes.run_together(commands, folder=pathlib.Path("/"), environment=os.environ)), flush=True)
"""


class Supervisor:
    def __init__(self, *programs: str) -> None:
        command = [sys.executable, "-c", SUPERVISOR, *programs]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        assert self.process.stdout
        self.programs = [[int(pid) for pid in self.process.stdout.readline().split()] for _ in programs]

    def result(self) -> str:
        out, _ = self.process.communicate(timeout=PATIENCE)
        return str(out.removeprefix("told\n").strip())

    @property
    def left_behind(self) -> list[int]:
        return [pid for pids in self.programs for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything(number):
    running = Supervisor("web", "worker")
    running.process.send_signal(number)
    assert running.result() == "''"
    assert running.left_behind == []


def test_when_one_ends_the_others_do_too_and_it_is_named():
    running = Supervisor("web", "worker")
    killed = running.programs[1][0]
    os.kill(killed, signal.SIGKILL)
    assert running.result() in ("'web ended with status -9'", "'worker ended with status -9'")
    assert running.left_behind == []


def test_it_ends_when_all_are_killed_at_once():
    running = Supervisor("web", "worker")
    for pids in running.programs:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    assert "ended with status -9" in running.result()
    assert running.left_behind == []


def test_what_does_not_want_to_end_is_killed():
    running = Supervisor("stubborn", "worker")
    running.process.send_signal(signal.SIGTERM)
    assert running.result() == "''"
    assert running.left_behind == []


def test_a_second_signal_does_not_leave_programs_behind():
    running = Supervisor("stubborn", "worker")
    for _ in range(5):
        running.process.send_signal(signal.SIGINT)
    assert running.result() == "''"
    assert running.left_behind == []


def test_a_signal_while_the_others_are_ended_does_not_leave_them_behind():
    running = Supervisor("stubborn web", "stubborn worker")
    os.kill(running.programs[1][0], signal.SIGKILL)
    assert running.process.stdout.readline() == "told\n"
    running.process.send_signal(signal.SIGINT)
    assert "ended with status -9" in running.result()
    assert running.left_behind == []


def test_what_is_served_is_the_web_server_and_the_worker():
    assert {name: command[:3] for name, command in procfile().items()} == {
        "web": ["gunicorn", "--config", "portal/gunicorn.py"],
        "worker": ["python", "manage.py", "worker"],
    }
