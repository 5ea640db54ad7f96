"""Waiting for spans: until the last one is there, or the time is over."""

from collections.abc import Mapping, Sequence

from tests.verify.made_traces import LAYOUT, by_id, made
from verify.backends.backend import Search, SpanStore
from verify.backends.waiting import wait_for_spans
from verify.clock import Clock
from verify.traces.checks import Sent
from verify.traces.model import Span, Trace
from verify.traces.observation import Arrival


class Growing(SpanStore):
    """A backend in which one span more can be seen at each question for a trace."""

    name = "growing"

    def __init__(self, traces: Mapping[str, list[Span]]) -> None:
        self.traces = traces
        self.asked: dict[str, int] = {}

    def answers(self) -> bool:
        return True

    def _spans_of(self, trace_id: str) -> list[Span]:
        self.asked[trace_id] = self.asked.get(trace_id, 0) + 1
        return self.traces[trace_id][: self.asked[trace_id]]

    def _found(self, search: Search) -> list[Trace]:
        raise AssertionError(search)


class TestWaiting:
    @staticmethod
    def wait(backend: SpanStore, sent: Sequence[Sent], timeout: float) -> tuple[dict[str, Trace], Arrival, list[str]]:
        time = [0.0]

        def sleep(seconds: float) -> None:
            time[0] += seconds

        said: list[str] = []
        traces, arrival = wait_for_spans(backend, LAYOUT, sent, timeout, said.append, Clock(lambda: time[0], sleep))
        return traces, arrival, said

    def test_it_ends_when_the_last_span_is_there(self) -> None:
        traces = made(3)
        backend = Growing(by_id(traces))

        found, arrival, said = self.wait(backend, list(traces), 30)

        assert {len(found[sent.trace_id].spans) for sent in traces} == {6, 8}
        assert arrival == Arrival(7.0, 7.0)
        assert said[-1] == "22 of 22 spans, 3 of 3 traces complete"

    def test_complete_traces_are_not_asked_for_again(self) -> None:
        traces = made(3)
        backend = Growing(by_id(traces))

        self.wait(backend, list(traces), 30)

        assert sorted(backend.asked.values()) == [6, 8, 8]

    def test_it_ends_when_the_time_is_over(self) -> None:
        traces = made(3)

        found, arrival, said = self.wait(Growing(by_id(traces)), list(traces), 3.5)

        assert {len(found[sent.trace_id].spans) for sent in traces} == {5}
        assert arrival == Arrival(None, 3.5)
        assert "0 of 3 traces complete" in said[-1]
