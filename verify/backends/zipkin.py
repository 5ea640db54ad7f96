"""Zipkin's API v2 (https://zipkin.io/zipkin-api/): names of services and spans are in lower case there."""

from dataclasses import dataclass
from typing import Any, Final, cast

from verify.backends.backend import Search
from verify.backends.query import QueryApi, answers_of
from verify.backends.shapes import Object, rows, table, texts
from verify.traces.model import Kind, Span, Trace, hexadecimal

#: The port that its API and page have unless set otherwise.
PORT: Final = 9411

_KINDS: Final = {"CLIENT": Kind.CLIENT, "SERVER": Kind.SERVER}


@dataclass(frozen=True)
class Zipkin:
    """A Zipkin.

    Arguments:
        api: its API.
    """

    api: QueryApi
    searches: bool = True
    keeps_all: bool = True

    @property
    def title(self) -> str:
        """For example `Zipkin at http://127.0.0.1:9411`."""
        return f"Zipkin at {self.api.url}"

    @staticmethod
    def is_at(api: QueryApi) -> bool:
        """Tell whether a Zipkin answers there."""
        return isinstance(api.get("/api/v2/services"), list)

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if there is none."""
        answer = self.api.get(f"/api/v2/trace/{trace_id}")
        with answers_of(self.api, "Zipkin"):
            return Trace.of(trace_id, map(_span, rows(_list(answer)) if answer is not None else ()))

    def search(self, search: Search) -> list[Trace]:
        """Return the traces that are found."""
        parameters: dict[str, str | int] = {
            "serviceName": search.service.lower(),
            "endTs": int(search.end * 1000),
            "lookback": int((search.end - search.start) * 1000),
            "limit": search.limit,
        }
        if search.tags:
            parameters["annotationQuery"] = " and ".join(f"{name}={value}" for name, value in search.tags.items())
        answer = self.api.get("/api/v2/traces", parameters)
        with answers_of(self.api, "Zipkin"):
            found = [rows(spans) for spans in _list(answer)]
            return [Trace.of(hexadecimal(spans[0]["traceId"], 32), map(_span, spans)) for spans in found if spans]


def _list(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError
    return cast("list[Any]", answer)


def _span(span: Object) -> Span:
    tags = texts(span.get("tags"))
    parent = span.get("parentId")
    return Span(
        trace_id=hexadecimal(span["traceId"], 32),
        span_id=hexadecimal(span["id"], 16),
        parent_id=hexadecimal(parent, 16) if parent else None,
        kind=_KINDS.get(span.get("kind", ""), Kind.OTHER),
        service=table(span.get("localEndpoint")).get("serviceName", ""),
        operation=span.get("name", ""),
        start=int(span.get("timestamp", 0)),
        duration=int(span.get("duration", 0)),
        tags=tags,
        failed="error" in tags and tags["error"] != "false",
    )
