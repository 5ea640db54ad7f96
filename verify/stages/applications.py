"""Applications' own spans, where the command line names an application: they are in one trace with the mesh's."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from verify.backends.backend import SpanStore
from verify.backends.query import QueryError
from verify.causes import Cause
from verify.context import Context
from verify.outcomes import Finding, failed, passed, skipped
from verify.sender import Load, Sender
from verify.stage import Stage
from verify.stages import smoke_traffic
from verify.stages.spans import asked_backend
from verify.traces.checks import Sent
from verify.traces.model import Span, Trace

_TITLE: Final = "spans of applications are in one trace with the mesh's"

#: Number of requests that are sent.
_REQUESTS: Final = 10

#: Seconds between two questions for the traces.
_PAUSE: Final = 1.0


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Send requests to the application, and look for the traces of all of them."""
    expected, options = context.expected, context.options
    if options.application is None:
        return [skipped(_TITLE, "no application was named (--application)")]
    try:
        backend = asked_backend(context)
        if backend is None:
            why = "nobody said where the backend's query API is (--backend-url)"
            return [skipped(_TITLE, why, Cause.BACKEND_NOT_ASKED)]
        load = Load(expected.gateway_url, _REQUESTS, options.rate, options.address, options.application)
        traffic = Sender(load, progress).send()
        if traffic.problems:
            return [failed(_TITLE, Cause.APPLICATION_FAILS, traffic.problems[0].evidence, url=traffic.url)]
        progress(f"asking {backend.title}")
        deadline = time.monotonic() + options.timeout + expected.held_back
        return [judge(_awaited(backend, traffic.answered, deadline))]
    except QueryError as error:
        return [failed(_TITLE, error.cause, error.evidence, namespace=expected.jaeger_namespace or "")]


STAGE: Final = Stage(
    "applications' spans",
    "applications",
    23,
    check,
    needs=smoke_traffic.STAGE.needs | {"ca-certificate", "access-token", "jaeger", "collector"},
    needs_running_pods=True,
)


def judge(traces: Sequence[Trace]) -> Finding:
    """Return whether each of the traces has spans of both, and all of them hang together."""
    whole = [trace for trace in traces if is_joined(trace)]
    spans = [span for trace in traces for span in trace.spans]
    services = Counter(span.service for span in spans if not is_of_the_mesh(span))
    seen = (
        f"{len(whole)} of {len(traces)} traces join both: {len(spans) - services.total()} spans of the mesh, "
        f"{services.total()} of applications"
    )
    counted = [f"{service}: {count} spans" for service, count in sorted(services.items())]
    if len(whole) == len(traces):
        return passed(_TITLE, seen, *counted)
    cause = Cause.APPLICATION_SPANS_UNLINKED if services else Cause.APPLICATION_SPANS_MISSING
    return failed(_TITLE, cause, seen, *counted)


def is_of_the_mesh(span: Span) -> bool:
    """Tell whether a sidecar or gateway reported a span: Envoy says so in a tag."""
    return span.tags.get("component") == "proxy"


def is_joined(trace: Trace) -> bool:
    """Tell whether applications' spans are there, each below another span, and those of callers below the mesh's."""
    applications = [span for span in trace.spans if not is_of_the_mesh(span)]
    parents = [trace.parent(span) for span in applications]
    return None not in parents and any(parent and is_of_the_mesh(parent) for parent in parents)


def _awaited(backend: SpanStore, sent: Sequence[Sent], deadline: float) -> list[Trace]:
    """Return the traces of the requests, once all of them join both or it is too late."""
    while True:
        traces = [backend.trace(each.trace_id) for each in sent]
        if all(map(is_joined, traces)) or time.monotonic() > deadline:
            return traces
        time.sleep(_PAUSE)
