"""Processes by their pid files, and never another program's that was given the same number since."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from local.waiting import holds_within


def is_alive(pid: int) -> bool:
    """Tell whether process `pid` runs; one that has ended and waits for its parent (a zombie) does not."""
    try:
        return psutil.Process(pid).status() not in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}
    except psutil.NoSuchProcess:
        return False


def command_line(pid: int) -> str:
    """Return the command line of process `pid`, its arguments joined by spaces; empty if there is no such process."""
    try:
        return " ".join(psutil.Process(pid).cmdline()).strip()
    except psutil.Error:
        return ""


def with_environment(setting: str, program: str) -> list[int]:
    """Return the processes that were started with an environment setting and whose command line holds `program`.

    Arguments:
        setting: for example `PULUMI_HOME=/a/folder`.
        program: part of a program's name, so that a person's shell with the same setting is not among them.
    """
    name, _, value = setting.partition("=")
    return [
        process.pid
        for process in psutil.process_iter()
        if _environment(process).get(name) == value and program in command_line(process.pid)
    ]


def _environment(process: psutil.Process) -> Mapping[str, str]:
    """Return a process's environment; empty where the system does not show it."""
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def with_output(file: Path) -> list[int]:
    """Return the processes whose standard output is a file, where the system shows that (Linux).

    psutil names open files by path and number only where they are regular ones, and not whether one is the output.
    """
    found: list[int] = []
    for pid in psutil.pids():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/fd/1").samefile(file):
                found.append(pid)
    return found


def child_of(pid: int) -> int | None:
    """Return a child of process `pid`; `None` if it has none."""
    try:
        return next((child.pid for child in psutil.Process(pid).children()), None)
    except psutil.Error:
        return None


class PidFile:
    """A file that names the process of one instance.

    Arguments:
        path: the file; its text is the pid.
        mark: text that the process's command line holds, such as the instance's folder. A process without it is another
            program that was given the number after a reboot.
    """

    def __init__(self, path: Path, mark: str) -> None:
        self.path = path
        self._mark = mark

    def write(self, pid: int) -> None:
        """Name `pid`, all at once, so that a reader never sees half a number."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(pid), encoding="utf-8")
        fresh.replace(self.path)

    def running(self) -> int | None:
        """Return the pid if that very process runs."""
        try:
            pid = int(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return pid if is_alive(pid) and self._mark in command_line(pid) else None

    def forget_if_dead(self) -> None:
        """Remove the file if its process is gone."""
        if self.running() is None:
            self.path.unlink(missing_ok=True)

    def end(self, grace_seconds: float) -> None:
        """Ask the process to end, make it end after `grace_seconds`, wait for it and remove the file."""
        pid = self.running()
        if pid is not None:
            terminate(pid, grace_seconds)
        self.path.unlink(missing_ok=True)


class Owner:
    """The process that a local environment belongs to.

    Arguments:
        pid: its number, while it still runs.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._command_line = command_line(pid)

    def lives(self) -> bool:
        """Tell whether that very process still runs, and not another that was given its number."""
        return is_alive(self._pid) and command_line(self._pid) == self._command_line


def terminate(pid: int, grace_seconds: float) -> None:
    """End process `pid`: SIGTERM, then SIGKILL after `grace_seconds`; returns when it is gone.

    Works for children of this process and for any other.
    """
    for number, seconds in ((signal.SIGTERM, grace_seconds), (signal.SIGKILL, 10.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        if gone_within(pid, seconds):
            return


def gone_within(pid: int, seconds: float) -> bool:
    """Wait until process `pid` is gone, at most `seconds`; tell whether it is."""

    def is_gone() -> bool:
        with contextlib.suppress(ChildProcessError):  # collects it if it is a child of ours
            os.waitpid(pid, os.WNOHANG)
        return not is_alive(pid)

    return holds_within(seconds, is_gone, pause=0.02)


def answer_of(
    command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command that asks nobody to its end, and return its exit code and what it printed.

    Arguments:
        command: its words.
        environment: its whole environment; default: this process's.
        folder: its working directory; default: this process's.
        text: its standard input. Default: empty.
    """
    return subprocess.run(command, env=environment, cwd=folder, input=text, capture_output=True, text=True, check=False)
