"""The report's pictures: bars, ticks and arrows to scale, with everything in sight."""

from dataclasses import replace
from itertools import combinations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.lists import non_empty
from tests.verify.made_traces import LAYOUT, made, observed
from tests.verify.report_pages import number, of_class, page, pictures
from verify.report.call_graph import NODE_WIDTH, call_graph, calls_of
from verify.report.scale import Scale, milliseconds
from verify.report.services import COLOURS, colours
from verify.report.waterfall import LABELS, RIGHT, WIDTH, waterfall
from verify.traces.checks import Sent
from verify.traces.model import Span, Trace

NUMBERS: Final = colours(LAYOUT.services)


def trace_of(version: int = 1) -> Trace:
    sent, spans = list(made(3).items())[version]
    return Trace.of(sent.trace_id, spans)


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

        assert len(picture.bars) == len(times)
        for bar in picture.bars:
            assert LABELS <= bar.x <= bar.x + bar.width <= WIDTH - RIGHT + 2
            assert 0 <= bar.text_x <= WIDTH
            assert bar.y + picture.row <= picture.height


class TestCallGraph:
    def test_calls_are_counted_with_their_median(self) -> None:
        traces = [Trace.of(sent.trace_id, spans) for sent, spans in made(30).items()]

        calls = {(call.caller, call.callee): (call.count, call.p50) for call in calls_of(traces, LAYOUT)}

        assert calls == {
            (LAYOUT.gateway, "productpage.bookinfo"): (30, 40.0),
            ("productpage.bookinfo", "details.bookinfo"): (30, 6.0),
            ("productpage.bookinfo", "reviews.bookinfo"): (30, 24.0),
            ("reviews.bookinfo", "ratings.bookinfo"): (20, 10.0),
        }

    def test_who_is_called_stands_right_of_the_caller(self) -> None:
        graph = call_graph([trace_of()], LAYOUT, NUMBERS)
        places = {node.service: (node.x, node.y) for node in graph.nodes}

        for edge in non_empty(graph.edges, "calls"):
            assert places[edge.call.caller][0] + NODE_WIDTH < places[edge.call.callee][0]

    def test_no_two_services_cover_each_other(self) -> None:
        nodes = call_graph([trace_of()], LAYOUT, NUMBERS).nodes

        boxes = [(node.x, node.y) for node in nodes]
        assert len(set(boxes)) == len(nodes) == 5
        assert all(0 <= node.x <= node.x + node.width <= WIDTH for node in nodes)
        for one, other in combinations(nodes, 2):
            assert one.x != other.x or abs(one.y - other.y) >= one.height

    def test_versions_and_numbers_of_spans_are_told(self) -> None:
        traces = [Trace.of(sent.trace_id, spans) for sent, spans in made(3).items()]
        nodes = {node.service: node for node in call_graph(traces, LAYOUT, NUMBERS).nodes}

        assert nodes["reviews.bookinfo"].subtitle == "v1, v2, v3 · 5 spans"

    def test_a_service_that_was_called_and_reported_nothing_stands_out(self) -> None:
        spans = [span for span in trace_of().spans if span.service != "ratings.bookinfo"]

        graph = call_graph([Trace.of("1" * 32, spans)], LAYOUT, NUMBERS)

        assert [node.service for node in graph.nodes if node.silent] == ["ratings.bookinfo"]
        assert ("reviews.bookinfo", "ratings.bookinfo") in {(it.call.caller, it.call.callee) for it in graph.edges}

    def test_a_circle_of_calls_ends(self) -> None:
        spans = list(trace_of().spans)
        back: list[Span] = [
            replace(spans[0], span_id="a" * 16, parent_id=spans[7].span_id, service="ratings.bookinfo"),
        ]

        graph = call_graph([Trace.of("1" * 32, [*spans, *back])], LAYOUT, NUMBERS)

        assert ("ratings.bookinfo", "productpage.bookinfo") in {
            (edge.call.caller, edge.call.callee) for edge in graph.edges
        }


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
