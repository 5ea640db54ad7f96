"""Renders the report: what the run has found, as one HTML file without scripts, for screens and for paper."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from verify.context import Context
from verify.errors import UsageError
from verify.expected import Expected
from verify.outcomes import StageResult, Verdict, exit_code
from verify.report.call_graph import call_graph
from verify.report.scale import milliseconds
from verify.report.services import colours
from verify.report.span_table import span_table
from verify.report.waterfall import waterfall
from verify.traces.checks import Review
from verify.traces.findings import figures
from verify.traces.model import Trace
from verify.traces.observation import Observation
from verify.traffic import Traffic

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("verify.report"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def write_report(file: Path, context: Context, results: Sequence[StageResult]) -> None:
    """Write the report of a run.

    Raises:
        UsageError: if the file can't be written.
    """
    text = render(context.expected, results, context.traffic, context.observation, datetime.now(UTC))
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The report can't be written to {file}: {error.strerror}.") from error


def render(
    expected: Expected,
    results: Sequence[StageResult],
    traffic: Traffic | None,
    seen: Observation | None,
    when: datetime,
) -> str:
    """Return the report as HTML.

    Arguments:
        expected: the environment.
        results: what the stages have found.
        traffic: the smoke traffic; `None` if there was none.
        seen: what was seen of its spans; `None` if no backend was asked.
        when: the time of the run.
    """
    findings = [each for result in results for each in result.findings]
    return _ENVIRONMENT.get_template("report.html.j2").render(
        expected=expected,
        sampling=f"{expected.sampling_percentage:f}",
        when=when.strftime("%Y-%m-%d %H:%M UTC"),
        results=results,
        broken=next((each for each in findings if each.verdict is Verdict.FAIL), None),
        warnings=[each for each in findings if each.verdict is Verdict.WARN],
        unproven=[result.stage for result in results if result.unproven],
        code=exit_code(results),
        traffic=_traffic(traffic),
        spans=_spans(seen) if seen and seen.present else None,
    )


def shown_review(seen: Observation) -> Review:
    """Return the trace to show: with something missing or wrong if there is such a one, with the most spans, typical.

    Typical is the median duration: the first page after a start is often an outlier.
    """

    def telling(each: Review) -> tuple[bool, int]:
        return not each.complete, each.found

    most = max(map(telling, seen.present))
    alike = [each for each in seen.present if telling(each) == most]
    return sorted(alike, key=lambda each: _duration(each.trace))[len(alike) // 2]


def _duration(trace: Trace) -> int:
    """Return how many microseconds a trace lasts, from its first span's begin to its last span's end."""
    return max(span.end for span in trace.spans) - min(span.start for span in trace.spans)


def _traffic(traffic: Traffic | None) -> dict[str, Any] | None:
    if traffic is None:
        return None
    latencies = ((share, traffic.latency(share)) for share in (50, 90, 99))
    return {
        "url": traffic.url,
        "sent": len(traffic.requests),
        "whole": len(traffic.requests) - len(traffic.problems),
        "latencies": [(f"p{share}", milliseconds(value * 1000)) for share, value in latencies if value is not None],
    }


def _spans(seen: Observation) -> dict[str, Any]:
    numbers = colours(seen.naming.services)
    traces = [each.trace for each in seen.present]
    shown = shown_review(seen)
    return {
        "figures": figures(seen),
        "waterfall": waterfall(shown.trace, numbers),
        "whole": shown.complete,
        "graph": call_graph(traces, seen.naming, numbers),
        "traces": len(traces),
        "rows": span_table(seen),
        "incomplete": [each for each in seen.reviews if not each.complete],
    }
