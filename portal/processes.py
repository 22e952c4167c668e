"""Running several programs together: when one ends, or a signal comes, all end."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 25
"""Seconds that a program has to end by itself; gunicorn gives its requests 20."""

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def run_together(
    commands: Mapping[str, Sequence[str]], *, folder: Path, environment: Mapping[str, str]
) -> str:
    """Run the commands until one of them ends or a signal comes, and end the others. Returns which one ended
    and how; "" after a signal."""
    programs: dict[str, subprocess.Popen[bytes]] = {}
    with _arriving_signals() as arrivals:
        for name, command in commands.items():
            programs[name] = _start(command, folder, environment)
        ended = ""
        while not ended and not _is_told_to_stop(arrivals):
            ended = next((name for name, program in programs.items() if program.poll() is not None), "")
        for program in programs.values():
            program.terminate()
        for program in programs.values():
            _end(program)
    return f"{ended} ended with status {programs[ended].returncode}" if ended else ""


def _start(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """In a process group of its own: Ctrl-C reaches this process alone, which then ends the others."""
    return subprocess.Popen(command, cwd=folder, env=dict(environment), process_group=0)


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
def _arriving_signals() -> Iterator[socket.socket]:
    """A socket from which the number of each signal can be read, of a child that ended too. None gets lost,
    whatever this process is doing when it comes."""
    arrivals, sender = socket.socketpair()
    sender.settimeout(0)
    numbers = (*SIGNALS, signal.SIGCHLD)
    with arrivals, sender:
        handlers = {number: signal.signal(number, lambda *_: None) for number in numbers}
        wakeup = signal.set_wakeup_fd(sender.fileno(), warn_on_full_buffer=False)
        try:
            yield arrivals
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def _is_told_to_stop(arrivals: socket.socket) -> bool:
    """Wait for the next signals. A child that ended is none of those that stop."""
    return any(number in SIGNALS for number in arrivals.recv(64))
