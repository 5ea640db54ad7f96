"""Measuring commands: processor time and memory of everything that they start."""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.cost import Cost, Step
from local.errors import SandboxError
from local.paths import PROJECT
from local.processes import terminate

#: How many lines of a failed command's output are shown.
_SHOWN_LINES: Final = 20


def measured(steps: Iterable[Step], environment: Mapping[str, str], log: Path) -> Cost:
    """Run steps one after the other, and return what all that they started has used.

    Arguments:
        steps: what is run.
        environment: the whole environment that it runs in.
        log: what the commands print is appended to this file.

    Raises:
        SandboxError: if a step fails: the command, and the end of what it printed.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.watch", str(log)],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C does not reach what is measured
    )
    try:
        output, _ = process.communicate(json.dumps([asdict(step) for step in steps]))
    except BaseException:
        terminate(process.pid, grace_seconds=5)
        raise
    if process.returncode != 0:
        raise SandboxError(f"bench.watch ended with exit code {process.returncode}\n{_end_of(log)}")
    outcome: dict[str, Any] = json.loads(output)
    if outcome["failed"]:
        raise SandboxError(f"This failed: {' '.join(outcome['failed'])}\n{_end_of(log)}")
    return Cost(**outcome["cost"])


def _end_of(log: Path) -> str:
    with log.open(encoding="utf-8", errors="replace") as lines:
        return "".join(deque(lines, maxlen=_SHOWN_LINES)).rstrip()
