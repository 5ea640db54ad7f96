"""What is wrong when spans are missing: each defect by its own signs, without what follows from another defect."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from verify.causes import Cause
from verify.traces.bookinfo import VERSIONS, Slot
from verify.traces.checks import Fault
from verify.traces.observation import Observation
from verify.traces.workloads import Broken, Defect, broken_workloads, versions_seen

#: After how many seconds spans that come at all come late: Envoy sends them within 5 s (`tracing.opentelemetry.
#: flush_interval_ms`), the Collector's batches within one, and a backend takes a few to index.
LATE: Final = 15.0

#: How unlikely a share of traced requests must be under the set percentage to be called wrong.
_UNLIKELY: Final = 0.001

#: Number of examples that evidence names.
_EXAMPLES: Final = 3


@dataclass(frozen=True)
class Diagnosis:
    """A defect.

    Arguments:
        cause: what is broken.
        evidence: what was seen.
        grave: whether the traces are not what they must be; otherwise it is a drawback. Default: grave.
        words: what stands for `{word}` in the cause's fix. Default: nothing.
    """

    cause: Cause
    evidence: tuple[str, ...]
    grave: bool = True
    words: dict[str, str] = field(default_factory=dict[str, str])


def diagnose(seen: Observation) -> list[Diagnosis]:
    """Return the defects, the one that explains most first; empty if everything holds."""
    if not seen.present:
        return [_nothing(seen)] if seen.reviews else []
    workloads = broken_workloads(seen)
    explained = frozenset[tuple[str, Slot]]().union(*(each.explained for each in workloads))
    sampled = _sampling(seen)
    return [
        *map(_workload, workloads),
        *sampled,
        *_lost(seen, explained, sampled_away=any(each.grave for each in sampled)),
        *_flawed(seen, (Fault.ORPHAN, Fault.SECOND_ROOT, Fault.WRONG_PARENT), Cause.SPANS_UNLINKED),
        *_flawed(seen, (Fault.WRONG_NAME,), Cause.OPERATION_NAMES_OTHER),
        *_skew(seen),
        *_versions(seen, workloads),
        *_late(seen),
    ]


def _nothing(seen: Observation) -> Diagnosis:
    """No span of any of our traces: either none is stored, or the mesh has given the requests other ids."""
    requests = f"no span of any of {len(seen.reviews)} requests after {seen.arrival.waited:.0f} s"
    if seen.renamed:
        example = f"{len(seen.renamed)} of them have traces with other ids, for example {seen.renamed[0].trace_id}"
        return Diagnosis(Cause.TRACE_IDS_NOT_TAKEN, (requests, example))
    others = sum(len(traces) for traces in seen.others.values())
    evidence = [f"others' requests of the same time have traces: {others}"] if others else []
    return Diagnosis(Cause.SPANS_MISSING, (requests, *evidence))


def _workload(broken: Broken) -> Diagnosis:
    causes = {
        Defect.NO_SPANS: Cause.SIDECAR_MISSING_ON_ONE_SIDE,
        Defect.HEADERS_DROPPED: Cause.HEADERS_NOT_FORWARDED,
    }
    service, _, namespace = broken.service.partition(".")
    words = {"workload": broken.title, "application": service, "namespace": namespace}
    return Diagnosis(causes[broken.defect], (f"{broken.title}: {broken.defect.value}", *broken.evidence), words=words)


def _sampling(seen: Observation) -> list[Diagnosis]:
    """Whole traces that are absent, or fewer traces than were to be sampled."""
    sampling = seen.sampling
    evidence: list[str] = []
    if len(seen.absent) > 1:  # one alone may have been lost
        evidence.append(f"{len(seen.absent)} of {len(seen.reviews)} traces are wholly absent")
    if sampling.traced is not None and unlikely(sampling.traced, sampling.requests, sampling.percentage / 100):
        evidence.append(f"{sampling.traced} of {sampling.requests} requests without trace headers were traced")
    words = {"percentage": f"{sampling.percentage:g}"}
    if evidence:
        return [Diagnosis(Cause.SAMPLING_BELOW_100, (*evidence, f"set: {sampling.percentage:g} %"), words=words)]
    if sampling.percentage < 100:
        text = f"the environment is set to trace {sampling.percentage:g} % of requests, so statistics are incomplete"
        return [Diagnosis(Cause.SAMPLING_BELOW_100, (text,), grave=False, words=words)]
    return []


def unlikely(traced: int, requests: int, share: float) -> bool:
    """Tell whether `traced` of `requests` is unlikely where each is traced with probability `share` (0 to 1)."""

    def probability(counts: range) -> float:
        return sum(math.comb(requests, n) * share**n * (1 - share) ** (requests - n) for n in counts)

    few, many = probability(range(traced + 1)), probability(range(traced, requests + 1))
    return requests > 0 and min(few, many) < _UNLIKELY


def _lost(seen: Observation, explained: frozenset[tuple[str, Slot]], *, sampled_away: bool) -> Iterator[Diagnosis]:
    """Spans that are missing without a pattern."""
    considered = seen.present if sampled_away else seen.reviews
    missing = [
        (each.sent.trace_id, slot)
        for each in considered
        for slot in each.missing
        if (each.sent.trace_id, slot) not in explained
    ]
    percentage = 100 * len(missing) / seen.expected
    if percentage > seen.max_loss:
        by_slot = Counter(str(slot) for _, slot in missing)
        examples = [f"{count} times: {slot}" for slot, count in by_slot.most_common(_EXAMPLES)]
        traces = ", ".join(dict.fromkeys(trace for trace, _ in missing[:_EXAMPLES]))
        evidence = (
            f"{len(missing)} of {seen.expected} spans are missing after {seen.arrival.waited:.0f} s",
            f"that is {percentage:.2g} %, allowed are {seen.max_loss:g} %",
            *examples,
            f"for example in trace {traces}",
        )
        yield Diagnosis(Cause.SPANS_LOST, evidence)


def _flawed(seen: Observation, faults: Sequence[Fault], cause: Cause) -> Iterator[Diagnosis]:
    """Faults of spans in traces in which nothing is missing; in others they follow from that."""
    flaws = [flaw for each in seen.present if not each.missing for flaw in each.flaws if flaw.fault in faults]
    if flaws:
        yield Diagnosis(cause, (f"{len(flaws)} spans", *map(str, flaws[:_EXAMPLES])))


def _skew(seen: Observation) -> Iterator[Diagnosis]:
    pairs = [
        (flaw.span, parent)
        for each in seen.present
        for flaw in each.flaws
        if flaw.fault is Fault.BEFORE_CLIENT and (parent := each.trace.parent(flaw.span))
    ]
    if pairs:
        server, client = max(pairs, key=lambda pair: pair[1].start - pair[0].start)
        most = f"at most {(client.start - server.start) / 1000:.0f} ms: {server.service}, called by {client.service}"
        nodes = sorted({span.tags.get("node_id", span.service) for span in (server, client)})
        evidence = (f"{len(pairs)} server spans begin before their client span", most, f"clocks of: {', '.join(nodes)}")
        yield Diagnosis(Cause.CLOCK_SKEW, evidence, grave=False)


def _versions(seen: Observation, workloads: Sequence[Broken]) -> Iterator[Diagnosis]:
    """Versions of reviews that answered no request, unless it is known that they report nothing."""
    silent = {broken.version for broken in workloads if broken.defect is Defect.NO_SPANS}
    above = any(broken.version is None for broken in workloads)
    unseen = [version for version in VERSIONS if version not in versions_seen(seen) and version not in silent]
    if unseen and not above:
        chance = len(VERSIONS) * (1 - 1 / len(VERSIONS)) ** len(seen.present)
        evidence = (
            f"{len(seen.present)} traces have spans of {', '.join(sorted(versions_seen(seen))) or 'no version'}",
            f"not seen: {', '.join(unseen)}; in a balanced load this happens once in {1 / chance:.0f} runs",
        )
        yield Diagnosis(Cause.VERSIONS_UNSEEN, evidence, grave=False)


def _late(seen: Observation) -> Iterator[Diagnosis]:
    usual = LATE + seen.held_back
    if seen.arrival.seconds is not None and seen.arrival.seconds > usual:
        text = f"the last span was found {seen.arrival.seconds:.0f} s after the last request, {usual:.0f} s is usual"
        yield Diagnosis(Cause.SPANS_LATE, (text,), grave=False)
