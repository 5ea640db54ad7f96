"""Spans and traces as plain data, the same whichever backend they were read from."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

#: Tags that name the version of the workload that reported a span, the surest first. istiod writes the first one as a
#: literal into each sidecar's configuration (`buildServiceTags` in Istio's pilot/pkg/networking/core/tracing.go), so a
#: stock Envoy without Istio's filters has it too.
_REVISION_TAGS: Final = ("istio.canonical_revision", "service.version")

#: Tags that name the Pod, from whose name the Deployment's version follows. Envoy writes `node_id` on every span.
_POD_TAGS: Final = ("node_id", "hostname", "k8s.pod.name")

#: Tags that name the cluster that Envoy sent the request to: `outbound|9080|<subset>|<host>`, in newer ones with a `;`.
_CLUSTER_TAGS: Final = ("upstream_cluster.name", "upstream_cluster")

#: What Istio says for a workload without a version.
_NO_REVISION: Final = "latest"

_OUTBOUND: Final = re.compile(r"outbound[|_]\.?_?\d+[|_][^|]*[|_]\.?_?([a-z0-9][-a-z0-9.]*)")
_POD_VERSION: Final = re.compile(r"-(v\d+)-[a-z0-9]+-[a-z0-9]+(?:\.|$)")


class Kind(StrEnum):
    """On which side of a call a span was made; `Kind(text)` is `OTHER` for any other text."""

    CLIENT = "client"
    SERVER = "server"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Self:
        del value
        return cls("other")


@dataclass(frozen=True)
class Span:
    """One span.

    Arguments:
        trace_id: the trace's id, 32 hexadecimal digits in lower case.
        span_id: its own id, 16 hexadecimal digits in lower case.
        parent_id: the id of its parent; `None` if it has none.
        kind: on which side of the call it was made.
        service: the service that reported it, for example `reviews.bookinfo`.
        operation: its name, for example `reviews.bookinfo.svc.cluster.local:9080/*`.
        start: when it began, in microseconds since 1970.
        duration: how long it took, in microseconds.
        tags: its tags (attributes) as text. Default: none.
        failed: whether it is marked as an error. Default: no.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    kind: Kind
    service: str
    operation: str
    start: int
    duration: int
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    failed: bool = False

    @property
    def end(self) -> int:
        """When it ended, in microseconds since 1970."""
        return self.start + self.duration

    @property
    def version(self) -> str | None:
        """The version of the workload that reported it, for example `v2`; `None` if no tag tells."""
        for tag in _REVISION_TAGS:
            if (value := self.tags.get(tag)) and value != _NO_REVISION:
                return value
        for tag in _POD_TAGS:
            if match := _POD_VERSION.search(self.tags.get(tag, "")):
                return match[1]
        return None

    @property
    def called_host(self) -> str | None:
        """The host that a client span's request went to, for example `reviews.bookinfo.svc.cluster.local`.

        Read from the tag with Envoy's cluster, or else from the operation: `<host>:<port>/<path>`, or at a gateway with
        a span of its own for the request upstream `router outbound|<port>|<subset>|<host> egress`.
        """
        for text in (*(self.tags.get(tag, "") for tag in _CLUSTER_TAGS), self.operation):
            if match := _OUTBOUND.search(text):
                return match[1].rstrip(".")
        host, separator, _ = self.operation.partition(":")
        return host if separator and "/" not in host and " " not in host else None


@dataclass(frozen=True)
class Trace:
    """The spans of one trace, in an order that does not depend on how the backend lists them.

    Arguments:
        trace_id: its id, 32 hexadecimal digits in lower case.
        spans: its spans, each once.
    """

    trace_id: str
    spans: tuple[Span, ...] = ()

    @classmethod
    def of(cls, trace_id: str, spans: Iterable[Span]) -> Self:
        """Return the trace of `spans`; a span that was stored twice (a batch that was sent again) counts once."""
        once = {(span.span_id, span.kind): span for span in sorted(spans, key=_order, reverse=True)}
        return cls(trace_id, tuple(sorted(once.values(), key=_order)))

    @property
    def ids(self) -> frozenset[str]:
        """The ids of its spans."""
        return frozenset(span.span_id for span in self.spans)

    def children(self, span: Span) -> tuple[Span, ...]:
        """Return the spans whose parent is `span`."""
        return tuple(each for each in self.spans if each.parent_id == span.span_id)

    def parent(self, span: Span) -> Span | None:
        """Return the parent of `span` if it is in this trace."""
        return next((each for each in self.spans if each.span_id == span.parent_id), None)

    def reported(self, service: str, kind: Kind | None = None) -> tuple[Span, ...]:
        """Return the spans that `service` reported, of one kind or (default) of all."""
        return tuple(span for span in self.spans if span.service == service and kind in (None, span.kind))


def hexadecimal(identifier: str, digits: int) -> str:
    """Return an id in lower case and with the leading zeros that some backends drop."""
    return identifier.lower().rjust(digits, "0")


def _order(span: Span) -> tuple[int, str, str, str, str]:
    return (span.start, span.span_id, span.kind, span.service, span.operation)
