"""Running several programs together: when one ends, or a signal comes, all end."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

PATIENCE = 25
"""Seconds that a program has to end by itself; gunicorn gives its requests 20."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Programs = dict[str, subprocess.Popen[bytes]]


class _Told(BaseException):
    """A signal came."""


def run_together(
    commands: Mapping[str, Sequence[str]], *, folder: Path, environment: Mapping[str, str]
) -> str:
    """Run the commands until one of them ends or a signal comes, and end the others. Returns which one ended
    and how; "" after a signal."""
    programs: Programs = {}
    with _signals_raised():
        try:
            try:
                for name, command in commands.items():
                    programs[name] = _start(command, folder, environment)
                name = _first_to_end(programs)
            finally:
                _ignore_signals()
        except _Told:
            name = ""
        finally:
            for program in programs.values():
                program.terminate()
            for program in programs.values():
                _end(program)
    return f"{name} ended with status {programs[name].returncode}" if name else ""


def _start(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a process group of its own: Ctrl-C reaches this process alone, which then ends the others."""
    return subprocess.Popen(command, cwd=folder, env=dict(environment), process_group=0)


def _first_to_end(programs: Programs) -> str:
    names = {program.pid: name for name, program in programs.items()}
    while (pid := _next_dead_child()) not in names:
        os.waitpid(
            pid, 0
        )  # left behind by a program, and inherited where this is the first process of a container
    return names[pid]


def _next_dead_child() -> int:
    """Its process id. It stays to be collected."""
    ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    return ended.si_pid if ended else 0


def _end(program: subprocess.Popen[bytes]) -> None:
    """Wait for the program; what is left of its group after that is killed."""
    try:
        program.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


@contextmanager
def _signals_raised() -> Iterator[None]:
    """The first signal raises, unless everything is ending already; later ones change nothing."""
    before = {number: signal.signal(number, _raise_once) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _raise_once(number: int, frame: FrameType | None) -> NoReturn:
    _ignore_signals()
    raise _Told


def _ignore_signals() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
