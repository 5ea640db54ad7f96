"""What a complete trace of Bookinfo's product page consists of: the spans that must be there, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from components.model.bookinfo import APPLICATIONS, DETAILS, PORT, PRODUCTPAGE, RATINGS, REVIEWS
from verify.traces.model import Kind, Span, Trace


@dataclass(frozen=True)
class Hop:
    """A call that one application makes of another while it answers a request.

    Arguments:
        caller: the calling application.
        callee: the called application.
        versions: the versions of the caller that make it; `None` (default) means all.
    """

    caller: str
    callee: str
    versions: frozenset[str] | None = None

    def made_by(self, version: str | None) -> bool:
        """Tell whether that version of the caller makes it; of an unknown version only what all versions do."""
        return self.versions is None or version in self.versions


#: Who calls whom (https://istio.io/latest/docs/examples/bookinfo/): reviews v1 does not ask for ratings.
HOPS: Final = (
    Hop(PRODUCTPAGE, DETAILS),
    Hop(PRODUCTPAGE, REVIEWS),
    Hop(REVIEWS, RATINGS, frozenset({"v2", "v3"})),
)

#: The applications in the order of the calls.
APPLICATION_NAMES: Final = tuple(dict.fromkeys((PRODUCTPAGE, *(hop.callee for hop in HOPS))))

#: The versions of reviews that a run must see.
VERSIONS: Final = next(application.versions for application in APPLICATIONS if application.name == REVIEWS)


@dataclass(frozen=True)
class Slot:
    """A span that must be there.

    Arguments:
        service: the service that reports it.
        kind: its side.
        callee: the service that is called.
    """

    service: str
    kind: Kind
    callee: str

    def __str__(self) -> str:
        """For example `client span of productpage.bookinfo for details.bookinfo`."""
        if self.kind is Kind.CLIENT:
            return f"client span of {self.service} for {self.callee}"
        return f"server span of {self.service}"


@dataclass(frozen=True)
class ServiceNaming:
    """Where Bookinfo runs, and so what its services are called in spans.

    Arguments:
        namespace: Bookinfo's namespace.
        gateway: the service name of the ingress gateway, for example `istio-ingressgateway.istio-ingress`.
        gateway_serves: whether the gateway reports a server span besides its client span. Istio >= 1.28 does, earlier
            ones with `PILOT_SPAWN_UPSTREAM_SPAN_FOR_GATEWAY`; `with_traces` reads it from what was seen. Default: no.
    """

    namespace: str
    gateway: str
    gateway_serves: bool = False

    def service(self, application: str) -> str:
        """Return the name of an application's service in spans, for example `reviews.bookinfo`."""
        return f"{application}.{self.namespace}"

    def host(self, application: str) -> str:
        """Return how an application's host begins, for example `reviews.bookinfo.`; the cluster's domain follows."""
        return f"{application}.{self.namespace}."

    @property
    def services(self) -> tuple[str, ...]:
        """The names of all services that must report spans, the gateway first."""
        return (self.gateway, *map(self.service, APPLICATION_NAMES))

    def callee(self, span: Span) -> str | None:
        """Return the service that a client span of Bookinfo or its gateway calls; `None` if it is another's."""
        host = span.called_host or ""
        return next((self.service(it) for it in APPLICATION_NAMES if f"{host}.".startswith(self.host(it))), None)

    def rightly_named(self, span: Span) -> bool:
        """Tell whether a span is named for the service that is called: `<host>:9080/<path>`.

        A gateway's own span for the request upstream is named `router outbound|9080|<subset>|<host> egress` by Envoy.
        """
        called = self.callee(span) if span.kind is Kind.CLIENT or span.service == self.gateway else span.service
        host = f"{called}."
        return (span.operation.startswith(host) and f":{PORT}/" in span.operation) or (
            span.operation.startswith(f"router outbound|{PORT}|") and f"|{host}" in span.operation
        )


def expected(naming: ServiceNaming, trace: Trace) -> Iterator[Slot]:
    """Yield the spans that the trace of one request must have, in the order of the calls.

    Which version of reviews answered is read from its spans; if none tells, ratings are expected if anything hints at
    them.
    """
    entry = naming.service(PRODUCTPAGE)
    if naming.gateway_serves:
        yield Slot(naming.gateway, Kind.SERVER, naming.gateway)
    yield Slot(naming.gateway, Kind.CLIENT, entry)
    yield Slot(entry, Kind.SERVER, entry)
    for hop in HOPS:
        caller, callee = naming.service(hop.caller), naming.service(hop.callee)
        versions = {span.version for span in trace.reported(caller)} or {None}
        hinted = trace.reported(callee) or any(naming.callee(span) == callee for span in trace.reported(caller))
        if hinted or any(hop.made_by(version) for version in versions):
            yield Slot(caller, Kind.CLIENT, callee)
            yield Slot(callee, Kind.SERVER, callee)


def fills(naming: ServiceNaming, slot: Slot, span: Span) -> bool:
    """Tell whether `span` is the one that `slot` asks for."""
    if (span.service, span.kind) != (slot.service, slot.kind):
        return False
    return slot.kind is Kind.SERVER or naming.callee(span) == slot.callee
