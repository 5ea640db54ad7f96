"""What every tracing backend can be asked."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import ClassVar

from verify.backends.query import QueryApi, QueryError
from verify.causes import Cause
from verify.traces.model import Span, Trace


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


class SpanStore(ABC):
    """A tracing backend.

    Arguments:
        api: its query API.

    Attributes:
        name: what people call it.
        searches: whether it can be searched; otherwise it gives traces by id only.
        keeps_all: whether it keeps every trace that it gets; otherwise a trace that is not there says nothing.
    """

    name: ClassVar[str]
    searches: ClassVar[bool] = True
    keeps_all: ClassVar[bool] = True

    def __init__(self, api: QueryApi) -> None:
        self._api = api

    @property
    def title(self) -> str:
        """Its name and address, for example `Zipkin at http://127.0.0.1:8080`."""
        return f"{self.name} at {self._api.url}"

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether a backend of this kind answers at the address.

        Raises:
            QueryError: if it can't be asked.
        """

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if there is none.

        Raises:
            QueryError: if the backend can't be asked.
        """
        with self._understood():
            return Trace.of(trace_id, self._spans_of(trace_id))

    def search(self, search: Search) -> list[Trace]:
        """Return the traces that are found, with all their spans.

        Raises:
            QueryError: if the backend can't be asked.
        """
        with self._understood():
            return self._found(search)

    @abstractmethod
    def _spans_of(self, trace_id: str) -> Iterable[Span]: ...

    @abstractmethod
    def _found(self, search: Search) -> list[Trace]: ...

    @contextmanager
    def _understood(self) -> Generator[None]:
        """Turn an answer that this kind of backend does not give into a `QueryError`."""
        try:
            yield
        except (KeyError, TypeError, ValueError) as error:
            evidence = f"{self._api.url} answers with JSON, but not as {self.name} does"
            raise QueryError(Cause.QUERY_UNKNOWN, evidence) from error
