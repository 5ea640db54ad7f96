"""Lightstep's (ServiceNow Cloud Observability's) public API, which gives the traces that a stream has kept.

Its satellites keep few traces for good. The API gives those by the id of one of their spans (`stored-traces`), and
such ids as the exemplars of a stream (`streams/<id>/timeseries`). So a stream that matches Bookinfo's gateway must
exist, and a trace that is not found says nothing. What is read was taken from https://api-docs.lightstep.com and from
clients of that API; no account was at hand to try it.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from verify.backends.backend import Search
from verify.backends.query import QueryApi, answers_of
from verify.backends.shapes import Object, rows, table, texts
from verify.traces.model import Kind, Span, Trace, hexadecimal

#: How far back exemplars are looked for, in seconds.
_WINDOW: Final = 15 * 60

#: For how many seconds a list of exemplars serves; the API limits how often it may be asked.
_FRESH: Final = 5.0

#: Lightstep knows traces by the last 64 bits of their ids.
_SHORT: Final = 16

_KINDS: Final = {"client": Kind.CLIENT, "server": Kind.SERVER}


@dataclass
class Lightstep:
    """A project in Lightstep.

    Arguments:
        api: the public API of the project: `https://api.lightstep.com/public/v0.2/<organization>/projects/<project>`.
        now: says the time, in seconds since 1970.
    """

    api: QueryApi
    now: Callable[[], float] = time.time
    searches: bool = False
    keeps_all: bool = False
    _spans_of: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    _asked: float = 0.0

    @property
    def title(self) -> str:
        """For example `Lightstep at https://api.lightstep.com/public/v0.2/acme/projects/dev`."""
        return f"Lightstep at {self.api.url}"

    @staticmethod
    def is_at(api: QueryApi) -> bool:
        """Tell whether a project of Lightstep answers there."""
        answer = api.get("/streams")
        return "data" in table(answer)

    def trace(self, trace_id: str) -> Trace:
        """Return the trace, without spans if no stream has kept it."""
        span_id = self._exemplars().get(trace_id[-_SHORT:])
        answer = self.api.get("/stored-traces", {"span-id": span_id}) if span_id else None
        with answers_of(self.api, "Lightstep"):
            found = rows(answer["data"]) if answer is not None else []
            return Trace.of(trace_id, (span for each in found for span in _spans(trace_id, each)))

    def search(self, search: Search) -> list[Trace]:
        """Return nothing: the public API can't be searched without making something in it."""
        del search
        return []

    def _exemplars(self) -> Mapping[str, str]:
        """Return the id of a span of each kept trace, by the end of the trace's id."""
        now = self.now()
        if now - self._asked < _FRESH:
            return self._spans_of
        self._asked = now
        window = {"oldest-time": _timestamp(now - _WINDOW), "youngest-time": _timestamp(now)}
        parameters: dict[str, str | int] = {**window, "resolution-ms": 60_000, "include-exemplars": 1}
        with answers_of(self.api, "Lightstep"):
            for stream in rows(self.api.get("/streams")["data"]):
                answer = self.api.get(f"/streams/{stream['id']}/timeseries", parameters)
                for each in rows(table(answer["data"]["attributes"]).get("exemplars")):
                    self._spans_of[hexadecimal(each["trace_guid"], _SHORT)[-_SHORT:]] = each["span_guid"]
        return self._spans_of


def _spans(trace_id: str, trace: Object) -> Iterator[Span]:
    reporters = {each["reporter-id"]: each for each in rows(table(trace.get("relationships")).get("reporters"))}
    for span in rows(table(trace.get("attributes")).get("spans")):
        reporter = table(reporters.get(span.get("reporter-id"))).get("attributes")
        tags = {**texts(reporter), **texts(span.get("tags"))}
        parent = tags.get("parent_span_guid")
        start = int(span["start-time-micros"])
        yield Span(
            trace_id=trace_id,
            span_id=hexadecimal(span["span-id"], 16),
            parent_id=hexadecimal(parent, 16) if parent else None,
            kind=_KINDS.get(tags.get("span.kind", ""), Kind.OTHER),
            service=tags.get("lightstep.component_name") or tags.get("service.name", ""),
            operation=span.get("span-name", ""),
            start=start,
            duration=int(span["end-time-micros"]) - start,
            tags=tags,
            failed=bool(span.get("is-error")),
        )


def _timestamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
