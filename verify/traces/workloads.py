"""Which workloads break traces: those without a sidecar, and those that do not forward the headers.

Bookinfo's calls form a tree, so the search begins at the gateway and goes down. Where it finds a broken workload, what
is missing below that one is a consequence and is explained by it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from components.model.bookinfo import PRODUCTPAGE, REVIEWS
from verify.traces.bookinfo import HOPS, VERSIONS, Hop, ServiceNaming, Slot
from verify.traces.checks import Review
from verify.traces.model import Kind, Span, Trace
from verify.traces.observation import Observation

#: With fewer traces than this of one version of an application, lost spans look the same as dropped headers.
_ENOUGH: Final = 2


class Defect(Enum):
    """What is wrong with a workload."""

    NO_SPANS = "it reports no spans"
    HEADERS_DROPPED = "its application does not forward the trace headers"


@dataclass(frozen=True)
class Broken:
    """A workload that breaks traces.

    Arguments:
        service: its service, for example `reviews.bookinfo`.
        version: its version; `None` if all of the service's versions are meant.
        defect: what is wrong.
        evidence: what was seen.
        explained: the missing spans that follow from it, by trace id.
    """

    service: str
    version: str | None
    defect: Defect
    evidence: tuple[str, ...]
    explained: frozenset[tuple[str, Slot]]

    @property
    def title(self) -> str:
        """For example `reviews.bookinfo v2`."""
        return f"{self.service} {self.version}" if self.version else self.service


def broken_workloads(seen: Observation) -> list[Broken]:
    """Return the workloads that break the traces that have arrived, from the gateway down."""
    found: list[Broken] = []
    if seen.present and not _reports(seen, seen.naming.gateway):
        everything = {(each.sent.trace_id, slot) for each in seen.present for slot in each.missing}
        gateway = frozenset(pair for pair in everything if pair[1].service == seen.naming.gateway)
        evidence = (f"none of {len(seen.present)} traces has a span of {seen.naming.gateway}",)
        found.append(Broken(seen.naming.gateway, None, Defect.NO_SPANS, evidence, gateway))
    _search(seen, PRODUCTPAGE, found)
    return found


def _search(seen: Observation, application: str, found: list[Broken]) -> None:
    """Add what is broken at an application and below it."""
    broken = [*_without_spans(seen, application), *_dropping(seen, application)]
    found += broken
    if any(each.version is None for each in broken):
        return
    for hop in HOPS:
        if hop.caller == application:
            _search(seen, hop.callee, found)


def _without_spans(seen: Observation, application: str) -> Iterator[Broken]:
    """Yield the workloads of an application that were called and report nothing."""
    service = seen.naming.service(application)
    slot = Slot(service, Kind.SERVER, service)
    unanswered = [each for each in seen.present if slot in each.missing]
    calls = sum(_calls(seen.naming, span, service) for each in seen.present for span in each.trace.spans)
    if not unanswered or not calls:
        return
    explained = _below(seen.naming, unanswered, application, itself=True)
    if not _reports(seen, service):
        evidence = (f"{calls} client spans for {service}, and not one span of {service} itself",)
        yield Broken(service, None, Defect.NO_SPANS, evidence, explained)
    elif application == REVIEWS and (silent := [it for it in VERSIONS if it not in versions_seen(seen)]):
        for version in silent:
            evidence = (
                f"{len(unanswered)} of {calls} calls of {service} have no server span",
                f"versions that report spans: {', '.join(sorted(versions_seen(seen)))}; not one span of {version}",
            )
            yield Broken(service, version, Defect.NO_SPANS, evidence, explained)


def _dropping(seen: Observation, application: str) -> Iterator[Broken]:
    """Yield the workloads of an application that report their requests, and never a call that they make."""
    service = seen.naming.service(application)
    hops = [hop for hop in HOPS if hop.caller == application]
    for version in VERSIONS if application == REVIEWS else (None,):
        of_version = [each for each in seen.present if _served_by(each, service, version)]
        calling = [hop for hop in hops if hop.made_by(version)]
        if not calling or not of_version or any(_calls_made(seen.naming, each, service) for each in of_version):
            continue
        apart = _begun_apart(seen, service, version)
        if version is not None and not apart and len(of_version) < _ENOUGH:
            continue
        if any(_continued(seen.naming, each, calling) for each in of_version):
            continue
        evidence = [f"{len(of_version)} requests reached it, and none of their traces has a call that it made"]
        if apart:
            example = apart[0].trace_id
            evidence.append(f"{len(apart)} traces of the same time begin with its calls, for example {example}")
        explained = _below(seen.naming, of_version, application, itself=False)
        yield Broken(service, version, Defect.HEADERS_DROPPED, tuple(evidence), explained)


def versions_seen(seen: Observation) -> frozenset[str]:
    """Return the versions of reviews that reported spans."""
    service = seen.naming.service(REVIEWS)
    spans = (span for each in seen.present for span in each.trace.reported(service, Kind.SERVER))
    return frozenset(span.version for span in spans if span.version)


def _reports(seen: Observation, service: str) -> bool:
    return any(each.trace.reported(service) for each in seen.present)


def _calls(naming: ServiceNaming, span: Span, service: str) -> bool:
    return span.kind is Kind.CLIENT and span.service in naming.services and naming.callee(span) == service


def _served_by(each: Review, service: str, version: str | None) -> bool:
    spans = each.trace.reported(service, Kind.SERVER)
    return any(version is None or span.version == version for span in spans)


def _calls_made(naming: ServiceNaming, each: Review, service: str) -> bool:
    return any(naming.callee(span) for span in each.trace.reported(service, Kind.CLIENT))


def _continued(naming: ServiceNaming, each: Review, hops: list[Hop]) -> bool:
    """Tell whether a called application's spans are in the trace: then the headers were forwarded."""
    return any(each.trace.reported(naming.service(hop.callee)) for hop in hops)


def _begun_apart(seen: Observation, service: str, version: str | None) -> list[Trace]:
    """Return other traces that begin with a client span of a service, as they do where an application drops headers."""
    return [
        trace
        for trace in seen.others.get(service, ())
        if any(
            span.parent_id is None and span.kind is Kind.CLIENT and version in (None, span.version)
            for span in trace.reported(service)
        )
    ]


def _below(
    naming: ServiceNaming, reviews: list[Review], application: str, *, itself: bool
) -> frozenset[tuple[str, Slot]]:
    """Return the missing spans of an application's calls and of what they lead to, in some traces.

    Arguments:
        naming: what the services are called.
        reviews: the traces.
        application: the application.
        itself: whether its own server span is among them.
    """
    below = {naming.service(name) for name in _called_from(application)}
    own = naming.service(application)

    def follows(slot: Slot) -> bool:
        return slot.service in below or (slot.service == own and (itself or slot.kind is Kind.CLIENT))

    return frozenset((each.sent.trace_id, slot) for each in reviews for slot in each.missing if follows(slot))


def _called_from(application: str) -> Iterator[str]:
    for hop in HOPS:
        if hop.caller == application:
            yield hop.callee
            yield from _called_from(hop.callee)
