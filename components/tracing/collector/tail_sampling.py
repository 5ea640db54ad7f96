"""Which traces the Collector keeps once they are complete, and how their spans come together in one Collector.

A decision is made where all spans of a trace are. So where there are several Collectors, each hands every span to the
one that the trace's id leads to (exporter `load_balancing`), itself among them, and that one waits, decides and sends.
The Collectors find one another by DNS, which needs no rights in the cluster.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from components.constants.names import COLLECTOR_NAMESPACE, COLLECTOR_PEERS, VERIFICATION_AGENT
from components.constants.ports import PEERS_PORT
from components.model.spans import DECISION_WAIT, Kept, TailSampling

#: Traces that are remembered, the processor's default. What was decided is remembered for the spans that come later, as
#: long as there is room; of more than these within `DECISION_WAIT` (1,666 a second in each Collector) the oldest are
#: dropped undecided.
NUM_TRACES: Final = 50_000

#: Spans that wait for a Collector that is not there yet, or no more, counted in spans: 27 MB with the 2.7 KB that each
#: takes. The exporter that is made for each Collector has no queue of its own, since what waits there could not be led
#: to another one (loadbalancingexporter v0.160.0, README.md, "Resilience and scaling considerations").
_QUEUE: Final[Mapping[str, Any]] = {"enabled": True, "num_consumers": 10, "sizer": "items", "queue_size": 10_000}

#: Distinct service names whose match with a pattern is remembered.
_REMEMBERED: Final = 1000


def tail_sampling_processor(wanted: TailSampling) -> dict[str, Any]:
    """Return the processor that waits for whole traces and keeps those that a policy is for."""
    return {"decision_wait": f"{DECISION_WAIT}s", "num_traces": NUM_TRACES, "policies": list(_policies(wanted))}


def peers_exporter() -> dict[str, Any]:
    """Return what hands each span to the Collector that its trace's id leads to.

    The connections are in the clear inside mutual TLS, like those of sidecars. Spans for a Collector that does not take
    them are sent to it again. Only after more than DNS needs to tell that it is gone (5 s between two questions, and
    what servers remember) is the whole batch divided anew, and what other Collectors have taken comes twice then.
    """
    return {
        "routing_key": "traceID",
        "protocol": {
            "otlp": {
                "tls": {"insecure": True},
                "retry_on_failure": _retried("15s"),
                "sending_queue": {"enabled": False},
            }
        },
        "resolver": {
            "dns": {"hostname": f"{COLLECTOR_PEERS}.{COLLECTOR_NAMESPACE}.svc.cluster.local", "port": str(PEERS_PORT)}
        },
        "retry_on_failure": _retried("60s"),
        "sending_queue": dict(_QUEUE),
    }


def _retried(longest: str) -> dict[str, Any]:
    return {"enabled": True, "initial_interval": "1s", "max_interval": "5s", "max_elapsed_time": longest}


def _policies(wanted: TailSampling) -> Iterator[dict[str, Any]]:
    """Yield what keeps a trace; one that says so is enough.

    The verification's own requests are kept, so that it goes on to prove that no span is lost on the way.
    """
    yield _policy("errors", "status_code", status_codes=["ERROR"])
    yield _matching("verification", "user_agent", [f"^{re.escape(VERIFICATION_AGENT)}"])
    others = [_policy("no-override", "not", not_sub_policy=_within(wanted.namespaces))] if wanted.namespaces else []
    yield from _kept("default", wanted.kept, others)
    for namespace, kept in wanted.namespaces.items():
        yield from _kept(namespace, kept, [_within([namespace])])


def _kept(name: str, kept: Kept, conditions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the two policies of `kept`, for traces on which the conditions hold."""
    slow = _policy(f"{name}-slow", "latency", threshold_ms=kept.slower_than)
    share = _policy(f"{name}-share", "probabilistic", sampling_percentage=float(kept.share))
    for each in (slow, share):
        sub_policies = [*conditions, {**each, "name": f"{each['name']}-kept"}]
        yield _policy(each["name"], "and", and_sub_policy=sub_policies) if conditions else each


def _within(namespaces: Iterable[str]) -> dict[str, Any]:
    """Return the policy for traces in which one of the namespaces took part, by the mesh's names of services."""
    return _matching("namespaces", "service.name", [rf"\.{re.escape(each)}$" for each in namespaces])


def _matching(name: str, key: str, patterns: list[str]) -> dict[str, Any]:
    options = {"enabled_regex_matching": True, "cache_max_size": _REMEMBERED}
    return _policy(name, "string_attribute", key=key, values=patterns, **options)


def _policy(name: str, kind: str, **settings: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, kind: settings}
