"""The report: one file without scripts, with everything escaped and the verdict at the top."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from tests.verify.made_traces import made, observed
from tests.verify.report_pages import WHEN, Balance, page, pictures, results
from tests.verify.support import Cluster, context, expected
from verify.causes import Cause
from verify.errors import UsageError
from verify.outcomes import failed
from verify.report.render import render, shown_review, write_report
from verify.report.span_table import span_table
from verify.traffic import Request, Traffic


def test_a_page_is_well_formed_and_loads_and_runs_nothing() -> None:
    text = page(observed(made()))
    parser = Balance()
    parser.feed(text)

    assert (parser.open, parser.faults) == ([], [])
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_a_page_without_traffic_and_spans_is_one_too() -> None:
    parser = Balance()
    parser.feed(page())

    assert (parser.open, parser.faults) == ([], [])


def test_the_page_begins_with_the_verdict_and_the_figures() -> None:
    assert "<strong>All holds</strong>" in page(observed(made()))
    assert "220 spans expected, 220 found in 30 traces: 0 % lost" in page(observed(made()))


def test_a_failure_is_at_the_top_with_fix_and_exit_code() -> None:
    finding = failed("all spans arrived", Cause.SPANS_LOST, "7 of 220 spans are missing")

    text = page(None, None, finding)

    assert "<strong>Broken: all spans arrived</strong>" in text
    assert "exit code 19" in text
    assert "kubectl logs --namespace observability" in text


def test_a_trace_in_which_something_is_missing_is_shown_rather_than_a_whole_one() -> None:
    traces = made(6)
    victim = next(iter(traces))
    traces[victim] = traces[victim][:-1]

    text = page(observed(traces))

    assert "One of the traces with something missing or wrong" in text
    assert f"Waterfall of trace {victim.trace_id}" in text


def test_the_report_of_a_run_is_written_without_its_secrets(tmp_path: Path) -> None:
    run = context(Cluster(), kubeconfig="s3cr3t-kubeconfig")
    run.observation = observed(made(3))

    write_report(tmp_path / "report.html", run, results())

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Verification of stack test" in text
    assert "s3cr3t" not in text


def test_a_report_that_can_not_be_written_is_a_person_s_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"can't be written to .*: No such file or directory"):
        write_report(tmp_path / "nowhere" / "report.html", context(Cluster()), results())


HOSTILE: Final = '<script>alert("1")</script>&\'"]]>--></svg></style>'


def test_everything_that_comes_from_outside_is_escaped() -> None:
    traces = {
        sent: [replace(span, operation=HOSTILE, tags={"istio.canonical_revision": HOSTILE}) for span in spans]
        for sent, spans in made(3).items()
    }
    sent = next(iter(traces))
    traffic = Traffic(HOSTILE, HOSTILE, 0, 1, (Request(sent, 0.1),))
    finding = failed(HOSTILE, Cause.SPANS_LOST, HOSTILE)
    text = render(
        replace(expected(), stack=HOSTILE, cluster_name=HOSTILE, gateway_url=HOSTILE),
        results(finding),
        traffic,
        observed(traces),
        WHEN,
    )
    parser = Balance()
    parser.feed(text)

    assert "<script" not in text
    assert (parser.open, parser.faults) == ([], [])
    assert len(pictures(text)) == 2


def test_the_table_counts_each_kind_of_span() -> None:
    traces = made(3)
    last = list(traces)[2]
    traces[last] = traces[last][:-1]

    rows = {row.name: (row.expected, row.found, row.missing) for row in span_table(observed(traces))}

    assert rows["server span of ratings.bookinfo"] == (2, 1, 1)
    assert rows["client span of productpage.bookinfo for reviews.bookinfo"] == (3, 3, 0)
    assert rows["all spans"] == (22, 21, 1)


def test_of_traces_that_are_alike_a_typical_one_is_shown_and_no_outlier() -> None:
    traces = made()
    slow = max(traces, key=lambda sent: len(traces[sent]))
    traces[slow] = [replace(span, duration=span.duration * 100) for span in traces[slow]]

    assert shown_review(observed(traces)).sent != slow
