"""Each defect is named by its own signs, and nothing else with it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.made_traces import made, observed, without
from verify.causes import Cause
from verify.traces.checks import Sent
from verify.traces.diagnosis import LATE, Diagnosis, diagnose, unlikely
from verify.traces.model import Kind, Span, Trace
from verify.traces.observation import Arrival, Sampling

#: Requests of which the backend has no span.
NOTHING = {sent: list[Span]() for sent in made()}


def changed(change: Callable[[list[Span]], list[Span]]) -> dict[Sent, list[Span]]:
    """Return traces of thirty requests, the spans of each changed."""
    return {sent: change(spans) for sent, spans in made().items()}


def of_service(service: str, **changes: Callable[[Span], Any]) -> dict[Sent, list[Span]]:
    """Return traces in which a service's spans differ in some fields."""

    def change(span: Span) -> Span:
        return replace(span, **{name: value(span) for name, value in changes.items()})

    return changed(lambda spans: [change(span) if span.service == service else span for span in spans])


def only(diagnoses: Sequence[Diagnosis]) -> Diagnosis:
    (diagnosis,) = diagnoses
    return diagnosis


def reported_by(span: Span, service: str, version: str | None) -> bool:
    return span.service == service and version in (None, span.version)


def served_by(spans: list[Span], service: str, version: str | None) -> bool:
    return any(reported_by(span, service, version) and span.kind is Kind.SERVER for span in spans)


def without_sidecar(spans: list[Span], service: str, version: str | None = None) -> list[Span]:
    """Return what is left when a workload has no sidecar: what it calls hangs on the call that reached it."""
    if not served_by(spans, service, version):
        return spans
    parents = {span.span_id: span for span in spans}

    def above(span: Span) -> str | None:
        parent = parents.get(span.parent_id or "")
        return above(parent) if parent and parent.service == service else span.parent_id

    return [replace(span, parent_id=above(span)) for span in spans if span.service != service]


def dropping_headers(spans: list[Span], service: str, version: str | None = None) -> tuple[list[Span], list[Trace]]:
    """Return what is left of a trace when an application drops the headers, and the traces that begin there instead."""
    if not served_by(spans, service, version):
        return spans, []
    roots = [span for span in spans if span.service == service and span.kind is Kind.CLIENT]
    apart: list[Trace] = []
    gone: set[str] = set()
    for number, root in enumerate(roots):
        below = [root, *descendants(spans, root)]
        gone |= {span.span_id for span in below}
        trace_id = f"{number:02x}{root.trace_id[2:]}"
        moved = [replace(span, trace_id=trace_id, parent_id=None if span is root else span.parent_id) for span in below]
        apart.append(Trace.of(trace_id, moved))
    return without(spans, lambda span: span.span_id in gone), apart


def descendants(spans: list[Span], above: Span) -> list[Span]:
    children = [span for span in spans if span.parent_id == above.span_id]
    return [*children, *(below for child in children for below in descendants(spans, child))]


def test_nothing_is_wrong_with_complete_traces() -> None:
    assert diagnose(observed(made())) == []


def test_nothing_is_said_of_a_run_without_requests() -> None:
    assert diagnose(observed({})) == []


@pytest.mark.parametrize("application", ["productpage", "details", "reviews", "ratings"])
def test_a_workload_without_sidecar_is_named_alone(application: str) -> None:
    service = f"{application}.bookinfo"

    diagnosis = only(diagnose(observed(changed(lambda spans: without_sidecar(spans, service)))))

    assert diagnosis.cause is Cause.SIDECAR_MISSING_ON_ONE_SIDE
    assert diagnosis.words["workload"] == service


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_one_version_without_sidecar_is_named_alone(version: str) -> None:
    traces = changed(lambda spans: without_sidecar(spans, "reviews.bookinfo", version))

    diagnosis = only(diagnose(observed(traces)))

    assert diagnosis.cause is Cause.SIDECAR_MISSING_ON_ONE_SIDE
    assert diagnosis.words["workload"] == f"reviews.bookinfo {version}"


def test_a_gateway_that_reports_nothing_is_named_alone() -> None:
    traces = {
        sent: [
            replace(span, parent_id=sent.span_id) if span.service == "productpage.bookinfo" and index == 1 else span
            for index, span in enumerate(spans)
            if span.service != "istio-ingressgateway.istio-ingress"
        ]
        for sent, spans in made().items()
    }

    diagnosis = only(diagnose(observed(traces)))

    assert diagnosis.cause is Cause.SIDECAR_MISSING_ON_ONE_SIDE
    assert diagnosis.words["workload"] == "istio-ingressgateway.istio-ingress"


@pytest.mark.parametrize("search", [True, False], ids=["searching", "not-searching"])
@pytest.mark.parametrize(
    ("application", "version"), [("productpage", None), ("reviews", "v2"), ("reviews", "v3")], ids=str
)
def test_an_application_that_drops_headers_is_named_alone(application: str, version: str | None, search: bool) -> None:
    service, traces, apart = f"{application}.bookinfo", dict[Sent, list[Span]](), list[Trace]()
    for sent, spans in made().items():
        traces[sent], begun = dropping_headers(spans, service, version)
        apart += begun

    diagnosis = only(diagnose(observed(traces, others={service: apart} if search else {})))

    assert diagnosis.cause is Cause.HEADERS_NOT_FORWARDED
    assert diagnosis.words["workload"] == (f"{service} {version}" if version else service)
    assert any("begin with its calls" in line for line in diagnosis.evidence) == search


def test_two_broken_workloads_are_both_named() -> None:
    traces = changed(lambda spans: without_sidecar(without_sidecar(spans, "details.bookinfo"), "ratings.bookinfo"))

    assert [each.words["workload"] for each in diagnose(observed(traces))] == ["details.bookinfo", "ratings.bookinfo"]


def test_absent_traces_are_sampled_away() -> None:
    traces = {sent: spans if number % 5 == 0 else [] for number, (sent, spans) in enumerate(made().items())}

    diagnosis = only(diagnose(observed(traces)))

    assert diagnosis.cause is Cause.SAMPLING_BELOW_100
    assert diagnosis.evidence[0] == "24 of 30 traces are wholly absent"


def test_sampling_by_the_mesh_shows_in_the_requests_that_leave_it_the_choice() -> None:
    diagnosis = only(diagnose(observed(made(), Sampling(100, 20, 3))))

    assert diagnosis.cause is Cause.SAMPLING_BELOW_100
    assert diagnosis.grave


def test_sampling_that_is_wanted_is_a_drawback_only() -> None:
    diagnosis = only(diagnose(observed(made(), Sampling(10, 20, 2))))

    assert diagnosis.cause is Cause.SAMPLING_BELOW_100
    assert not diagnosis.grave


def test_a_share_other_than_the_set_one_is_grave() -> None:
    assert only(diagnose(observed(made(), Sampling(10, 20, 20)))).grave


def test_a_backend_that_cannot_search_says_nothing_of_sampling() -> None:
    assert diagnose(observed(made(), Sampling(100, 20, None))) == []


@pytest.mark.parametrize(
    ("traced", "share", "expected"),
    [(20, 1.0, False), (19, 1.0, True), (0, 0.0, False), (1, 0.0, True), (10, 0.5, False), (1, 0.5, True)],
)
def test_a_share_is_unlikely_only_beyond_chance(traced: int, share: float, expected: bool) -> None:
    assert unlikely(traced, 20, share) == expected


def test_no_spans_at_all_is_one_defect() -> None:
    diagnosis = only(diagnose(observed(NOTHING, Sampling(100, 20, 0), Arrival(None, 30))))

    assert diagnosis.cause is Cause.SPANS_MISSING


def test_traces_of_ours_with_other_ids_are_told_from_none() -> None:
    renamed = (Trace.of("9" * 32, next(iter(made().values()))),)

    diagnosis = only(diagnose(observed(NOTHING, Sampling(100, 20, 20), renamed=renamed)))

    assert diagnosis.cause is Cause.TRACE_IDS_NOT_TAKEN


def test_traces_of_others_do_not_hide_that_ours_are_missing() -> None:
    others = {"productpage.bookinfo": [Trace.of("9" * 32, next(iter(made().values())))]}

    diagnosis = only(diagnose(observed(NOTHING, Sampling(100, 20, 0), others=others)))

    assert diagnosis.cause is Cause.SPANS_MISSING
    assert "others' requests of the same time have traces: 1" in diagnosis.evidence


def test_clock_skew_is_named_alone_and_with_its_size() -> None:
    traces = of_service("ratings.bookinfo", start=lambda span: span.start - 250_000)

    diagnosis = only(diagnose(observed(traces)))

    assert diagnosis.cause is Cause.CLOCK_SKEW
    assert diagnosis.evidence[0] == "20 server spans begin before their client span"
    assert diagnosis.evidence[1].startswith("at most 249 ms: ratings.bookinfo, called by reviews.bookinfo")


def test_a_version_that_nobody_saw_is_named_alone() -> None:
    traces = {sent: spans for sent, spans in made(90).items() if not served_by(spans, "reviews.bookinfo", "v3")}

    diagnosis = only(diagnose(observed(traces)))

    assert diagnosis.cause is Cause.VERSIONS_UNSEEN
    assert not diagnosis.grave


def test_spans_that_the_collector_holds_back_are_not_late() -> None:
    seen = observed(made(), arrival=Arrival(LATE + 5, 60))

    assert not diagnose(replace(seen, held_back=30))
    assert only(diagnose(replace(seen, held_back=4))).cause is Cause.SPANS_LATE


def test_late_spans_are_a_drawback() -> None:
    diagnosis = only(diagnose(observed(made(), arrival=Arrival(LATE + 5, 30))))

    assert diagnosis.cause is Cause.SPANS_LATE
    assert not diagnosis.grave


def test_misnamed_spans_are_named_alone() -> None:
    traces = changed(lambda spans: [replace(span, operation="GET") for span in spans])

    assert only(diagnose(observed(traces))).cause is Cause.OPERATION_NAMES_OTHER


def test_a_link_that_an_application_broke_is_named_alone() -> None:
    traces = of_service("details.bookinfo", parent_id=lambda _: "e" * 16)

    assert only(diagnose(observed(traces))).cause is Cause.SPANS_UNLINKED


class TestLoss:
    def test_a_lost_span_is_named_with_its_share(self) -> None:
        traces = made()
        victim = list(traces)[7]
        traces[victim] = traces[victim][:3] + traces[victim][4:]

        diagnosis = only(diagnose(observed(traces)))

        assert diagnosis.cause is Cause.SPANS_LOST
        assert diagnosis.evidence[0] == "1 of 220 spans are missing after 3 s"
        assert diagnosis.evidence[2] == "1 times: server span of details.bookinfo"

    def test_as_much_as_is_allowed_is_no_defect(self) -> None:
        traces = made()
        victim = list(traces)[7]
        traces[victim] = traces[victim][:-1]

        assert diagnose(observed(traces, max_loss=0.5)) == []

    @settings(max_examples=60)
    @given(st.sets(st.tuples(st.integers(0, 29), st.integers(0, 5)), min_size=1, max_size=12))
    def test_any_loss_is_noticed(self, lost: set[tuple[int, int]]) -> None:
        traces = {
            sent: [span for index, span in enumerate(spans) if (number, index) not in lost]
            for number, (sent, spans) in enumerate(made().items())
        }

        assert any(diagnosis.grave for diagnosis in diagnose(observed(traces)))
