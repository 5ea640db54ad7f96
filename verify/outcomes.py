"""What the verification finds: verdicts, findings, results of stages, and the exit codes that follow from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from verify.causes import Cause

#: Nothing failed, and everything that was asked for was seen.
ALL_HOLDS: Final = 0
#: The verification itself went wrong.
TOOL_ERROR: Final = 1
#: Wrong arguments, or no outputs of a stack to work on.
WRONG_USAGE: Final = 2
#: Nothing failed, but something could not be seen: a finding `SKIP` with a cause says what.
NOT_PROVEN: Final = 3
#: Interrupted by Ctrl-C, as shells have it.
INTERRUPTED: Final = 130


class Verdict(StrEnum):
    """How a check ended.

    - `SKIP` without a cause: the stack lacks the part, an earlier failure makes the check impossible, or another check
      proves the same. With a cause: it could not be proven here, so the exit code is not 0.
    """

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Finding:
    """One check's outcome.

    Arguments:
        check: short title, for example `webhook istio-sidecar-injector answers`.
        verdict: how it ended.
        evidence: what was seen, plain facts; never a secret. For `SKIP`: why.
        fix: what to do, with the command; needed for `FAIL` and `WARN`.
        cause: what is broken; needed for `FAIL` and `WARN`, and for a `SKIP` that leaves something unproven.

    Raises:
        ValueError: if a `FAIL` or `WARN` has no fix or no cause, or a `SKIP` no evidence.
    """

    check: str
    verdict: Verdict
    evidence: Sequence[str] = ()
    fix: str | None = None
    cause: Cause | None = None

    def __post_init__(self) -> None:
        if self.verdict in {Verdict.FAIL, Verdict.WARN} and (self.fix is None or self.cause is None):
            raise ValueError(f"{self.verdict} of {self.check!r} needs a fix and a cause")
        if self.verdict is Verdict.SKIP and not self.evidence:
            raise ValueError(f"skip of {self.check!r} must say why")


@dataclass(frozen=True)
class StageResult:
    """All findings of one stage.

    Arguments:
        stage: the stage's name.
        id: its name on a command line.
        exit_code: what the run exits with if it is the first that failed.
        findings: its findings, in order.
        seconds: how long it took.
    """

    stage: str
    id: str
    exit_code: int
    findings: tuple[Finding, ...]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict among the findings; `SKIP` only if all were skipped."""
        found = {finding.verdict for finding in self.findings}
        return next((each for each in (Verdict.FAIL, Verdict.WARN, Verdict.PASS) if each in found), Verdict.SKIP)

    @property
    def unproven(self) -> bool:
        """Whether something could not be seen."""
        return any(finding.verdict is Verdict.SKIP and finding.cause for finding in self.findings)


def exit_code(results: Sequence[StageResult]) -> int:
    """Return the exit code that follows from the results, which are in the order of the stages."""
    for result in results:
        if result.verdict is Verdict.FAIL:
            return result.exit_code
    return NOT_PROVEN if any(result.unproven for result in results) else ALL_HOLDS


def any_failed(findings: Iterable[Finding]) -> bool:
    """Tell whether any of the checks does not hold."""
    return any(each.verdict is Verdict.FAIL for each in findings)


def passed(check: str, *evidence: str) -> Finding:
    """Return that a check holds, with what was seen."""
    return Finding(check, Verdict.PASS, evidence)


def skipped(check: str, why: str, cause: Cause | None = None) -> Finding:
    """Return that a check was not made, and why; with a cause if that leaves something unproven."""
    return Finding(check, Verdict.SKIP, (why,), cause=cause)


def failed(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check does not hold.

    Arguments:
        check: the check's title.
        cause: what is broken.
        evidence: what was seen.
        words: what stands for `{word}` in the cause's fix; `{stack}` is filled in by the run.
    """
    return Finding(check, Verdict.FAIL, evidence, _fix(cause, words), cause)


def warned(check: str, cause: Cause, *evidence: str, **words: str) -> Finding:
    """Return that a check holds with a drawback; arguments as of `failed`."""
    return Finding(check, Verdict.WARN, evidence, _fix(cause, words), cause)


def _fix(cause: Cause, words: dict[str, str]) -> str:
    fix = cause.fix
    for word, value in words.items():
        fix = fix.replace(f"{{{word}}}", value)
    return fix
