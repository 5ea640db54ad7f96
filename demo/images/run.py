"""Running the package tools that layers are made with: quietly, and with an error that says what to do."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.console import last_lines
from local.errors import SandboxError

#: Lines of a failed tool's output that the error shows.
_TAIL = 8


def run(what: str, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> None:
    """Run a tool to its end; it ends with this program.

    Arguments:
        what: what it does, for the error: `download Debian's packages`.
        command: its command line.
        folder: its working directory.
        environment: environment variables on top of this program's.

    Raises:
        SandboxError: if it is missing or fails: the end of what it printed, and what to do.
    """
    words = [str(word) for word in command]
    try:
        answer = subprocess.run(
            words,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError as error:
        raise SandboxError(
            f"{words[0]} is missing, which is needed to {what}: install it, then run it again."
        ) from error
    if answer.returncode != 0:
        tail = last_lines(answer.stdout, _TAIL)
        raise SandboxError(
            f"Could not {what}: {words[0]} ended with exit code {answer.returncode}.\n{tail}\n"
            "Check the network, then run the same command again; it goes on where it stopped."
        )
