"""Runs the stages one after the other, and skips what an earlier failure makes impossible."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, Protocol

from verify.causes import Cause
from verify.cluster.api import ClusterError
from verify.cluster.simulation import REASON
from verify.context import Context
from verify.outcomes import Finding, StageResult, Verdict, failed, skipped
from verify.stage import Stage


class View(Protocol):
    """Who watches the run."""

    def begin(self, stage: Stage) -> None:
        """Take note that a stage begins."""
        ...

    def progress(self, what: str) -> None:
        """Take note of what it is doing."""
        ...

    def end(self, result: StageResult) -> None:
        """Take note of what it has found."""
        ...


def run(stages: Iterable[Stage], context: Context, view: View) -> list[StageResult]:
    """Run stages and return their results, those that `--only` names."""
    results: list[StageResult] = []
    for stage in stages:
        if context.options.only and stage.id not in context.options.only:
            continue
        view.begin(stage)
        begin = time.monotonic()
        findings = _findings(stage, context, results, view.progress)
        shown = tuple(_with_stack(finding, context.expected.stack) for finding in findings)
        results.append(StageResult(stage.name, stage.id, stage.exit_code, shown, round(time.monotonic() - begin, 2)))
        view.end(results[-1])
    return results


def _findings(
    stage: Stage, context: Context, earlier: Sequence[StageResult], progress: Callable[[str], None]
) -> list[Finding]:
    broken = [result.stage for result in earlier if result.id in stage.needs and result.verdict is Verdict.FAIL]
    if broken:
        return [skipped(stage.name, f"because {' and '.join(broken)} failed")]
    try:
        if stage.needs_running_pods and context.simulated_nodes:
            return [skipped(stage.name, REASON, Cause.SIMULATED_NODES)]
        return stage.check(context, progress)
    except ClusterError as error:
        return [_of_cluster(stage, error)]


#: HTTP statuses by which the API server refuses who asks.
_REFUSALS: Final = frozenset({401, 403})


def _of_cluster(stage: Stage, error: ClusterError) -> Finding:
    """Return what it means that a stage could not ask the cluster: it says nothing about the stage's own link."""
    if error.status in _REFUSALS:
        return skipped(stage.name, f"the API server forbids a question: {error}", Cause.NOT_TO_BE_SEEN)
    if stage.id == "cluster":
        return failed("cluster answers", Cause.CLUSTER_UNREACHABLE, str(error))
    return skipped(stage.name, f"the cluster did not answer a question: {error}", Cause.NOT_TO_BE_SEEN)


def _with_stack(finding: Finding, stack: str) -> Finding:
    return replace(finding, fix=finding.fix.replace("{stack}", stack)) if finding.fix else finding
