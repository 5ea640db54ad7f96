"""Building one program with `go build`: announced, shown as progress, ended cleanly when interrupted."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from local.console import console, duration, say
from local.errors import SandboxError
from local.paths import TOOLS, shown
from local.toolchain.golang import Go
from local.toolchain.programs import Program

#: Seconds between two lines of progress where nobody watches a terminal.
_LINE_EVERY: Final = 20.0

#: Lines of a failed build's log that its error message shows.
_TAIL: Final = 15


def build(program: Program, output: Path, log: Path, go: Go) -> None:
    """Build `program` into the file `output`; Go's caches keep what was compiled, also if it is interrupted.

    Arguments:
        program: what to build.
        output: the file to write.
        log: receives what Go prints.
        go: the Go command.

    Raises:
        SandboxError: if it fails: which program, the end of the log, and what to do.
    """
    say(f"building {program.title}, about {_minutes(program.minutes)} the first time")
    flags = ["-trimpath", f"-ldflags={program.linker_flags}", "-buildvcs=false"]
    list_command = [
        go.executable,
        "list",
        "-deps",
        *flags,
        "-f",
        "{{if .Stale}}{{.ImportPath}}{{end}}",
        program.package,
    ]
    build_command = [go.executable, "build", "-v", *flags, "-o", str(output), program.package]
    begin = time.monotonic()
    job = _Job(program, go, log)
    with _Bar(program.name) as bar:
        stale = job.run(list_command, lambda text: bar.downloading(text.count("go: downloading "))).split()
        job.run(build_command, lambda text: bar.compiling(compiled(text), len(stale)))
    say(f"built {program.name} in {duration(time.monotonic() - begin)}")


def compiled(log: str) -> int:
    """Return how many packages the output of `go build -v` names; other lines are downloads and messages."""
    return sum(1 for line in log.splitlines() if line and not line.startswith(("go: ", "# ", "\t")) and " " not in line)


def failure(program: Program, log: Path) -> SandboxError:
    """Return the error for a failed build: which program, the last lines of its log, and what to do."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if not line.startswith("go: downloading ")]
    tail = "\n".join(f"    {line}" for line in lines[-_TAIL:]) or "    (Go printed nothing)"
    return SandboxError(f"Building {program.title} failed:\n{tail}\nWhole log: {shown(log)}\n{advice(text)}")


def advice(log: str) -> str:
    """Return what to do about a failed build, from what its log says."""
    for pattern, what_to_do in _ADVICE:
        if re.search(pattern, log):
            return what_to_do
    return "Run the same command again, it goes on where it stopped; if it fails the same way, run `make clean` first."


_ADVICE: Final = (
    (
        r"no space left on device",
        "The disk is full: free some space (`go clean -cache` empties Go's build cache), then run it again.",
    ),
    (
        r"signal: killed|cannot allocate memory",
        "The machine ran out of memory: close other programs, then run it again.",
    ),
    (
        r"checksum mismatch|SECURITY ERROR",
        "A download differs from what go.sum pins: check GOPROXY, run `go clean -modcache`, then run it again.",
    ),
    (
        r"dial tcp|i/o timeout|no such host|connection re|proxyconnect|TLS handshake|tls: |x509: |EOF$|50\d |403 |404 ",
        "Go modules could not be downloaded: check the network and GOPROXY, then run it again.",
    ),
)


@dataclass(frozen=True)
class _Job:
    """Go commands for one program, in a process group of their own, with a log."""

    program: Program
    go: Go
    log: Path

    def run(self, command: Sequence[str], show: Callable[[str], None]) -> str:
        """Run a Go command, hand its growing log to `show`, return its output; leave no process when interrupted."""
        output = self.log.with_suffix(".out")
        with output.open("wb") as out, self.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=TOOLS / self.program.tool,
                env=self.go.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )
        try:
            while not _ended_within(process, 0.3):
                show(self.log.read_text(encoding="utf-8", errors="replace"))
        except BaseException:
            _end_group(process)
            raise
        if process.returncode != 0:
            raise failure(self.program, self.log)
        text = output.read_text(encoding="utf-8")
        output.unlink()
        return text


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End Go and its compilers; SIGINT first, so that Go removes its temporary files."""
    for number, seconds in ((signal.SIGINT, 5.0), (signal.SIGKILL, 10.0)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        _ended_within(process, seconds)


def _ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _minutes(minutes: float) -> str:
    return "half a minute" if minutes < 1 else f"{minutes:g} min"


class _Bar:
    """Progress of one build: a bar on a terminal, a plain line now and then elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._next_line = time.monotonic() + _LINE_EVERY
        columns = (
            TextColumn("  {task.description}"),
            BarColumn(),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._progress.add_task(name, total=None, count="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def downloading(self, modules: int) -> None:
        self._show(f"{modules} modules downloaded" if modules else "looking at packages", None, None)

    def compiling(self, done: int, total: int) -> None:
        if total == 0 or done >= total:
            self._show("linking", done, max(total, 1))
        else:
            self._show(f"{done} of {total} packages compiled", done, total)

    def _show(self, count: str, done: int | None, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total, count=count)
        if not console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line += _LINE_EVERY
            say(f"  {self._name}: {count}")
