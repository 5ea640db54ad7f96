"""What a person sees while it runs: a line for each finding, and in a terminal what is going on right now."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from verify.outcomes import NOT_PROVEN, Finding, StageResult, Verdict, exit_code
from verify.stage import Stage

_STYLES: Final = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red", Verdict.SKIP: "dim"}
_WORDS: Final = {Verdict.PASS: "ok", Verdict.WARN: "warn", Verdict.FAIL: "FAIL", Verdict.SKIP: "skip"}


class LiveView:
    """Shows a run on a console; without a terminal it prints plain lines.

    Arguments:
        console: where.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._stage = ""

    def begin(self, stage: Stage) -> None:
        """Show that a stage begins."""
        self._stage = stage.name
        self.close()
        self._status = self._console.status(escape(stage.name))
        self._status.start()

    def progress(self, what: str) -> None:
        """Show what it is doing; in a terminal only, where the line goes away again."""
        if self._status is not None:
            self._status.update(f"{escape(self._stage)}: {escape(what)}")

    def end(self, result: StageResult) -> None:
        """Print what it has found."""
        self.close()
        self._console.print(f"[bold]{escape(result.stage)}[/]  [dim]{result.seconds:.1f} s[/]")
        for finding in result.findings:
            self._finding(finding)

    def close(self) -> None:
        """Give the terminal back."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _finding(self, finding: Finding) -> None:
        style = _STYLES[finding.verdict]
        self._console.print(f"  [{style}]{_WORDS[finding.verdict]:<4}[/]  {escape(finding.check)}")
        for line in finding.evidence:
            self._console.print(f"        [dim]{escape(line)}[/]")
        if finding.fix:
            self._console.print(f"        [{style}]{finding.cause}[/]: {escape(finding.fix)}")


def summary(results: Sequence[StageResult], stages: Sequence[Stage]) -> str:
    """Return the last line: what the run has proven."""
    code = exit_code(results)
    seconds = sum(result.seconds for result in results)
    broken = [result.stage for result in results if result.verdict is Verdict.FAIL]
    unproven = [result.stage for result in results if result.unproven]
    run = {result.id for result in results}
    left_out = [stage.id for stage in stages if stage.id not in run]
    if broken:
        text = f"Broken: {', '.join(broken)}."
    elif code == NOT_PROVEN:
        text = f"Nothing is broken, but not everything could be proven: {', '.join(unproven)}."
    else:
        text = "All holds."
    if left_out:
        text += f" Left out by --only: {', '.join(left_out)}."
    return f"{text} {seconds:.1f} s, exit code {code}."
