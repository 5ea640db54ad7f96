"""Lightstep's (ServiceNow Cloud Observability's) public API, which gives the traces that a stream has kept.

Its satellites keep few traces for good. The API gives those by the id of one of their spans (`stored-traces`), and
such ids as the exemplars of a stream (`streams/<id>/timeseries`). So a stream that matches Bookinfo's gateway must
exist, and a trace that is not found says nothing. What is read was taken from https://api-docs.lightstep.com and from
clients of that API; no account was at hand to try it.
"""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from common.plain import at, map_at
from verify.backends.backend import Search, SpanStore
from verify.backends.query import QueryApi
from verify.backends.shapes import rows, texts
from verify.traces.model import Kind, Span, Trace, hexadecimal

#: How far back exemplars are looked for, in seconds.
_WINDOW: Final = 15 * 60

#: For how many seconds a list of exemplars serves; the API limits how often it may be asked.
_FRESH: Final = 5.0

#: Lightstep knows traces by the last 64 bits of their ids.
_SHORT: Final = 16


class Lightstep(SpanStore):
    """A project in Lightstep.

    Arguments:
        api: the public API of the project: `https://api.lightstep.com/public/v0.2/<organization>/projects/<project>`.
    """

    name = "Lightstep"
    searches = False
    keeps_all = False

    def __init__(self, api: QueryApi) -> None:
        super().__init__(api)
        self._known: dict[str, str] = {}
        self._asked = 0.0

    def answers(self) -> bool:
        """Lightstep gives its list of streams as `data`."""
        return "data" in map_at(self._api.get("/streams"))

    def _spans_of(self, trace_id: str) -> Iterator[Span]:
        span_id = self._exemplars().get(trace_id[-_SHORT:])
        answer = self._api.get("/stored-traces", {"span-id": span_id}) if span_id else None
        for trace in rows(answer["data"]) if answer is not None else ():
            yield from _spans(trace_id, trace)

    def _found(self, search: Search) -> list[Trace]:
        del search  # the public API can't be searched without making something in it
        return []

    def _exemplars(self) -> Mapping[str, str]:
        """Return the id of a span of each kept trace, by the end of the trace's id."""
        now = time.time()
        if now - self._asked < _FRESH:
            return self._known
        self._asked = now
        window = {"oldest-time": _timestamp(now - _WINDOW), "youngest-time": _timestamp(now)}
        parameters: dict[str, str | int] = {**window, "resolution-ms": 60_000, "include-exemplars": 1}
        for stream in rows(self._api.get("/streams")["data"]):
            answer = self._api.get(f"/streams/{stream['id']}/timeseries", parameters)
            for each in rows(at(answer["data"]["attributes"], "exemplars")):
                self._known[hexadecimal(each["trace_guid"], _SHORT)[-_SHORT:]] = each["span_guid"]
        return self._known


def _spans(trace_id: str, trace: Mapping[str, Any]) -> Iterator[Span]:
    reporters = {each["reporter-id"]: each for each in rows(at(trace, "relationships", "reporters"))}
    for span in rows(at(trace, "attributes", "spans")):
        reporter = reporters.get(span.get("reporter-id"))
        tags = {**texts(at(reporter, "attributes")), **texts(span.get("tags"))}
        parent = tags.get("parent_span_guid")
        start = int(span["start-time-micros"])
        yield Span(
            trace_id=trace_id,
            span_id=hexadecimal(span["span-id"], 16),
            parent_id=hexadecimal(parent, 16) if parent else None,
            kind=Kind(tags.get("span.kind", "")),
            service=tags.get("lightstep.component_name") or tags.get("service.name", ""),
            operation=span.get("span-name", ""),
            start=start,
            duration=int(span["end-time-micros"]) - start,
            tags=tags,
            failed=bool(span.get("is-error")),
        )


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
