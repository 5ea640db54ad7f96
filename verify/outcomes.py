"""What the verification finds: verdicts, findings, results of stages, and the exit codes that follow from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from verify.causes import Cause

if TYPE_CHECKING:
    from verify.context import Context


class Failure(IntEnum):
    """What can be broken, a stage each; the value is the exit code. Of several, the first in stage order decides."""

    CLUSTER = 10
    CONTROL_PLANE = 11
    NAMESPACES = 12
    SIDECARS = 13
    CA_CERTIFICATE = 14
    ACCESS_TOKEN = 15
    COLLECTOR = 16
    GATEWAY = 17
    TRAFFIC = 18
    SPANS = 19
    MUTUAL_TLS = 20


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
        remedy: what to do, with the command; needed for `FAIL` and `WARN`.
        cause: what is broken; needed for `FAIL` and `WARN`, and for a `SKIP` that leaves something unproven.

    Raises:
        ValueError: if a `FAIL` or `WARN` has no remedy or no cause, or a `SKIP` no evidence.
    """

    check: str
    verdict: Verdict
    evidence: Sequence[str] = ()
    remedy: str | None = None
    cause: Cause | None = None

    def __post_init__(self) -> None:
        if self.verdict in {Verdict.FAIL, Verdict.WARN} and (self.remedy is None or self.cause is None):
            raise ValueError(f"{self.verdict} of {self.check!r} needs a remedy and a cause")
        if self.verdict is Verdict.SKIP and not self.evidence:
            raise ValueError(f"skip of {self.check!r} must say why")


@dataclass(frozen=True)
class StageResult:
    """All findings of one stage.

    Arguments:
        stage: the stage's name.
        failure: what it is about.
        findings: its findings, in order.
        seconds: how long it took.
    """

    stage: str
    failure: Failure
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


class Stage(Protocol):
    """One link of the chain and how it is checked.

    Attributes:
        name: what is shown, for example `access token`.
        failure: what it is about; `--only` takes its name in lower case with hyphens.
        needs: stages that must not have failed, or this one is skipped with the reason.
        needs_running_pods: whether it says nothing about Pods on simulated nodes; there it is skipped as not proven.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see the class

    @property
    def failure(self) -> Failure: ...  # noqa: D102 - see the class

    @property
    def needs(self) -> frozenset[Failure]: ...  # noqa: D102 - see the class

    @property
    def needs_running_pods(self) -> bool: ...  # noqa: D102 - see the class

    def check(self, context: "Context", progress: Callable[[str], None]) -> list[Finding]:
        """Return what is found; `progress` takes a few words on anything that lasts longer than a second."""
        ...


def exit_code(results: Sequence[StageResult]) -> int:
    """Return the exit code that follows from the results, which are in the order of the stages."""
    for result in results:
        if result.verdict is Verdict.FAIL:
            return int(result.failure)
    return NOT_PROVEN if any(result.unproven for result in results) else ALL_HOLDS


def passed(check: str, *evidence: str) -> Finding:
    """Return that a check holds, with what was seen."""
    return Finding(check, Verdict.PASS, evidence)


def skipped(check: str, why: str, cause: Cause | None = None) -> Finding:
    """Return that a check was not made, and why; with a cause if that leaves something unproven."""
    return Finding(check, Verdict.SKIP, (why,), cause=cause)
