"""What Kubernetes' own kinds take away when somebody else adds them: pure judgement of one object each."""

import importlib
import operator
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from common.plain import at, list_at, map_at
from components.constants.ports import ISTIOD_PORT, OTLP_PORT
from verify.causes import Cause
from verify.cluster.addition import Loss, Object, Scene, namespace_of, reports_spans
from verify.cluster.network_policies import has_port, of_direction, rules
from verify.cluster.pods import PROXY, Pod, containers, matches, name_of

#: DNS' port, without which a proxy knows nothing of the mesh.
_DNS_PORT: Final = 53

#: Annotations of a Pod that lead its traffic around its sidecar.
_AROUND: Final = "traffic.sidecar.istio.io/"

#: Ports of a proxy for probes and metrics, which bypass it by Istio's own template.
_PROXY_PORTS: Final = frozenset({"15020", "15021", "15090"})


def network_policy(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find ports that none of the policies that choose a Pod lets through: they add up."""
    pods = [pod for pod in scene.pods.get(namespace_of(added), ()) if reports_spans(pod) and _chooses(added, pod)]
    all_there = [each for each in scene.objects["NetworkPolicy"] if namespace_of(each) == namespace_of(added)]
    for pod in pods:
        policies = [each for each in all_there if _chooses(each, pod)]
        shut = [
            Loss(
                Cause.NETWORK_POLICY_BLOCKS_SIDECARS,
                f"spec.{direction.lower()}",
                f"no policy lets {what} Pod {name_of(pod)}",
            )
            for direction, port, protocol, what in [*_ways_out(scene), *_ways_in(pod)]
            if of_direction([added], direction) and not _lets_through(policies, direction, port, protocol)
        ]
        if shut:
            yield from shut
            return  # the others that it chooses fare alike


def _ways_out(scene: Scene) -> Iterator[tuple[str, int, str, str]]:
    if scene.expected.collector_namespace:
        yield "Egress", OTLP_PORT, "TCP", f"TCP {OTLP_PORT} (spans for the Collector) out of"
    yield "Egress", ISTIOD_PORT, "TCP", f"TCP {ISTIOD_PORT} (istiod) out of"
    yield "Egress", _DNS_PORT, "UDP", f"UDP {_DNS_PORT} (DNS) out of"


def _ways_in(pod: Pod) -> Iterator[tuple[str, int, str, str]]:
    for port in _application_ports(pod):
        number = int(port["containerPort"])
        yield "Ingress", number, str(port.get("protocol") or "TCP"), f"port {number} into"


def _lets_through(policies: Sequence[Object], direction: str, port: int, protocol: str) -> bool:
    governing = of_direction(policies, direction)
    return any(has_port(rule, port, protocol) for policy in governing for rule in rules(policy, direction.lower()))


def _chooses(policy: Object, pod: Pod) -> bool:
    selector = map_at(policy, "spec", "podSelector")
    labels = map_at(pod, "metadata", "labels")
    expressions = list_at(selector, "matchExpressions")
    return matches(pod, map_at(selector, "matchLabels")) and all(_holds(each, labels) for each in expressions)


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, values = str(expression.get("key")), list_at(expression, "values")
    holds = {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }
    return holds.get(str(expression.get("operator")), False)


def limit_range(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find containers, sidecars among them, whose Pod is refused when it is made the next time."""
    for number, limit in enumerate(list_at(added, "spec", "limits")):
        if limit.get("type") != "Container":
            continue
        for bound, wanted, breaks in (("max", "limits", operator.gt), ("min", "requests", operator.lt)):
            for resource, amount in map_at(limit, bound).items():
                refused = _refused(scene.pods.get(namespace_of(added), ()), wanted, resource, amount, breaks)
                if refused:
                    field = f"spec.limits[{number}].{bound}.{resource}"
                    yield Loss(Cause.LIMITS_REFUSE_PODS, field, f"{amount}: {refused}", certain=False)


def _refused(pods: Sequence[Pod], wanted: str, resource: str, amount: str, breaks: Any) -> str:
    for pod in pods:
        for container in containers(pod):
            has = at(container, "resources", wanted, resource)
            if has is not None and breaks(_amount(has), _amount(amount)):
                return (
                    f"container {container['name']} of Pod {name_of(pod)} has {wanted} of {has}, so the next is refused"
                )
    return ""


def _amount(text: object) -> Decimal:
    parse: Any = importlib.import_module("kubernetes.utils.quantity").parse_quantity
    return Decimal(parse(str(text)))


def resource_quota(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a quota that is used up: it refuses the next Pod, such as one that replaces another."""
    if namespace_of(added) not in scene.pods:
        return
    used = map_at(added, "status", "used")
    for resource, amount in map_at(added, "status", "hard").items():
        about_pods = resource == "pods" or resource.endswith(("cpu", "memory"))
        if about_pods and resource in used and _amount(used[resource]) >= _amount(amount):
            why = f"{used[resource]} of {amount} are used, so the next Pod is refused"
            yield Loss(Cause.QUOTA_USED_UP, f"spec.hard[{resource}]", why, certain=False)


def pod(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find annotations that lead traffic around the sidecar: there are no spans of it."""
    if namespace_of(added) not in scene.pods or not reports_spans(added):
        return
    for name, value in map_at(added, "metadata", "annotations").items():
        if not name.startswith(_AROUND):
            continue
        what = name.removeprefix(_AROUND)
        # Where Istio's CNI plugin is, the injector writes the proxy's own port here.
        if what == "excludeInboundPorts" and set(value.split(",")) <= _PROXY_PORTS:
            continue
        if what in {"excludeInboundPorts", "excludeOutboundPorts", "excludeOutboundIPRanges"} and value:
            certain = what == "excludeInboundPorts" and (value == "*" or bool(_numbers(added) & set(value.split(","))))
            why = f"traffic with {value} goes around the sidecar"
            yield Loss(Cause.SIDECAR_PASSED_BY, f"metadata.annotations[{name}]", why, certain)
        elif what in {"includeInboundPorts", "includeOutboundIPRanges"} and value != "*":
            why = f"only traffic with {value or 'nothing'} goes through the sidecar"
            yield Loss(Cause.SIDECAR_PASSED_BY, f"metadata.annotations[{name}]", why, certain=not value)


def _numbers(added: Object) -> set[str]:
    return {str(port.get("containerPort")) for port in _application_ports(added)}


def _application_ports(pod: Pod) -> list[Mapping[str, Any]]:
    """Return the ports of a Pod's containers, without its proxy's."""
    return [port for each in containers(pod) if each["name"] != PROXY for port in list_at(each, "ports")]


def namespace(added: Object, scene: Scene) -> Iterator[Loss]:
    """Find a second injector: of two proxies in a Pod each takes the other's traffic."""
    name = "linkerd.io/inject"
    if namespace_of(added) in scene.pods and at(added, "metadata", "annotations", name) in {"enabled", "ingress"}:
        why = "Linkerd's injector gives Pods a proxy of its own"
        yield Loss(Cause.OTHER_INJECTOR, f"metadata.annotations[{name}]", why)
