"""The findings of the stage about spans: what holds, with figures, and each defect once, with its fix."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from verify.causes import Cause
from verify.outcomes import Finding, failed, passed, skipped, warned
from verify.traces.bookinfo import HOPS
from verify.traces.diagnosis import Diagnosis, diagnose
from verify.traces.model import Kind
from verify.traces.observation import Observation
from verify.traces.workloads import versions_seen

_COMPLETE: Final = "all spans arrived"
_SERVICES: Final = "all services report spans"
_LINKED: Final = "each call has a client and a server span, linked"
_NAMES: Final = "spans are named for the service that is called"
_VERSIONS: Final = "all versions of reviews were seen"
_SAMPLING: Final = "requests are traced as often as set"
_CLOCKS: Final = "clocks agree"
_PROMPT: Final = "spans arrive promptly"

#: The check that each defect breaks.
_CHECKS: Final[Mapping[Cause, str]] = {
    Cause.SPANS_MISSING: _COMPLETE,
    Cause.TRACE_IDS_NOT_TAKEN: _COMPLETE,
    Cause.SPANS_LOST: _COMPLETE,
    Cause.SIDECAR_MISSING_ON_ONE_SIDE: _SERVICES,
    Cause.HEADERS_NOT_FORWARDED: _LINKED,
    Cause.SPANS_UNLINKED: _LINKED,
    Cause.OPERATION_NAMES_OTHER: _NAMES,
    Cause.VERSIONS_UNSEEN: _VERSIONS,
    Cause.SAMPLING_BELOW_100: _SAMPLING,
    Cause.CLOCK_SKEW: _CLOCKS,
    Cause.SPANS_LATE: _PROMPT,
}

#: The checks in the order in which they are shown.
_ORDER: Final = (_COMPLETE, _SERVICES, _LINKED, _NAMES, _VERSIONS, _SAMPLING, _CLOCKS, _PROMPT)

#: Checks that say nothing once spans are missing: what they find follows from that.
_AFTER_LOSS: Final = (_COMPLETE, _SERVICES, _LINKED, _NAMES, _VERSIONS, _CLOCKS, _PROMPT)


def findings(seen: Observation) -> list[Finding]:
    """Return what a run's spans prove, in the order of the checks."""
    diagnoses = diagnose(seen)
    broken = any(each.grave for each in diagnoses)
    return [finding for check in _ORDER for finding in _of_check(check, seen, diagnoses, broken)]


def figures(seen: Observation) -> str:
    """Return for example `220 spans expected, 220 found in 30 traces: 0 % lost`."""
    lost = 100 * (seen.expected - seen.found) / seen.expected if seen.expected else 0
    return f"{seen.expected} spans expected, {seen.found} found in {len(seen.present)} traces: {lost:.2g} % lost"


def _of_check(check: str, seen: Observation, diagnoses: Sequence[Diagnosis], broken: bool) -> Iterator[Finding]:
    namespace = seen.naming.namespace
    mine = [each for each in diagnoses if _CHECKS[each.cause] == check]
    for each in mine:
        say = failed if each.grave else warned
        evidence = (*each.evidence, figures(seen)) if each.grave else each.evidence
        yield say(check, each.cause, *evidence, **{"namespace": namespace, **each.words})
    if mine:
        return
    if broken and check in _AFTER_LOSS:
        yield skipped(check, "follows from the failure above or below")
    elif check == _SAMPLING and seen.sampling.traced is None:
        yield skipped(check, "this backend cannot be searched for requests whose trace ids the mesh makes")
    else:
        yield passed(check, *_EVIDENCE[check](seen))


def _services(seen: Observation) -> list[str]:
    counts = Counter(span.service for each in seen.present for span in each.trace.spans)
    return [f"{service}: {counts[service]} spans" for service in seen.naming.services]


def _links(seen: Observation) -> list[str]:
    """Return the number of linked calls by caller and callee."""
    names = [(seen.naming.service(hop.caller), seen.naming.service(hop.callee)) for hop in HOPS]
    calls = Counter(
        (parent.service, span.service)
        for each in seen.present
        for span in each.trace.spans
        if span.kind is Kind.SERVER and (parent := each.trace.parent(span))
    )
    return [f"{caller} -> {callee}: {calls[caller, callee]} calls" for caller, callee in names]


def _sampling(seen: Observation) -> list[str]:
    sampling = seen.sampling
    return [f"{sampling.traced} of {sampling.requests} requests without trace headers, set: {sampling.percentage:g} %"]


def _prompt(seen: Observation) -> list[str]:
    return [f"the last span was found {seen.arrival.seconds or 0:.1f} s after the last request"]


#: What is shown of a check that holds.
_EVIDENCE: Final[Mapping[str, Callable[[Observation], list[str]]]] = {
    _COMPLETE: lambda seen: [figures(seen)],
    _SERVICES: _services,
    _LINKED: _links,
    _NAMES: lambda seen: [f"for example {seen.present[0].trace.spans[-1].operation}"],
    _VERSIONS: lambda seen: [", ".join(sorted(versions_seen(seen)))],
    _SAMPLING: _sampling,
    _CLOCKS: lambda seen: [f"no server span in {len(seen.present)} traces begins before its client span"],
    _PROMPT: _prompt,
}
