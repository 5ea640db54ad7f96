"""The report: one file without scripts, everything escaped, and pictures whose bars and arrows are to scale."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.made_traces import LAYOUT, made, observed
from verify.causes import Cause
from verify.findings import failed
from verify.outcomes import Failure, Finding, StageResult, passed
from verify.report.call_graph import NODE_WIDTH, call_graph, calls_of
from verify.report.render import Facts, render
from verify.report.scale import Scale, milliseconds
from verify.report.services import COLOURS, colours
from verify.report.span_table import span_table
from verify.report.waterfall import LABELS, RIGHT, WIDTH, waterfall
from verify.traces.checks import Sent
from verify.traces.model import Span, Trace
from verify.traces.observation import Observation
from verify.traffic import Request, Traffic

FACTS: Final = Facts("demo", "node-1", "1.27.0", "http://203.0.113.7", "100")
WHEN: Final = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
NUMBERS: Final = colours(LAYOUT.services)

#: Elements that HTML leaves open.
_VOID: Final = {"meta", "br", "link", "img", "input", "hr"}


def results(*findings: Finding) -> list[StageResult]:
    return [StageResult("spans", Failure.SPANS, findings or (passed("all spans arrived"),), 1.25)]


def page(seen: Observation | None = None, traffic: Traffic | None = None, *findings: Finding) -> str:
    return render(FACTS, results(*findings), traffic, seen, WHEN)


def trace_of(version: int = 1) -> Trace:
    sent, spans = list(made(3).items())[version]
    return Trace.of(sent.trace_id, spans)


class Balance(HTMLParser):
    """Notes elements that are not closed in order, and all that a page loads or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "object", "embed", "link", "img"}:
            self.faults.append(tag)
        self.faults += [name for name, _ in attrs if name in {"src", "srcset", "action", "onclick", "onload"}]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that closes itself is closed."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"/{tag}")


def pictures(text: str) -> list[ET.Element]:
    """Parse the pictures of a page."""
    return [ET.fromstring(svg) for svg in re.findall(r"<svg .*?</svg>", text, re.DOTALL)]


def of_class(picture: ET.Element, name: str) -> list[ET.Element]:
    return [each for each in picture.iter() if name in each.get("class", "").split()]


def number(element: ET.Element, name: str) -> float:
    return float(element.get(name, "nan"))


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


def test_a_failure_is_at_the_top_with_remedy_and_exit_code() -> None:
    finding = failed("all spans arrived", Cause.SPANS_LOST, "7 of 220 spans are missing")

    text = page(None, None, finding)

    assert "<strong>Broken: all spans arrived</strong>" in text
    assert "exit code 19" in text
    assert "kubectl logs --namespace observability" in text


HOSTILE: Final = '<script>alert("1")</script>&\'"]]>--></svg></style>'


def test_everything_that_comes_from_outside_is_escaped() -> None:
    traces = {
        sent: [replace(span, operation=HOSTILE, tags={"istio.canonical_revision": HOSTILE}) for span in spans]
        for sent, spans in made(3).items()
    }
    sent = next(iter(traces))
    traffic = Traffic(HOSTILE, HOSTILE, 0, 1, (Request(sent, 0.1),))
    finding = failed(HOSTILE, Cause.SPANS_LOST, HOSTILE)
    text = render(Facts(*[HOSTILE] * 5), results(finding), traffic, observed(traces), WHEN)
    parser = Balance()
    parser.feed(text)

    assert "<script" not in text
    assert (parser.open, parser.faults) == ([], [])
    assert len(pictures(text)) == 2


class TestWaterfall:
    def test_each_span_has_a_bar_in_the_order_of_the_tree(self) -> None:
        picture = waterfall(trace_of(), NUMBERS)

        assert [bar.label for bar in picture.bars] == [
            "istio-ingressgateway.istio-ingress",
            "productpage.bookinfo",
            "productpage.bookinfo",
            "details.bookinfo",
            "productpage.bookinfo",
            "reviews.bookinfo v2",
            "reviews.bookinfo v2",
            "ratings.bookinfo",
        ]
        assert [bar.indent for bar in picture.bars] == [8, 22, 36, 50, 36, 50, 64, 78]

    def test_bars_in_the_page_are_to_scale(self) -> None:
        trace = trace_of()
        picture, _ = pictures(page(observed({Sent(trace.trace_id, "0" * 15 + "2"): list(trace.spans)})))
        bars = of_class(picture, "bar")
        begin, length = trace.spans[0].start, trace.spans[0].duration
        room = WIDTH - LABELS - RIGHT

        for bar, span in zip(bars, trace.spans, strict=True):
            assert number(bar, "x") == pytest.approx(LABELS + (span.start - begin) / length * room, abs=0.02)
            assert number(bar, "width") == pytest.approx(span.duration / length * room, abs=0.02)

    def test_the_axis_has_its_ticks_where_the_times_are(self) -> None:
        picture = waterfall(trace_of(), NUMBERS)

        assert [text for _, text in picture.ticks] == [f"{tick} ms" for tick in range(0, 41, 5)]
        assert picture.ticks[0][0] == LABELS
        assert picture.ticks[-1][0] == WIDTH - RIGHT

    def test_a_service_has_one_colour_and_its_name_beside_it(self) -> None:
        bars = waterfall(trace_of(), NUMBERS).bars

        assert len({(bar.span.service, bar.colour) for bar in bars}) == 5
        assert all(bar.label.startswith(bar.span.service) for bar in bars)

    def test_a_picture_of_orphans_shows_them_all(self) -> None:
        spans = [replace(span, parent_id="f" * 16) for span in trace_of().spans]

        assert len(waterfall(Trace.of("1" * 32, spans), NUMBERS).bars) == 8

    def test_spans_in_a_circle_are_shown_once(self) -> None:
        first, second, *_ = trace_of().spans
        spans = [replace(first, parent_id=second.span_id), second]

        assert len(waterfall(Trace.of("1" * 32, spans), NUMBERS).bars) == 2

    @given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**7)), min_size=1, max_size=12))
    def test_every_bar_and_text_lies_in_the_picture(self, times: list[tuple[int, int]]) -> None:
        model = trace_of().spans[0]
        spans = [
            replace(model, span_id=f"{index:016x}", parent_id=None, start=start, duration=duration)
            for index, (start, duration) in enumerate(times)
        ]

        picture = waterfall(Trace.of("1" * 32, spans), NUMBERS)

        for bar in picture.bars:
            assert LABELS <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 2
            assert 0 <= bar.text_x <= WIDTH
            assert bar.y + picture.row <= picture.height


class TestCallGraph:
    def test_calls_are_counted_with_their_median(self) -> None:
        traces = [Trace.of(sent.trace_id, spans) for sent, spans in made(30).items()]

        calls = {(call.caller, call.callee): (call.count, call.p50) for call in calls_of(traces)}

        assert calls == {
            (LAYOUT.gateway, "productpage.bookinfo"): (30, 40.0),
            ("productpage.bookinfo", "details.bookinfo"): (30, 6.0),
            ("productpage.bookinfo", "reviews.bookinfo"): (30, 24.0),
            ("reviews.bookinfo", "ratings.bookinfo"): (20, 10.0),
        }

    def test_who_is_called_stands_right_of_the_caller(self) -> None:
        graph = call_graph([trace_of()], NUMBERS)
        places = {node.service: (node.x, node.y) for node in graph.nodes}

        for edge in graph.edges:
            assert places[edge.call.caller][0] + NODE_WIDTH < places[edge.call.callee][0]

    def test_no_two_services_cover_each_other(self) -> None:
        nodes = call_graph([trace_of()], NUMBERS).nodes

        boxes = [(node.x, node.y) for node in nodes]
        assert len(set(boxes)) == len(nodes) == 5
        assert all(0 <= node.x <= node.x + node.width <= WIDTH for node in nodes)
        for one in nodes:
            for other in nodes:
                assert one is other or one.x != other.x or abs(one.y - other.y) >= one.height

    def test_versions_and_numbers_of_spans_are_told(self) -> None:
        traces = [Trace.of(sent.trace_id, spans) for sent, spans in made(3).items()]
        nodes = {node.service: node for node in call_graph(traces, NUMBERS).nodes}

        assert nodes["reviews.bookinfo"].subtitle == "v1, v2, v3 · 5 spans"

    def test_a_circle_of_calls_ends(self) -> None:
        spans = list(trace_of().spans)
        back: list[Span] = [
            replace(spans[6], span_id="a" * 16, parent_id=spans[7].span_id, service="ratings.bookinfo"),
            replace(spans[1], span_id="b" * 16, parent_id="a" * 16),
        ]

        graph = call_graph([Trace.of("1" * 32, [*spans, *back])], NUMBERS)

        assert ("ratings.bookinfo", "productpage.bookinfo") in {
            (edge.call.caller, edge.call.callee) for edge in graph.edges
        }


def test_the_table_counts_each_kind_of_span() -> None:
    traces = made(3)
    last = list(traces)[2]
    traces[last] = traces[last][:-1]

    rows = {row.name: (row.expected, row.found, row.missing) for row in span_table(observed(traces))}

    assert rows["server span of ratings.bookinfo"] == (2, 1, 1)
    assert rows["client span of productpage.bookinfo for reviews.bookinfo"] == (3, 3, 0)
    assert rows["all spans"] == (22, 21, 1)


def test_services_beyond_the_colours_share_them() -> None:
    assert set(colours(f"service-{number}" for number in range(20)).values()) == set(range(COLOURS))


@given(st.floats(1e-3, 1e7), st.integers(2, 20))
def test_ticks_are_round_and_few_and_reach_almost_to_the_end(length: float, most: int) -> None:
    ticks = Scale(length, 0, 100).ticks(most)

    assert ticks[0] == 0
    assert 1 <= len(ticks) <= most + 1
    assert ticks[-1] <= length * 1.000001
    assert len(ticks) == 1 or length - ticks[-1] <= ticks[1] * 1.000001


@pytest.mark.parametrize(("value", "text"), [(0.417, "0.42 ms"), (8.06, "8.1 ms"), (112.4, "112 ms")])
def test_times_are_told_as_precisely_as_people_read_them(value: float, text: str) -> None:
    assert milliseconds(value) == text
