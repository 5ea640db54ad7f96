"""Grafana Tempo's API (https://grafana.com/docs/tempo/latest/api_docs/): traces by id as OTLP, search by TraceQL."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from common.plain import at, map_at
from verify.backends import otlp
from verify.backends.backend import Search, SpanStore
from verify.backends.shapes import rows
from verify.traces.model import Span, Trace, hexadecimal


class Tempo(SpanStore):
    """Tempo, with both versions of its API."""

    name = "Tempo"

    def answers(self) -> bool:
        """Tempo alone lists tags by scope."""
        return "scopes" in map_at(self._api.get("/api/v2/search/tags"))

    def _spans_of(self, trace_id: str) -> Iterable[Span]:
        answer = self._api.get(f"/api/v2/traces/{trace_id}")
        if answer is None:  # unknown, or a Tempo before 2.7, which has no second version of this
            answer = self._api.get(f"/api/traces/{trace_id}")
        return otlp.spans(_resource_spans(answer)) if answer is not None else ()

    def _found(self, search: Search) -> list[Trace]:
        conditions = {"resource.service.name": search.service}
        conditions |= {f"span.{name}": value for name, value in search.tags.items()}
        query = " && ".join(f"{name} = {json.dumps(value)}" for name, value in conditions.items())
        limits = {"start": int(search.start), "end": int(search.end) + 1, "limit": search.limit}
        answer = self._api.get("/api/search", {"q": f"{{ {query} }}", **limits})
        return [self.trace(hexadecimal(each["traceID"], 32)) for each in rows(answer["traces"])]


def _resource_spans(answer: Any) -> list[Mapping[str, Any]]:
    """Return the spans by resource: below `trace` in version 2 of the API, as `batches` in version 1.

    Raises:
        KeyError: if it is an answer of neither.
    """
    if "trace" in answer:
        return rows(at(answer, "trace", "resourceSpans"))
    return rows(answer["batches"] if "batches" in answer else answer["resourceSpans"])
