"""Sending made-up spans to the genuine Jaeger, as a Collector would."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx

from verify.traces.checks import Sent
from verify.traces.model import Kind, Span

#: OTLP's numbers (https://opentelemetry.io/docs/specs/otlp/).
_KINDS: Final = {Kind.OTHER: 1, Kind.SERVER: 2, Kind.CLIENT: 3}


@dataclass(frozen=True)
class RunningJaeger:
    """A Jaeger that runs.

    Arguments:
        otlp: where it takes spans.
        query: its query API.
        client: sends spans; one for all, because each costs the time to read the system's certificates.
        pid: its process.
    """

    otlp: str
    query: str
    client: httpx.Client
    pid: int

    def take(self, spans: Iterable[Span]) -> None:
        """Give it spans, over OTLP/HTTP."""
        body = {"resourceSpans": as_otlp(spans)}
        self.client.post(f"{self.otlp}/v1/traces", json=body).raise_for_status()


def as_otlp(spans: Iterable[Span]) -> list[dict[str, Any]]:
    """Return spans as OTLP's JSON has them, each with a resource of its own as from different sidecars."""
    return [
        {
            "resource": {"attributes": [_attribute("service.name", span.service)]},
            "scopeSpans": [{"scope": {}, "spans": [_as_otlp(span)]}],
        }
        for span in spans
    ]


def renamed(sent: Sent, spans: Iterable[Span], salt: str) -> tuple[Sent, list[Span]]:
    """Return a request and its spans with another trace id, so that tests that share a backend do not meet."""
    trace_id = salt + sent.trace_id[len(salt) :]
    return replace(sent, trace_id=trace_id), [replace(span, trace_id=trace_id) for span in spans]


def _as_otlp(span: Span) -> dict[str, Any]:
    return {
        "traceId": span.trace_id,
        "spanId": span.span_id,
        **({"parentSpanId": span.parent_id} if span.parent_id else {}),
        "name": span.operation,
        "kind": _KINDS[span.kind],
        "startTimeUnixNano": str(span.start * 1000),
        "endTimeUnixNano": str(span.end * 1000),
        "attributes": [_attribute(name, value) for name, value in span.tags.items()],
        "status": {"code": 2} if span.failed else {},
    }


def _attribute(name: str, value: str) -> dict[str, Any]:
    return {"key": name, "value": {"stringValue": value}}
