"""Spans: does the backend have those of the smoke traffic, all of them, linked as the calls were."""

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from components.model.bookinfo import PRODUCTPAGE, REVIEWS
from verify.backends.backend import Search, SpanStore
from verify.backends.choose import BackendKind, choose
from verify.backends.in_cluster import jaeger_in_cluster
from verify.backends.query import QueryError
from verify.backends.waiting import wait_for_spans
from verify.causes import Cause
from verify.context import Context, Options
from verify.expected import Expected
from verify.outcomes import Finding, failed, passed, skipped
from verify.stage import Stage
from verify.stages import smoke_traffic
from verify.stages.after_traffic import collector_after, with_cause
from verify.traces.bookinfo import ServiceNaming
from verify.traces.findings import findings
from verify.traces.model import Kind, Trace
from verify.traces.observation import Observation, Sampling
from verify.traffic import Traffic

_ASKED: Final = "the backend can be asked for spans"
_ARRIVED: Final = "all spans arrived"

#: The tag in which Envoy writes the header `user-agent`.
_AGENT_TAG: Final = "user_agent"

#: Seconds before the traffic and after it in which its spans may lie: clocks differ.
_MARGIN: Final = 60.0


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Return what the spans prove."""
    options = context.options
    ready = _ready(context)
    if isinstance(ready, Finding):
        return [ready, *(collector_after(context, progress) if context.traffic else [])]
    naming, traffic = ready
    try:
        backend = asked_backend(context)
        if backend is None:
            why = _where_to_look(context.expected.google_project)
            return [skipped(_ASKED, why, Cause.BACKEND_NOT_ASKED), *collector_after(context, progress)]
        progress(f"asking {backend.title}")
        seen = observe(backend, naming, traffic, context.expected, options, progress)
        context.observation = seen
    except QueryError as error:
        return [failed(_ASKED, error.cause, error.evidence, namespace=context.expected.jaeger_namespace or "")]
    if not context.observation.reviews:
        why = f"{backend.title} keeps some traces only, and none of ours: docs/verification.md says how to make it"
        return [passed(_ASKED, backend.title), skipped(_ARRIVED, why, Cause.NOT_TO_BE_SEEN)]
    found = findings(context.observation)
    if not context.observation.present:
        found = with_cause(found, collector_after(context, progress))
    return [passed(_ASKED, backend.title), *found]


STAGE: Final = Stage(
    "spans",
    "spans",
    19,
    check,
    needs=smoke_traffic.STAGE.needs | {"ca-certificate", "access-token", "jaeger", "collector", smoke_traffic.STAGE.id},
    needs_running_pods=True,
)


def _ready(context: Context) -> tuple[ServiceNaming, Traffic] | Finding:
    """Return what to look for, or why no backend is asked."""
    namespace, traffic = context.expected.bookinfo_namespace, context.traffic
    if namespace is None:
        return skipped(_ASKED, "the stack has no Bookinfo (traced-mesh:bookinfo is false)")
    if traffic is None:
        why = "there was no smoke traffic to look for: name the stage traffic with --only as well"
        return skipped(_ASKED, why, Cause.NOT_TO_BE_SEEN)
    if context.options.backend == BackendKind.COLLECTOR:
        why = "asked for: the Collector's counters alone say that spans leave (--backend collector)"
        return skipped(_ASKED, why, Cause.BACKEND_NOT_ASKED)
    return ServiceNaming(namespace, f"{context.expected.gateway.name}.{context.expected.gateway_namespace}"), traffic


def _where_to_look(google_project: str | None) -> str:
    if google_project:
        return f"spans are in Cloud Trace of project {google_project}, which people see: pulumi stack output tracesUrl"
    return "nobody said where its query API is (--backend-url); a stack knows only where spans are sent"


def asked_backend(context: Context) -> SpanStore | None:
    """Return whom to ask: what the command line names, or else Jaeger in the cluster; `None` without either.

    Raises:
        QueryError: if it can't be asked.
        ClusterError: if the API server does not tell the Pods of Jaeger in the cluster.
    """
    options, in_cluster = context.options, context.expected.jaeger_namespace
    if options.backend_url:
        return choose(BackendKind(options.backend), options.backend_url, os.environ, options.backend_token_env)
    return jaeger_in_cluster(context.kubernetes, in_cluster) if in_cluster else None


def observe(
    backend: SpanStore,
    naming: ServiceNaming,
    traffic: Traffic,
    expected: Expected,
    options: Options,
    progress: Callable[[str], None],
) -> Observation:
    """Wait for the spans of the traffic and return what is seen of them.

    Arguments:
        backend: whom to ask.
        naming: what the services are called.
        traffic: what was sent.
        expected: the environment: what share of requests it traces, and for how long it holds spans back.
        options: how long to wait, and how much may be missing.
        progress: takes a few words on what is waited for.

    Raises:
        QueryError: if the backend can't be asked.
    """
    sent = traffic.answered
    percentage, longest = float(expected.sampling_percentage), options.timeout + expected.held_back
    traces, arrival = wait_for_spans(backend, naming, sent, longest, progress)
    if not backend.keeps_all:
        sent = tuple(each for each in sent if traces[each.trace_id].spans)
    patience = longest - arrival.waited if percentage == 100 else 0
    traced = _undecided(backend, naming, traffic, patience) if backend.searches else None
    sampling = Sampling(percentage, traffic.undecided, traced)
    seen = Observation.of(naming, sent, traces, sampling, arrival)
    seen = replace(seen, max_loss=options.max_loss, held_back=expected.held_back)
    if not backend.searches or (seen.reviews and all(each.complete for each in seen.reviews)):
        return seen
    progress("looking at other traces of the same time")
    renamed = () if seen.present else _begun_by(backend, naming, traffic, traffic.agent)
    return replace(seen, others=_others(backend, naming, traffic), renamed=tuple(renamed))


def _undecided(backend: SpanStore, naming: ServiceNaming, traffic: Traffic, patience: float) -> int:
    """Return how many traces there are of the requests without ids; wait for them if all must come."""
    deadline = time.monotonic() + patience
    while True:
        found = len(_begun_by(backend, naming, traffic, traffic.undecided_agent))
        if found >= traffic.undecided or time.monotonic() >= deadline:
            return found
        time.sleep(1)


def _begun_by(backend: SpanStore, naming: ServiceNaming, traffic: Traffic, agent: str) -> list[Trace]:
    """Return the traces that requests of a user agent began: at the gateway, or where that reports nothing, behind it.

    Traces that an application began anew are not among them: they have no server span of the first application.
    """
    entry = naming.service(PRODUCTPAGE)
    found = {
        trace.trace_id: trace
        for service in (naming.gateway, entry)
        for trace in backend.search(_search(service, traffic, {_AGENT_TAG: agent}))
        if trace.reported(naming.gateway) or trace.reported(entry, Kind.SERVER)
    }
    return list(found.values())


def _others(backend: SpanStore, naming: ServiceNaming, traffic: Traffic) -> Mapping[str, tuple[Trace, ...]]:
    """Return the traces of the same time that are not of our requests, by the applications that call others."""
    ours = {each.sent.trace_id for each in traffic.requests if each.sent}
    found = {
        service: backend.search(_search(service, traffic, {}))
        for service in (naming.service(PRODUCTPAGE), naming.service(REVIEWS))
    }
    return {
        service: tuple(trace for trace in traces if not _is_ours(trace, ours, traffic))
        for service, traces in found.items()
    }


def _is_ours(trace: Trace, ours: Collection[str], traffic: Traffic) -> bool:
    """Tell whether a request of ours began a trace."""
    roots = (span for span in trace.spans if span.kind is Kind.SERVER or span.parent_id is not None)
    return trace.trace_id in ours or any(span.tags.get(_AGENT_TAG) == traffic.undecided_agent for span in roots)


def _search(service: str, traffic: Traffic, tags: Mapping[str, str]) -> Search:
    return Search(service, traffic.began - _MARGIN, min(traffic.ended + _MARGIN, time.time()), tags)
