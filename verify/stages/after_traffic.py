"""The Collector once more, after the smoke traffic: a fresh environment had nothing to send, and so no complaint."""

import time
from collections.abc import Callable, Sequence
from typing import Final

from verify.causes import Cause
from verify.cluster.collector import CollectorReading, read_collector
from verify.cluster.collector_counters import Counters
from verify.context import Context
from verify.outcomes import Finding, failed, passed, skipped

_TITLE: Final = "the traffic's spans went through the Collector"

#: Seconds between two looks; a batch waits for 5 s at most (`collector_configuration.BATCH`).
_BETWEEN: Final = 2.0


def collector_after(
    context: Context, progress: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> list[Finding]:
    """Look at the Collector until the traffic's spans are sent or it complains, for `Options.timeout` at most.

    Arguments:
        context: the run, after its smoke traffic.
        progress: takes a few words on what is waited for.
        sleep: waits.

    Returns:
        A finding for each backend; none in modes without a Collector.

    Raises:
        ClusterError: if the API server does not tell the Collector's Pods.
    """
    before, namespace = context.collector, context.expected.collector_namespace
    if before is None or namespace is None:
        return []
    deadline = time.monotonic() + context.options.timeout + context.expected.held_back
    sampled = context.expected.tail_sampling is not None
    while True:
        progress("reading the Collector's counters")
        mirrored = before.mirror is not None
        now = read_collector(context.kubernetes, namespace, context.simulated_nodes, mirrored=mirrored)
        looks = _pairs(before, now)
        if all(_is_decided(*each, sampled=sampled) for each in looks) or time.monotonic() > deadline:
            break
        sleep(_BETWEEN)
    titles = (_TITLE, f"{_TITLE} to the mirror")
    return [
        judge_after(was.counters, each, namespace, title, sampled=sampled)
        for title, (was, each) in zip(titles, looks, strict=False)
    ]


def _pairs(before: CollectorReading, now: CollectorReading) -> list[tuple[CollectorReading, CollectorReading]]:
    """Return both looks at each backend."""
    if before.mirror is None or now.mirror is None:
        return [(before, now)]
    return [(before, now), (before.mirror, now.mirror)]


def _is_decided(before: CollectorReading, now: CollectorReading, *, sampled: bool) -> bool:
    if now.complaint is not None or now.counters is None:
        return True
    return _is_through(before.counters, now.counters, sampled=sampled)


def judge_after(
    before: Counters | None, now: CollectorReading, namespace: str, title: str = _TITLE, *, sampled: bool = False
) -> Finding:
    """Return what has become of the spans since the first look.

    Arguments:
        before: the counters of the first look; `None` if they could not be read.
        now: the last look.
        namespace: the Collector's namespace.
        title: the check's title. Default: that of the first backend.
        sampled: whether it keeps some traces only, the verification's among them. Default: no.
    """
    if now.complaint is not None:
        return failed(title, now.complaint.cause, f"the Collector's log: {now.complaint.line}", namespace=namespace)
    if before is None or now.counters is None:
        return skipped(title, now.unseen or "its counters could not be read before", Cause.NOT_TO_BE_SEEN)
    taken, sent = now.counters.accepted - before.accepted, now.counters.sent - before.sent
    seen = f"{taken} spans taken from sidecars, {sent} sent to the backend, {now.counters.lost - before.lost} lost"
    if taken <= 0:
        return failed(title, Cause.COLLECTOR_NOT_REACHED, seen, namespace=namespace)
    if not _is_through(before, now.counters, sampled=sampled):
        return failed(title, Cause.SPANS_LOST, seen, namespace=namespace)
    return passed(title, seen)


def _is_through(before: Counters | None, now: Counters, *, sampled: bool) -> bool:
    """Tell whether spans came and all of them have left, or where traces are sampled some of them."""
    if sampled:
        return now.sent > (before.sent if before else 0)
    if before is None:
        return now.accepted > 0 and now.sent >= now.accepted
    return now.accepted > before.accepted and now.sent - before.sent >= now.accepted - before.accepted


def with_cause(findings: Sequence[Finding], complaint: Sequence[Finding]) -> list[Finding]:
    """Return the Collector's finding in place of those on missing spans, if it explains them."""
    explains = [each for each in complaint if each.cause not in {None, Cause.NOT_TO_BE_SEEN}]
    return explains or list(findings)
