"""The checks of one trace: complete ones pass, and whatever is missing or wrong is noticed, in any order of spans."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.made_traces import LAYOUT, SPANS_OF, VERSIONS, Maker, requests, serving_gateway
from verify.traces.checks import CLOCK_TOLERANCE, Fault, Review, review, with_traces
from verify.traces.model import Kind, Span, Trace

(SENT,) = requests(1)


def spans_of(version: str) -> list[Span]:
    return Maker(SENT.trace_id, version).spans(SENT.span_id)


def reviewed(spans: list[Span]) -> Review:
    trace = Trace.of(SENT.trace_id, spans)
    return review(with_traces(LAYOUT, [trace]), SENT, trace)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_complete_trace_has_nothing_missing_and_nothing_wrong(version: str) -> None:
    result = reviewed(spans_of(version))

    assert result.complete
    assert (result.expected, result.found) == (SPANS_OF[version], SPANS_OF[version])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_gateway_that_reports_both_sides_adds_a_span(version: str) -> None:
    result = reviewed(serving_gateway(spans_of(version)))

    assert result.complete
    assert result.expected == SPANS_OF[version] + 1


@given(st.sampled_from(VERSIONS), st.booleans(), st.data())
def test_any_dropped_spans_are_noticed(version: str, serves: bool, data: st.DataObject) -> None:
    spans = serving_gateway(spans_of(version)) if serves else spans_of(version)
    dropped = data.draw(st.sets(st.sampled_from(range(len(spans))), min_size=1))

    result = reviewed([span for number, span in enumerate(spans) if number not in dropped])

    assert not result.complete


@given(st.sampled_from(VERSIONS), st.sets(st.integers(0, 7)), st.randoms(use_true_random=False))
def test_the_order_of_spans_and_repeated_ones_change_nothing(version: str, dropped: set[int], random: object) -> None:
    spans = [span for number, span in enumerate(spans_of(version)) if number not in dropped]
    shuffled = [*spans, *spans[:2]]
    random.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - a random.Random

    assert reviewed(shuffled) == reviewed(spans)


def test_a_trace_without_spans_expects_the_least_number() -> None:
    result = reviewed([])

    assert result.absent
    assert result.expected == SPANS_OF["v1"]


def test_each_missing_span_is_named() -> None:
    spans = [span for span in spans_of("v2") if span.service != "ratings.bookinfo"]

    assert [str(slot) for slot in reviewed(spans).missing] == ["server span of ratings.bookinfo"]


def changed(number: int, **fields: object) -> list[Span]:
    """Return a trace of v2 with one span changed; spans are numbered from 0 in the order of the calls."""
    spans = spans_of("v2")
    spans[number] = replace(spans[number], **fields)  # pyright: ignore[reportArgumentType] - fields of Span
    return spans


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        (changed(3, parent_id="f" * 16), Fault.ORPHAN),
        (changed(4, parent_id=None), Fault.SECOND_ROOT),
        (changed(3, parent_id=Maker(SENT.trace_id, "v2").span_id(5)), Fault.WRONG_PARENT),
        (changed(3, parent_id=Maker(SENT.trace_id, "v2").span_id(2)), Fault.WRONG_PARENT),
        (changed(3, parent_id=SENT.span_id), Fault.WRONG_PARENT),
        (changed(5, operation="GET /reviews/0"), Fault.WRONG_NAME),
        (changed(2, operation="reviews.bookinfo.svc.cluster.local:9080/*"), Fault.WRONG_NAME),
    ],
)
def test_a_fault_is_found_and_nothing_else(spans: list[Span], fault: Fault) -> None:
    result = reviewed(spans)

    assert {flaw.fault for flaw in result.flaws} == {fault}


@pytest.mark.parametrize(
    ("early", "faults"), [(CLOCK_TOLERANCE, set[Fault]()), (CLOCK_TOLERANCE + 1, {Fault.BEFORE_CLIENT})]
)
def test_a_server_span_may_begin_before_its_client_within_what_clocks_differ(early: int, faults: set[Fault]) -> None:
    client = spans_of("v2")[6]

    result = reviewed(changed(7, start=client.start - early))

    assert {flaw.fault for flaw in result.flaws} == faults


def test_a_repeated_call_needs_a_server_span_for_each_client_span() -> None:
    spans = spans_of("v1")
    again = [replace(span, span_id="77" * 8) for span in spans if span.span_id == spans[4].span_id]

    assert [str(slot) for slot in reviewed([*spans, *again]).missing] == ["server span of reviews.bookinfo"]


def test_a_failed_call_that_was_repeated_needs_no_server_span() -> None:
    spans = spans_of("v1")
    failed = replace(spans[4], span_id="77" * 8, failed=True)

    assert reviewed([*spans, failed]).complete


def test_spans_of_an_application_s_own_tracer_are_left_alone() -> None:
    spans = spans_of("v1")
    own = replace(spans[1], span_id="66" * 8, parent_id=spans[1].span_id, kind=Kind.OTHER, operation="render")

    assert reviewed([*spans, own]).complete


@pytest.mark.parametrize(
    ("tags", "version"),
    [
        ({"istio.canonical_revision": "v3"}, "v3"),
        ({"istio.canonical_revision": "latest"}, None),
        ({"node_id": "sidecar~10.1.2.3~reviews-v2-7f9c-abcde.bookinfo~bookinfo.svc.cluster.local"}, "v2"),
        ({"istio.canonical_revision": "latest", "hostname": "reviews-v1-7f9c-abcde"}, "v1"),
        ({"node_id": "router~10.1.2.3~istio-ingressgateway-7f9c-abcde.istio-ingress~x"}, None),
        ({}, None),
    ],
)
def test_the_version_is_read_from_whatever_tag_tells_it(tags: dict[str, str], version: str | None) -> None:
    assert replace(spans_of("v1")[5], tags=tags).version == version


@pytest.mark.parametrize(
    ("operation", "tags"),
    [
        ("reviews.bookinfo.svc.cluster.local:9080/*", {}),
        ("GET", {"upstream_cluster": "outbound|9080||reviews.bookinfo.svc.cluster.local"}),
        ("GET", {"upstream_cluster.name": "outbound|9080|v1|reviews.bookinfo.svc.cluster.local;"}),
        ("GET", {"upstream_cluster": "outbound_.9080_._.reviews.bookinfo.svc.cluster.local"}),
        ("router outbound|9080||reviews.bookinfo.svc.cluster.local; egress", {}),
    ],
)
def test_the_called_service_is_read_from_the_cluster_or_the_operation(operation: str, tags: dict[str, str]) -> None:
    span = replace(spans_of("v1")[4], operation=operation, tags=tags)

    assert LAYOUT.callee(span) == "reviews.bookinfo"
