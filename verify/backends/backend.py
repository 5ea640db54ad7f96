"""What every tracing backend can be asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from verify.traces.model import Trace


@dataclass(frozen=True)
class Search:
    """A question for traces that have a certain span.

    Arguments:
        service: the service that reported the span.
        start: the earliest time, in seconds since 1970.
        end: the latest time, in seconds since 1970.
        tags: tags that the span has. Default: any.
        limit: largest number of traces. Default 200.
    """

    service: str
    start: float
    end: float
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    limit: int = 200


class SpanStore(Protocol):
    """A tracing backend.

    Attributes:
        title: what people call it, with its address, for example `Jaeger at http://127.0.0.1:16686`.
        searches: whether it can be searched; otherwise it gives traces by id only.
        keeps_all: whether it keeps every trace that it gets; otherwise a trace that is not there says nothing.
    """

    @property
    def title(self) -> str: ...  # noqa: D102 - see the class

    @property
    def searches(self) -> bool: ...  # noqa: D102 - see the class

    @property
    def keeps_all(self) -> bool: ...  # noqa: D102 - see the class

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if there is none.

        Raises:
            QueryError: if the backend can't be asked.
        """
        ...

    def search(self, search: Search) -> list[Trace]:
        """Return the traces that are found, with all their spans.

        Raises:
            QueryError: if the backend can't be asked.
        """
        ...
