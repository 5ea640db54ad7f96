"""Jaeger's query API: `/api/traces`, which its own page uses and which versions 1 and 2 both have.

Asked with `raw=true`, so that Jaeger does not shift spans whose clocks differ: clock skew is to be seen.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from common.plain import map_at
from verify.backends.backend import Search, SpanStore
from verify.backends.shapes import rows
from verify.traces.model import Kind, Span, Trace, hexadecimal


class Jaeger(SpanStore):
    """Jaeger, of version 1 or 2."""

    name = "Jaeger"

    def answers(self) -> bool:
        """Jaeger gives its list of services as `data`."""
        return "data" in map_at(self._api.get("/api/services"))

    def _spans_of(self, trace_id: str) -> Iterator[Span]:
        answer = self._api.get(f"/api/traces/{trace_id}", {"raw": "true"})
        for trace in rows(answer["data"]) if answer is not None else ():
            yield from _spans(trace)

    def _found(self, search: Search) -> list[Trace]:
        parameters: dict[str, str | int] = {
            "service": search.service,
            "start": int(search.start * 1e6),
            "end": int(search.end * 1e6),
            "limit": search.limit,
            "raw": "true",
        }
        if search.tags:
            parameters["tags"] = json.dumps(dict(search.tags))
        answer = self._api.get("/api/traces", parameters)
        return [Trace.of(hexadecimal(trace["traceID"], 32), _spans(trace)) for trace in rows(answer["data"])]


def _spans(trace: Mapping[str, Any]) -> Iterator[Span]:
    for span in rows(trace.get("spans")):
        process = map_at(trace, "processes", span.get("processID", "")) or map_at(span, "process")
        tags = {**_tags(process.get("tags")), **_tags(span.get("tags"))}
        parent = next((each for each in rows(span.get("references")) if each.get("refType") == "CHILD_OF"), None)
        yield Span(
            trace_id=hexadecimal(span["traceID"], 32),
            span_id=hexadecimal(span["spanID"], 16),
            parent_id=hexadecimal(parent["spanID"], 16) if parent else None,
            kind=Kind(tags.get("span.kind", "")),
            service=process.get("serviceName", ""),
            operation=span.get("operationName", ""),
            start=int(span.get("startTime", 0)),
            duration=int(span.get("duration", 0)),
            tags=tags,
            failed=tags.get("error", "false").lower() == "true",
        )


def _tags(tags: Any) -> dict[str, str]:
    return {each["key"]: str(each.get("value", "")) for each in rows(tags)}
