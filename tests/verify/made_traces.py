"""Traces of Bookinfo as a mesh reports them, made up from its calls, for tests that break one thing of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from verify.traces.bookinfo import ServiceNaming
from verify.traces.checks import Sent
from verify.traces.model import Kind, Span, Trace
from verify.traces.observation import Arrival, Observation, Sampling

LAYOUT: Final = ServiceNaming("bookinfo", "istio-ingressgateway.istio-ingress")
START: Final = 1_700_000_000_000_000
VERSIONS: Final = ("v1", "v2", "v3")

#: Spans of one trace by version of reviews, with a gateway that reports its client span only.
SPANS_OF: Final = {"v1": 6, "v2": 8, "v3": 8}


@dataclass(frozen=True)
class Maker:
    """Makes the spans of one request."""

    trace_id: str
    version: str

    def span(self, number: int, parent: str, kind: Kind, application: str, callee: str, times: tuple[int, int]) -> Span:
        service = application if "." in application else f"{application}.bookinfo"
        version = self.version if application == "reviews" else "v1"
        path = "productpage" if callee == "productpage" else "*"
        host = f"{callee}.bookinfo.svc.cluster.local"
        cluster = f"outbound|9080||{host}" if kind is Kind.CLIENT else "inbound|9080||"
        workload = "istio-ingressgateway" if "." in application else f"{application}-{version}"
        pod = f"{workload}-6b7f8-x2x4z.bookinfo"
        tags = {
            "node_id": f"sidecar~10.0.0.{number}~{pod}~bookinfo.svc.cluster.local",
            "istio.canonical_revision": "latest" if "." in application else version,
            "upstream_cluster": cluster,
            "component": "proxy",
            "http.status_code": "200",
        }
        operation, begin = f"{host}:9080/{path}", START + times[0] * 1000
        return Span(self.trace_id, self.span_id(number), parent, kind, service, operation, begin, times[1] * 1000, tags)

    def span_id(self, number: int) -> str:
        return f"{self.trace_id[:8]}{number:08x}"

    def spans(self, parent: str) -> list[Span]:
        """Return them, in the order of the calls."""
        gateway, at = LAYOUT.gateway, self.span_id
        spans = [
            self.span(1, parent, Kind.CLIENT, gateway, "productpage", (0, 40)),
            self.span(2, at(1), Kind.SERVER, "productpage", "productpage", (1, 38)),
            self.span(3, at(2), Kind.CLIENT, "productpage", "details", (4, 6)),
            self.span(4, at(3), Kind.SERVER, "details", "details", (5, 4)),
            self.span(5, at(2), Kind.CLIENT, "productpage", "reviews", (12, 24)),
            self.span(6, at(5), Kind.SERVER, "reviews", "reviews", (13, 22)),
        ]
        if self.version != "v1":
            spans.append(self.span(7, at(6), Kind.CLIENT, "reviews", "ratings", (18, 10)))
            spans.append(self.span(8, at(7), Kind.SERVER, "ratings", "ratings", (19, 8)))
        return spans


def requests(count: int) -> tuple[Sent, ...]:
    """Return that many requests with ids of their own."""
    return tuple(Sent(f"{number + 1:08x}{'ab' * 8}{number + 1:08x}", f"{number + 1:016x}") for number in range(count))


def made(count: int = 30) -> dict[Sent, list[Span]]:
    """Return the complete spans of `count` requests, the versions of reviews in turn."""
    return {
        sent: Maker(sent.trace_id, VERSIONS[number % 3]).spans(sent.span_id)
        for number, sent in enumerate(requests(count))
    }


def by_id(traces: Mapping[Sent, list[Span]]) -> dict[str, list[Span]]:
    """Return the spans by their trace's id."""
    return {sent.trace_id: spans for sent, spans in traces.items()}


def serving_gateway(spans: Iterable[Span]) -> list[Span]:
    """Return a trace as with Istio >= 1.28, whose gateway reports a server span as well."""
    spans = list(spans)
    client = next(span for span in spans if span.service == LAYOUT.gateway)
    server = replace(client, span_id="5e" * 8, kind=Kind.SERVER, tags={})
    host = "productpage.bookinfo.svc.cluster.local"
    child = replace(client, parent_id=server.span_id, operation=f"router outbound|9080||{host}; egress")
    return [server, child, *(span for span in spans if span is not client)]


def without(spans: Sequence[Span], unwanted: Callable[[Span], bool]) -> list[Span]:
    """Return the spans but those."""
    return [span for span in spans if not unwanted(span)]


def observed(
    traces: Mapping[Sent, Sequence[Span]],
    sampling: Sampling | None = None,
    arrival: Arrival | None = None,
    others: Mapping[str, Sequence[Trace]] | None = None,
    **fields: Any,
) -> Observation:
    """Return the observation of these traces, where nothing else is wrong."""
    seen = Observation.of(
        LAYOUT,
        traces,
        {sent.trace_id: Trace.of(sent.trace_id, spans) for sent, spans in traces.items()},
        sampling or Sampling(100, 20, 20),
        arrival or Arrival(3.0, 3.0),
    )
    return replace(seen, others={service: tuple(each) for service, each in (others or {}).items()}, **fields)
