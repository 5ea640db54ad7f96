"""What must hold of each trace: pure checks that say which spans are missing, and which are not as they should be."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from verify.traces.bookinfo import ServiceNaming, Slot, expected, fills
from verify.traces.model import Kind, Span, Trace

#: By how many microseconds a server span may begin before its client span: clocks that NTP keeps differ by less.
CLOCK_TOLERANCE: Final = 10_000


@dataclass(frozen=True)
class Sent:
    """A request that was sent with ids of our own, and answered.

    Arguments:
        trace_id: the trace's id.
        span_id: the id that the request named as the parent; no backend has a span of it.
    """

    trace_id: str
    span_id: str


class Fault(StrEnum):
    """What can be wrong with a span that is there."""

    ORPHAN = "its parent is not in the trace"
    SECOND_ROOT = "it has no parent, as if it began the trace"
    WRONG_PARENT = "its parent is not the client span of the call"
    WRONG_NAME = "it is not named for the service that is called"
    BEFORE_CLIENT = "it begins before its client span"


@dataclass(frozen=True)
class Flaw:
    """A fault of one span.

    Arguments:
        fault: what is wrong.
        span: the span.
    """

    fault: Fault
    span: Span

    def __str__(self) -> str:
        """For example `trace 4bf9…: server span of details.bookinfo 00f0…: its parent is not in the trace`."""
        span = self.span
        return f"trace {span.trace_id}: {span.kind} span of {span.service} ({span.span_id}): {self.fault}"


@dataclass(frozen=True)
class Review:
    """What the checks say of one trace.

    Arguments:
        sent: the request.
        trace: its trace; without spans if the backend has none.
        missing: spans that must be there and are not.
        flaws: faults of spans that are there.
        found: number of Bookinfo's spans that are there.
    """

    sent: Sent
    trace: Trace
    missing: tuple[Slot, ...] = ()
    flaws: tuple[Flaw, ...] = field(default=())
    found: int = 0

    @property
    def expected(self) -> int:
        """How many spans it must have; for a trace without spans the least number."""
        return self.found + len(self.missing)

    @property
    def absent(self) -> bool:
        """Whether the backend has no span of it."""
        return self.found == 0

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing is wrong."""
        return not self.missing and not self.flaws


def with_traces(naming: ServiceNaming, traces: Iterable[Trace]) -> ServiceNaming:
    """Return the naming with what the traces tell of the gateway: whether it reports server spans."""
    serves = any(trace.reported(naming.gateway, Kind.SERVER) for trace in traces)
    return replace(naming, gateway_serves=serves)


def review(naming: ServiceNaming, sent: Sent, trace: Trace) -> Review:
    """Check one trace.

    Arguments:
        naming: what the services are called, and what the gateway reports.
        sent: the request that the trace is of.
        trace: its spans, in any order.
    """
    ours = tuple(span for span in trace.spans if span.service in naming.services and span.kind is not Kind.OTHER)
    flaws = tuple(flaw for span in ours for flaw in _flaws(naming, sent, trace, span))
    return Review(sent, trace, tuple(_missing(naming, trace)), flaws, len(ours))


def _missing(naming: ServiceNaming, trace: Trace) -> Iterator[Slot]:
    """Yield the expected spans that are not there, and the server spans of calls that were repeated."""
    unfilled = [slot for slot in expected(naming, trace) if not any(fills(naming, slot, span) for span in trace.spans)]
    yield from unfilled
    # a failed call may never have reached a server
    clients = [span for span in trace.spans if span.kind is Kind.CLIENT and not span.failed]
    calls = Counter(naming.callee(span) for span in clients if span.service in naming.services)
    for service, count in calls.items():
        slot = Slot(service, Kind.SERVER, service) if service else None
        if slot and slot not in unfilled:
            yield from [slot] * (count - len(trace.reported(slot.service, Kind.SERVER)))


def _flaws(naming: ServiceNaming, sent: Sent, trace: Trace, span: Span) -> Iterator[Flaw]:
    if not naming.rightly_named(span):
        yield Flaw(Fault.WRONG_NAME, span)
    parent = trace.parent(span)
    if span.parent_id is None:
        yield Flaw(Fault.SECOND_ROOT, span)
    elif parent is None and span.parent_id != sent.span_id:
        yield Flaw(Fault.ORPHAN, span)
    if span.kind is not Kind.SERVER or span.service == naming.gateway or span.parent_id is None:
        return
    if span.parent_id == sent.span_id or (parent and not _calls(naming, parent, span)):
        yield Flaw(Fault.WRONG_PARENT, span)
    elif parent and span.start < parent.start - CLOCK_TOLERANCE:
        yield Flaw(Fault.BEFORE_CLIENT, span)


def _calls(naming: ServiceNaming, client: Span, server: Span) -> bool:
    """Tell whether `client` is the other side of `server`."""
    return client.kind is Kind.CLIENT and client.service != server.service and naming.callee(client) == server.service
