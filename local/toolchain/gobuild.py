"""Building programs with `go build`: announced, shown as progress, ended cleanly when interrupted."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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


def build(programs: Sequence[Program], folder: Path, log: Path, go: Go) -> None:
    """Build programs of one tool in one go, so that one is linked while others are compiled.

    Go's caches keep what was compiled, also if it is interrupted.

    Arguments:
        programs: what to build; their tool is the same, and one whose package is a file is alone.
        folder: where they are written, under the names that Go gives them.
        log: receives what Go prints.
        go: the Go command.

    Raises:
        SandboxError: if it fails: which programs, the end of the log, and what to do.
    """
    say(f"building {_titles(programs)}")
    linking = (f"-ldflags={program.import_path}={program.linker_flags}" for program in programs)
    flags = ["-trimpath", "-buildvcs=false", *COMPILING, *linking]
    packages = [program.package for program in programs]
    begin = time.monotonic()
    job = _Job(programs, go, log)
    with _Bar(programs[0].tool) as bar:
        listing = job.run(
            [go.executable, "list", "-deps", *flags, "-f", STALE, *packages],
            lambda text: bar.downloading(text.count("go: downloading ")),
        )
        work = Work.listed(listing)
        warning = space_warning(work.total, shutil.disk_usage(_existing(go.build_cache)).free / 1e9)
        if warning:
            say(warning)
        job.run(
            [go.executable, "build", "-v", *flags, "-o", f"{folder}{os.sep}", *packages],
            lambda text: bar.compiling(work, work.done(text)),
        )
    say(f"built {', '.join(program.name for program in programs)} in {duration(time.monotonic() - begin)}")


#: What the compiler is told: no debugging information, which the linker would leave out anyway.
COMPILING: Final = ("-gcflags=all=-dwarf=false",)

#: What `go list` says of each package that Go's build cache lacks: its path, its folder and its files.
STALE: Final = "{{if .Stale}}{{.ImportPath}}|{{.Dir}}{{range .GoFiles}}|{{.}}{{end}}{{end}}"


@dataclass(frozen=True)
class Work:
    """What is to be compiled, measured by its sources: compiling takes about as long as they are large.

    Arguments:
        sizes: path of a package -> bytes of Go in it.
    """

    sizes: Mapping[str, int]

    @classmethod
    def listed(cls, listing: str) -> Self:
        """Read what `go list` says with `STALE`."""
        rows = (line.split("|") for line in listing.splitlines() if line)
        return cls({path: sum((Path(folder) / file).stat().st_size for file in files) for path, folder, *files in rows})

    @cached_property
    def total(self) -> int:
        """Bytes of Go in all of it."""
        return sum(self.sizes.values())

    def done(self, log: str) -> int:
        """Return how many bytes of it the output of `go build -v` names; other lines are downloads and messages."""
        return sum(self.sizes.get(line, 0) for line in log.splitlines())


def minutes_left(total: int, done: int, seconds: float, processors: int) -> float:
    """Estimate how long compiling goes on: at first by what is usual, and more and more by how it has gone so far.

    Arguments:
        total: bytes of Go to compile.
        done: bytes of it that are compiled.
        seconds: how long that has taken.
        processors: how many there are to compile.
    """
    usual = (total - done) / (BYTES_PER_SECOND * processors)
    share = done / total if total else 1.0
    by_pace = seconds * (total - done) / done if done else usual
    return (usual * (1 - share) + by_pace * share) / 60


#: Bytes of Go that one processor compiles in a second, and bytes that the build cache takes for each of them. With an
#: empty GOCACHE, Go 1.26 and these flags, `/usr/bin/time -v go build` gave 205,000 a second for the provider, 249,000
#: for Kubernetes, kwok and istiod together, and 427,000 for kubectl alone, which took 13 bytes for each.
BYTES_PER_SECOND: Final = 200_000
BYTES_ON_DISK: Final = 20


def space_warning(bytes_to_compile: int, free_gb: float) -> str | None:
    """Return a warning if a build needs more space for Go's build cache than is free; None if there is enough.

    Arguments:
        bytes_to_compile: bytes of Go that are to be compiled.
        free_gb: free space where Go's build cache lies, in GB.
    """
    needed = bytes_to_compile * BYTES_ON_DISK / 1e9
    if free_gb >= needed:
        return None
    return f"warning: building may need {needed:.0f} GB, and only {free_gb:.1f} GB are free"


def failure(programs: Sequence[Program], log: Path) -> SandboxError:
    """Return the error for a failed build: which programs, the last lines of its log, and what to do."""
    text = log.read_text(encoding="utf-8", errors="replace")
    lines = [line for line in text.splitlines() if line.startswith(("#", "go: ", "\t")) or " " in line]
    told = [line for line in lines if not line.startswith("go: downloading ")]
    tail = "\n".join(f"    {line}" for line in told[-_TAIL:]) or "    (Go printed nothing)"
    return SandboxError(f"Building {_titles(programs)} failed:\n{tail}\nWhole log: {shown(log)}\n{advice(text)}")


def advice(log: str) -> str:
    """Return what to do about a failed build, from what its log says."""
    for pattern, what_to_do in _ADVICE:
        if re.search(pattern, log):
            return what_to_do
    return "Run the same command again, it goes on where it stopped; if it fails the same way, run `make clean` first."


#: What Go says when a module can't be reached, by the network, TLS or the proxy's answer.
_OF_THE_NETWORK: Final = (
    r"dial tcp|i/o timeout|no such host|connection re|proxyconnect|EOF$",
    r"TLS handshake|tls: |x509: ",
    r": (?:50\d|403|404) ",
)

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
        r"(?:could not import|open) .*: no such file or directory",
        "A file of Go's caches vanished while it was needed: run it again, and nothing that empties them beside it.",
    ),
    (
        r"checksum mismatch|SECURITY ERROR",
        "A download differs from what go.sum pins: check GOPROXY, run `go clean -modcache`, then run it again.",
    ),
    (
        "|".join(_OF_THE_NETWORK),
        "Go modules could not be downloaded: check the network and GOPROXY, then run it again.",
    ),
)


@dataclass(frozen=True)
class _Job:
    """Go commands for programs of one tool, in a process group of their own, with a log."""

    programs: Sequence[Program]
    go: Go
    log: Path

    def run(self, command: Sequence[str], show: Callable[[str], None]) -> str:
        """Run a Go command, hand its growing log to `show`, return its output; leave no process when interrupted."""
        output = self.log.with_suffix(".out")
        with output.open("wb") as out, self.log.open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=TOOLS / self.programs[0].tool,
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
            raise failure(self.programs, self.log)
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


def _titles(programs: Sequence[Program]) -> str:
    return ", ".join(program.title for program in programs)


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


class _Bar:
    """Progress of one build: a bar on a terminal, a plain line now and then elsewhere."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._begin = 0.0
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
        """Say how many modules were downloaded."""
        self._show(f"{modules} modules downloaded" if modules else "looking at packages", None, None)

    def compiling(self, work: Work, done: int) -> None:
        """Say which share is compiled and how long the rest may take."""
        now = time.monotonic()
        self._begin = self._begin or now
        if done >= work.total:
            self._show("linking", done, max(work.total, 1))
            return
        left = minutes_left(work.total, done, now - self._begin, os.cpu_count() or 1)
        about = f"about {left:.0f} min left" if left >= 1 else "less than a minute left"
        self._show(f"{100 * done // work.total} % of {len(work.sizes)} packages compiled, {about}", done, work.total)

    def _show(self, count: str, done: int | None, total: int | None) -> None:
        self._progress.update(self._task, completed=done, total=total, count=count)
        if not console.is_terminal and time.monotonic() >= self._next_line:
            self._next_line += _LINE_EVERY
            say(f"  {self._name}: {count}")
