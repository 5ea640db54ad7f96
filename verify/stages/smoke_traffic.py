"""Smoke traffic: does Bookinfo answer through the gateway, and how fast."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from verify.context import Context
from verify.outcomes import Finding, failed, passed, skipped
from verify.sender import Load, Sender
from verify.stage import Stage
from verify.traffic import Traffic

_ANSWERS: Final = "Bookinfo's page answers through the gateway"
_LATENCY: Final = "latency"


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Return whether all requests were answered with a whole page, and the latency."""
    expected, options = context.expected, context.options
    if expected.bookinfo_namespace is None:
        return [skipped(_ANSWERS, "the stack has no Bookinfo (traced-mesh:bookinfo is false)")]
    load = Load(expected.gateway_url, options.requests, options.rate, options.address)
    _ = context.collector  # a first look before the traffic, also where --only leaves its own stage out
    context.traffic = Sender(load, progress).send()
    return traffic_findings(context.traffic, expected.bookinfo_namespace, expected.gateway_namespace)


STAGE: Final = Stage(
    "smoke traffic",
    "traffic",
    18,
    check,
    needs=frozenset({"cluster", "control-plane", "namespaces", "additions", "sidecars", "gateway"}),
    needs_running_pods=True,
)


def traffic_findings(traffic: Traffic, bookinfo_namespace: str, gateway_namespace: str) -> list[Finding]:
    """Return what a run of requests proves."""
    whole = len(traffic.requests) - len(traffic.problems)
    share = f"{whole} of {len(traffic.requests)} requests to {traffic.url} were answered with a whole page"
    if not traffic.problems:
        return [passed(_ANSWERS, share), passed(_LATENCY, latency_text(traffic))]
    counts = Counter(traffic.problems)
    (worst, _), *_ = counts.most_common(1)
    namespace = gateway_namespace if worst.cause.startswith("gateway-") else bookinfo_namespace
    evidence = (share, *(f"{count} times: {problem.evidence}" for problem, count in counts.most_common(3)))
    words = {"namespace": namespace, "application": worst.application}
    return [failed(_ANSWERS, worst.cause, *evidence, **words)]


def latency_text(traffic: Traffic) -> str:
    """Return for example `p50 41 ms, p90 60 ms, p99 112 ms`."""
    values = ((percentage, traffic.latency(percentage)) for percentage in (50, 90, 99))
    return ", ".join(f"p{percentage} {seconds * 1000:.0f} ms" for percentage, seconds in values if seconds is not None)
