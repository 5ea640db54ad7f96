"""Runs commands one after the other, and says what they and everything that they started have used.

A process of its own, `python -m bench.watch LOG`, because a system adds processor time up for the parent of what has
ended. On Linux it is also the parent of processes that outlive their own (PR_SET_CHILD_SUBREAPER), so nothing is missed
there. Elsewhere the time of what nobody waits for is missing.

It reads the steps from standard input and writes the outcome to standard output, both as JSON; what the commands print
goes to the file LOG.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import IO, Any, Final

import psutil

from local.policy_pack import POLICED

#: Seconds between two looks at the processes. Each look costs some milliseconds, which count for nobody.
_INTERVAL: Final = 0.1

#: Seconds that what was started may go on after the last command has ended.
_PATIENCE: Final = 10.0

#: Linux: whoever sets this becomes the parent of descendants that lose theirs (linux/prctl.h).
_PR_SET_CHILD_SUBREAPER: Final = 36

_MIB: Final = 1024 * 1024

#: What the command line of a Python holds -> what it is. The engine starts one for the program, one for the policies,
#: and one that lists the packages.
_PYTHONS: Final = {
    "pulumi-language-python-exec": "program",
    f"{POLICED['PULUMI_OPTION_POLICY_PACK']} ": "policy pack",
    "-m pip ": "pip list",
}


class Sampler(Thread):
    """Looks again and again at all that this process has started.

    Attributes:
        peak: the largest sum of resident memory, in bytes.
    """

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._done = Event()
        self._seen: dict[tuple[int, float], tuple[str, float]] = {}

    def run(self) -> None:
        """Look until `finish` is called."""
        while not self._done.wait(_INTERVAL):
            self._look()

    def finish(self) -> None:
        """Look no more."""
        self._done.set()
        self.join()

    def programs(self) -> dict[str, float]:
        """Return each program with the processor time, in seconds, that was seen of it."""
        totals: defaultdict[str, float] = defaultdict(float)
        for name, seconds in self._seen.values():
            totals[name] += seconds
        return dict(totals)

    def _look(self) -> None:
        resident = 0
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error), process.oneshot():
                times = process.cpu_times()
                resident += process.memory_info().rss
                key = (process.pid, process.create_time())
                name = program_of(process) or self._seen.get(key, (process.name(), 0.0))[0]
                self._seen[key] = (name, times.user + times.system)
        self.peak = max(self.peak, resident)


def program_of(process: psutil.Process) -> str:
    """Return the name of a process's program; of Python, what it runs where that is known; empty if it has ended.

    From its command line, since the system cuts its own name of a process off.
    """
    words = process.cmdline()
    name = Path(words[0]).name if words else ""
    if not name.startswith("python"):
        return name
    line = " ".join(words)
    return next((title for mark, title in _PYTHONS.items() if mark in line), name)


def main() -> None:
    """Run the steps that standard input holds, until one fails."""
    _adopt_orphans()
    signal.signal(signal.SIGTERM, _end_everything)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this decides
    steps: list[dict[str, Any]] = json.load(sys.stdin)
    sampler = Sampler()
    sampler.start()
    begin = time.monotonic()
    with Path(sys.argv[1]).open("ab") as log:
        failed = next((step["command"] for step in steps if _run(step, log) not in step["accepted"]), None)
    wall = time.monotonic() - begin
    _collect()
    sampler.finish()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    largest = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    cost = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "memory": max(sampler.peak, largest) / _MIB,
        "programs": sampler.programs(),
    }
    json.dump({"cost": cost, "failed": failed}, sys.stdout)


def _run(step: Mapping[str, Any], log: IO[bytes]) -> int:
    command: list[str] = step["command"]
    log.write(f"$ {' '.join(command)}\n".encode())
    log.flush()
    with Path(step["output"]).open("wb") if step["output"] else contextlib.nullcontext(log) as output:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=output, stderr=log)


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _collect() -> None:
    """Wait for all that is left of what was started, and end what does not end by itself."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if time.monotonic() > deadline:
            _kill_children()
        if pid == 0:
            time.sleep(0.01)


def _kill_children() -> None:
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()


def _end_everything(_number: int, _frame: FrameType | None) -> None:
    _kill_children()
    os._exit(1)


if __name__ == "__main__":
    main()
