"""Jaeger's query API: `/api/traces`, which its own page uses and which versions 1 and 2 both have.

Asked with `raw=true`, so that Jaeger does not shift spans whose clocks differ: clock skew is to be seen.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from verify.backends.backend import Search
from verify.backends.query import QueryApi, answers_of
from verify.backends.shapes import Object, rows, table
from verify.traces.model import Kind, Span, Trace, hexadecimal

#: The port that its query API has unless set otherwise.
PORT: Final = 16686

_KINDS: Final = {"client": Kind.CLIENT, "server": Kind.SERVER}


@dataclass(frozen=True)
class Jaeger:
    """A Jaeger.

    Arguments:
        api: its query API.
    """

    api: QueryApi
    searches: bool = True
    keeps_all: bool = True

    @property
    def title(self) -> str:
        """For example `Jaeger at http://127.0.0.1:16686`."""
        return f"Jaeger at {self.api.url}"

    @staticmethod
    def is_at(api: QueryApi) -> bool:
        """Tell whether a Jaeger answers there."""
        answer = api.get("/api/services")
        return "data" in table(answer)

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if there is none."""
        answer = self.api.get(f"/api/traces/{trace_id}", {"raw": "true"})
        with answers_of(self.api, "Jaeger"):
            found = rows(answer["data"]) if answer is not None else []
            return Trace.of(trace_id, (span for trace in found for span in _spans(trace)))

    def search(self, search: Search) -> list[Trace]:
        """Return the traces that are found."""
        parameters: dict[str, str | int] = {
            "service": search.service,
            "start": int(search.start * 1e6),
            "end": int(search.end * 1e6),
            "limit": search.limit,
            "raw": "true",
        }
        if search.tags:
            parameters["tags"] = json.dumps(dict(search.tags))
        answer = self.api.get("/api/traces", parameters)
        with answers_of(self.api, "Jaeger"):
            return [Trace.of(hexadecimal(trace["traceID"], 32), _spans(trace)) for trace in rows(answer["data"])]


def _spans(trace: Object) -> Iterator[Span]:
    processes = table(trace.get("processes"))
    for span in rows(trace.get("spans")):
        process = table(processes.get(span.get("processID", "")) or span.get("process"))
        tags = {**_tags(process.get("tags")), **_tags(span.get("tags"))}
        parent = next((each for each in rows(span.get("references")) if each.get("refType") == "CHILD_OF"), None)
        yield Span(
            trace_id=hexadecimal(span["traceID"], 32),
            span_id=hexadecimal(span["spanID"], 16),
            parent_id=hexadecimal(parent["spanID"], 16) if parent else None,
            kind=_KINDS.get(tags.get("span.kind", ""), Kind.OTHER),
            service=process.get("serviceName", ""),
            operation=span.get("operationName", ""),
            start=int(span.get("startTime", 0)),
            duration=int(span.get("duration", 0)),
            tags=tags,
            failed=tags.get("error", "false").lower() == "true",
        )


def _tags(tags: Any) -> dict[str, str]:
    return {each["key"]: str(each.get("value", "")) for each in rows(tags)}
