"""What the sandbox says: plain lines on standard error, so that standard output stays free for results."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from rich.console import Console

console: Final = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def say(line: str) -> None:
    """Print one line, or several, as they are."""
    console.print(line)


class Phases:
    """Measures the phases of a command, so that its end can say where the time went."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Measure the enclosed block under `name`; a block that fails is not counted."""
        begin = time.monotonic()
        yield
        self._seconds[name] = self._seconds.get(name, 0.0) + time.monotonic() - begin

    def summary(self) -> str:
        """Return for example `toolchain 0.2 s, control plane 3.1 s, pulumi up 17.9 s; 21.2 s in all`."""
        parts = ", ".join(f"{name} {duration(seconds)}" for name, seconds in self._seconds.items())
        return f"{parts}; {duration(sum(self._seconds.values()))} in all"


def last_lines(text: str, count: int) -> str:
    """Return the last lines of what a program printed, indented, as part of an error."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])


def duration(seconds: float) -> str:
    """Return seconds as people say them: `3.1 s`, `47 s` or `5 min 20 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
