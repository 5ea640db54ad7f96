"""Waiting for spans: asks for each trace until it is complete, or the time is over."""

from collections.abc import Callable, Sequence
from typing import Final

from verify.backends.backend import SpanStore
from verify.clock import CLOCK, Clock
from verify.traces.bookinfo import ServiceNaming
from verify.traces.checks import Fault, Review, Sent, review, with_traces
from verify.traces.model import Trace
from verify.traces.observation import Arrival

#: Seconds between two rounds of questions.
_PAUSE: Final = 1.0


def wait_for_spans(
    backend: SpanStore,
    naming: ServiceNaming,
    sent: Sequence[Sent],
    timeout: float,
    progress: Callable[[str], None],
    clock: Clock = CLOCK,
) -> tuple[dict[str, Trace], Arrival]:
    """Return the traces of requests by their ids, and how long they were in coming.

    Arguments:
        backend: whom to ask; complete traces are not asked for again.
        naming: what the services are called.
        sent: the requests.
        timeout: longest wait, in seconds.
        progress: is told how far it is.
        clock: the time; for tests.

    Raises:
        QueryError: if the backend can't be asked.
    """
    begin = clock.now()
    traces: dict[str, Trace] = {}
    incomplete = list(sent)
    while True:
        traces |= {each.trace_id: backend.trace(each.trace_id) for each in incomplete}
        reviews = _reviews(naming, sent, traces)
        incomplete = [each.sent for each in reviews if not _settled(each)]
        waited = clock.now() - begin
        found, expected = sum(each.found for each in reviews), sum(each.expected for each in reviews)
        progress(f"{found} of {expected} spans, {len(sent) - len(incomplete)} of {len(sent)} traces complete")
        if not incomplete or waited >= timeout:
            return traces, Arrival(None if incomplete else waited, waited)
        clock.sleep(min(_PAUSE, max(0.0, timeout - waited)))


def _reviews(naming: ServiceNaming, sent: Sequence[Sent], traces: dict[str, Trace]) -> list[Review]:
    naming = with_traces(naming, traces.values())
    return [review(naming, each, traces[each.trace_id]) for each in sent]


def _settled(result: Review) -> bool:
    """Tell whether nothing is to come any more: nothing is missing, no parent either."""
    return not result.missing and all(flaw.fault is not Fault.ORPHAN for flaw in result.flaws)
