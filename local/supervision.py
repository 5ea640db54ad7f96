"""What the supervisors of a sandbox and of a real node do alike."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from local.paths import PROJECT
from local.processes import PidFile


def start_supervisor(command: Sequence[str], log_file: Path, pid_file: PidFile) -> None:
    """Start a process that outlives this run, and name it in a file.

    Arguments:
        command: its command line.
        log_file: what it prints is appended to this file.
        pid_file: names it.
    """
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    pid_file.write(process.pid)
    process.returncode = 0  # it outlives this run, so Python need not warn that nobody waits for it


def stop_requested() -> Event:
    """Return what is set once SIGTERM, SIGINT or SIGHUP asks this process to end."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop


def log(line: str) -> None:
    """Print a line on standard error, with the time and this process's number."""
    print(f"{time.strftime('%H:%M:%S')} [{os.getpid()}] {line}", file=sys.stderr, flush=True)
