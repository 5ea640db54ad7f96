"""Zipkin's API v2 (https://zipkin.io/zipkin-api/): names of services and spans are in lower case there."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from common.plain import map_at
from verify.backends.backend import Search, SpanStore
from verify.backends.shapes import rows, texts
from verify.traces.model import Kind, Span, Trace, hexadecimal


class Zipkin(SpanStore):
    """Zipkin, or what answers as it does."""

    name = "Zipkin"

    def answers(self) -> bool:
        """Zipkin gives its list of services as it is."""
        return isinstance(self._api.get("/api/v2/services"), list)

    def _spans_of(self, trace_id: str) -> Iterable[Span]:
        answer = self._api.get(f"/api/v2/trace/{trace_id}")
        return map(_span, rows(_list(answer)) if answer is not None else ())

    def _found(self, search: Search) -> list[Trace]:
        parameters: dict[str, str | int] = {
            "serviceName": search.service.lower(),
            "endTs": int(search.end * 1000),
            "lookback": int((search.end - search.start) * 1000),
            "limit": search.limit,
        }
        if search.tags:
            parameters["annotationQuery"] = " and ".join(f"{name}={value}" for name, value in search.tags.items())
        found = [rows(spans) for spans in _list(self._api.get("/api/v2/traces", parameters))]
        return [Trace.of(hexadecimal(spans[0]["traceId"], 32), map(_span, spans)) for spans in found if spans]


def _list(answer: Any) -> list[Any]:
    if not isinstance(answer, list):
        raise TypeError
    return cast("list[Any]", answer)


def _span(span: Mapping[str, Any]) -> Span:
    tags = texts(span.get("tags"))
    parent = span.get("parentId")
    return Span(
        trace_id=hexadecimal(span["traceId"], 32),
        span_id=hexadecimal(span["id"], 16),
        parent_id=hexadecimal(parent, 16) if parent else None,
        kind=Kind(span.get("kind", "").lower()),
        service=map_at(span, "localEndpoint").get("serviceName", ""),
        operation=span.get("name", ""),
        start=int(span.get("timestamp", 0)),
        duration=int(span.get("duration", 0)),
        tags=tags,
        failed="error" in tags and tags["error"] != "false",
    )
