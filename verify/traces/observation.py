"""All that a run has seen of spans, as plain data: what the diagnosis is made from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from verify.traces.bookinfo import ServiceNaming
from verify.traces.checks import Review, Sent, review, with_traces
from verify.traces.model import Trace


@dataclass(frozen=True)
class Sampling:
    """What became of the requests that left the decision to the mesh, having brought no trace headers.

    A request that says that it is sampled is traced whatever the mesh's sampling is (Envoy's OpenTelemetry tracer keeps
    the parent's decision), so only requests without such a header show it.

    Arguments:
        percentage: the share of requests that the environment is set to trace, 0 to 100.
        requests: how many were sent and answered. Default 0.
        traced: how many traces of them there are; `None` (default) if the backend cannot search.
    """

    percentage: float
    requests: int = 0
    traced: int | None = None


@dataclass(frozen=True)
class Arrival:
    """How long the spans were in coming.

    Arguments:
        seconds: from the last request until the last span was found; `None` if some never came.
        waited: how long was waited, in seconds.
    """

    seconds: float | None
    waited: float


@dataclass(frozen=True)
class Observation:
    """A run.

    Arguments:
        naming: what the services are called.
        reviews: what the checks say of each request's trace.
        sampling: what became of requests without trace headers.
        arrival: how long the spans were in coming.
        others: by service, traces of the same time that are not of our requests; without a service if the backend was
            not or could not be asked for them. Default: none.
        renamed: traces of our requests with other ids than they brought. Default: none.
        max_loss: percentage of the expected spans that may be missing, 0 to 100. Default 0.
        held_back: seconds for which the Collector holds spans back. Default 0.
    """

    naming: ServiceNaming
    reviews: tuple[Review, ...]
    sampling: Sampling
    arrival: Arrival
    others: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict[str, tuple[Trace, ...]])
    renamed: tuple[Trace, ...] = ()
    max_loss: float = 0
    held_back: float = 0

    @classmethod
    def of(
        cls,
        naming: ServiceNaming,
        sent: Iterable[Sent],
        traces: Mapping[str, Trace],
        sampling: Sampling,
        arrival: Arrival,
    ) -> Self:
        """Return the observation of the requests `sent` and their `traces` by id, each checked."""
        naming = with_traces(naming, traces.values())
        reviews = tuple(review(naming, each, traces.get(each.trace_id, Trace(each.trace_id))) for each in sent)
        return cls(naming, reviews, sampling, arrival)

    @cached_property
    def present(self) -> tuple[Review, ...]:
        """The reviews of the traces of which there are spans."""
        return tuple(each for each in self.reviews if not each.absent)

    @cached_property
    def absent(self) -> tuple[Review, ...]:
        """The reviews of the traces of which there is no span."""
        return tuple(each for each in self.reviews if each.absent)

    @property
    def expected(self) -> int:
        """How many spans there must be."""
        return sum(each.expected for each in self.reviews)

    @property
    def found(self) -> int:
        """How many of them there are."""
        return sum(each.found for each in self.reviews)
