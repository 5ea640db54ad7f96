"""The result for programs: `--json`."""

import json
from collections.abc import Sequence
from typing import Any

from verify.outcomes import Finding, StageResult, exit_code


def as_json(stack: str, results: Sequence[StageResult]) -> str:
    """Return the result as JSON text, documented in docs/verification.md.

    Arguments:
        stack: the stack's name.
        results: what the run has found.
    """
    document = {
        "stack": stack,
        "exitCode": exit_code(results),
        "stages": [_stage(result) for result in results],
    }
    return json.dumps(document, indent=2)


def _stage(result: StageResult) -> dict[str, Any]:
    return {
        "stage": result.id,
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
        "fix": finding.fix,
    }
