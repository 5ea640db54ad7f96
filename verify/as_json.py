"""The result for programs: `--json`."""

import json
from collections.abc import Sequence
from typing import Any

from verify.arguments import option_name
from verify.outcomes import Finding, Stage, StageResult, exit_code


def as_json(stack: str, results: Sequence[StageResult], stages: Sequence[Stage]) -> str:
    """Return the result as JSON text, documented in docs/verification.md.

    Arguments:
        stack: the stack's name.
        results: what the run has found.
        stages: all stages there are.
    """
    names = {stage.failure: option_name(stage) for stage in stages}
    document = {
        "stack": stack,
        "exitCode": exit_code(results),
        "stages": [_stage(names[result.failure], result) for result in results],
    }
    return json.dumps(document, indent=2)


def _stage(name: str, result: StageResult) -> dict[str, Any]:
    return {
        "stage": name,
        "verdict": result.verdict.value,
        "seconds": result.seconds,
        "findings": [_finding(finding) for finding in result.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "verdict": finding.verdict.value,
        "cause": finding.cause.value if finding.cause else None,
        "evidence": list(finding.evidence),
        "remedy": finding.remedy,
    }
