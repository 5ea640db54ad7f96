"""Whether NetworkPolicies let spans through to the Collector, and from it to the backend: they add up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from common.plain import list_at, map_at
from components.backends.address import BackendAddress
from components.constants.names import COLLECTOR_SELECTOR
from components.constants.ports import OTLP_PORT
from verify.causes import Cause
from verify.outcomes import Finding, failed, passed, skipped

_Policy = Mapping[str, Any]


def judge_network_policies(
    policies: Iterable[_Policy],
    namespace: str,
    backends: Iterable[str],
    source_labels: Sequence[Mapping[str, str]],
) -> Finding:
    """Return whether the policies of the Collector's namespace let spans in and out.

    Pods that no policy of a direction selects are open in it; otherwise one rule must allow the port. Of addresses only
    what is surely wrong is judged: a source that must carry other namespace labels.

    Arguments:
        policies: the NetworkPolicies of the namespace.
        namespace: the Collector's namespace.
        backends: host and port of each backend.
        source_labels: the labels of namespaces that send spans, of which a namespace has one.
    """
    title = "NetworkPolicies let spans through the Collector"
    ours = [policy for policy in policies if _selects_collector(policy)]
    if not ours:
        return skipped(title, "none selects the Collector")
    names = ", ".join(sorted(str(policy["metadata"]["name"]) for policy in ours))
    ways_in = of_direction(ours, "Ingress")
    let_in = [rule for policy in ways_in for rule in rules(policy, "ingress")]
    if ways_in and not all(any(_lets_in(rule, labels) for rule in let_in) for labels in source_labels):
        return failed(title, Cause.COLLECTOR_BLOCKED, f"{names}: no rule lets TCP {OTLP_PORT} in", namespace=namespace)
    ways_out = of_direction(ours, "Egress")
    for port in [BackendAddress.parse(backend).port for backend in backends]:
        if ways_out and not any(has_port(rule, port) for policy in ways_out for rule in rules(policy, "egress")):
            return failed(title, Cause.COLLECTOR_BLOCKED, f"{names}: no rule lets TCP {port} out", namespace=namespace)
    return passed(title, names)


def _selects_collector(policy: _Policy) -> bool:
    wanted = map_at(policy, "spec", "podSelector", "matchLabels")
    expressions = list_at(policy, "spec", "podSelector", "matchExpressions")
    return wanted.items() <= COLLECTOR_SELECTOR.items() and not expressions


def of_direction(policies: Sequence[_Policy], direction: str) -> list[_Policy]:
    """Return those that govern a direction; without `policyTypes` that is `Ingress`, and `Egress` if it has rules."""

    def governs(policy: _Policy) -> bool:
        implied = ["Ingress", "Egress"] if rules(policy, "egress") else ["Ingress"]
        return direction in (list_at(policy, "spec", "policyTypes") or implied)

    return list(filter(governs, policies))


def rules(policy: _Policy, direction: str) -> list[Any]:
    """Return the rules of a direction, `ingress` or `egress`."""
    return list_at(policy, "spec", direction)


def _lets_in(rule: object, source_labels: Mapping[str, str]) -> bool:
    peers = [map_at(peer, "namespaceSelector", "matchLabels") for peer in list_at(rule, "from")]
    from_there = not peers or any(wanted.items() <= source_labels.items() for wanted in peers)
    return from_there and has_port(rule, OTLP_PORT)


def has_port(rule: object, port: int, protocol: str = "TCP") -> bool:
    """Tell whether a rule lets a port through; without ports it lets all."""
    ports = list_at(rule, "ports")
    return not ports or any(_is_port(each, port, protocol) for each in ports)


def _is_port(entry: Mapping[str, Any], port: int, protocol: str) -> bool:
    if entry.get("protocol", "TCP") != protocol:
        return False
    first = entry.get("port")
    return first is None or (isinstance(first, int) and first <= port <= int(entry.get("endPort") or first))
