"""Grafana Tempo's API (https://grafana.com/docs/tempo/latest/api_docs/): traces by id as OTLP, search by TraceQL."""

import json
from dataclasses import dataclass
from typing import Any, Final

from verify.backends import otlp
from verify.backends.backend import Search
from verify.backends.query import QueryApi, answers_of
from verify.backends.shapes import Object, rows, table
from verify.traces.model import Trace, hexadecimal

#: The port that its API has unless set otherwise.
PORT: Final = 3200


@dataclass(frozen=True)
class Tempo:
    """A Tempo.

    Arguments:
        api: its API.
    """

    api: QueryApi
    searches: bool = True
    keeps_all: bool = True

    @property
    def title(self) -> str:
        """For example `Tempo at http://127.0.0.1:3200`."""
        return f"Tempo at {self.api.url}"

    @staticmethod
    def is_at(api: QueryApi) -> bool:
        """Tell whether a Tempo answers there."""
        answer = api.get("/api/v2/search/tags")
        return "scopes" in table(answer)

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if there is none."""
        answer = self.api.get(f"/api/v2/traces/{trace_id}")
        if answer is None:  # unknown, or a Tempo before 2.7, which has no second version of this
            answer = self.api.get(f"/api/traces/{trace_id}")
        with answers_of(self.api, "Tempo"):
            return Trace.of(trace_id, otlp.spans(_resource_spans(answer)) if answer is not None else ())

    def search(self, search: Search) -> list[Trace]:
        """Return the traces that are found."""
        conditions = {"resource.service.name": search.service}
        conditions |= {f"span.{name}": value for name, value in search.tags.items()}
        query = " && ".join(f"{name} = {json.dumps(value)}" for name, value in conditions.items())
        answer = self.api.get(
            "/api/search",
            {
                "q": f"{{ {query} }}",
                "start": int(search.start),
                "end": int(search.end) + 1,
                "limit": search.limit,
            },
        )
        with answers_of(self.api, "Tempo"):
            found = [hexadecimal(each["traceID"], 32) for each in rows(answer["traces"])]
        return [self.trace(trace_id) for trace_id in found]


def _resource_spans(answer: Any) -> list[Object]:
    """Return the spans by resource: below `trace` in version 2 of the API, as `batches` in version 1.

    Raises:
        KeyError: if it is an answer of neither.
    """
    if "trace" in answer:
        return rows(table(answer["trace"]).get("resourceSpans"))
    return rows(answer["batches"] if "batches" in answer else answer["resourceSpans"])
