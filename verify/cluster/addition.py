"""What others add beside the environment: their objects, the Pods that these are about, and what is lost by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from common.plain import at, list_at, map_at
from components.constants.choices import TracingMode
from components.constants.names import COLLECTOR, COLLECTOR_SELECTOR, ISTIO_NAMESPACE, JAEGER_SELECTOR, SATELLITE_HOST
from verify.causes import Cause
from verify.cluster.pods import Pod, is_over, matches
from verify.expected import Expected

Object = Mapping[str, Any]

#: The applications that the program's own objects are part of, by `app.kubernetes.io/part-of`.
_OURS: Final = frozenset({"traced-mesh", "bookinfo"})


@dataclass(frozen=True)
class Loss:
    """What an object of somebody else takes away.

    Arguments:
        cause: what is broken.
        field: path of the field that does it, for example `spec.egress[0].hosts`.
        why: what follows from it, in words.
        certain: whether it surely takes requests or spans away; otherwise it depends on what the object does not tell.
    """

    cause: Cause
    field: str
    why: str
    certain: bool = True


@dataclass(frozen=True)
class Scene:
    """Among what an object stands.

    Arguments:
        expected: the environment.
        pods: namespace -> its Pods, for the namespaces with sidecars.
        objects: kind -> all objects of that kind in the cluster, the program's own among them.
    """

    expected: Expected
    pods: Mapping[str, Sequence[Pod]]
    objects: Mapping[str, Sequence[Object]]

    def traced(self, added: Object, labels: Mapping[str, str]) -> list[Pod]:
        """Return the Pods that report spans and that an object of Istio chooses; one of the root namespace, in all.

        Arguments:
            added: the object, for its namespace.
            labels: what it chooses by; empty chooses all.
        """
        namespace = namespace_of(added)
        of = self.pods.values() if namespace == ISTIO_NAMESPACE else [self.pods.get(namespace, ())]
        return [pod for pods in of for pod in pods if reports_spans(pod) and matches(pod, labels)]

    @property
    def span_hosts(self) -> tuple[str, ...]:
        """The hosts in the mesh to which sidecars send spans; none where their bootstrap has the way."""
        mode = self.expected.tracing_mode
        if mode is TracingMode.OPENTELEMETRY:
            return (full_host(COLLECTOR, self.expected.collector_namespace or ""),)
        if mode is TracingMode.LIGHTSTEP_PROVIDER:
            return (self.expected.backend_address.rpartition(":")[0], SATELLITE_HOST)
        return ()


def reports_spans(pod: Pod) -> bool:
    """Tell whether a Pod stays and is to report spans; those of the Collector and Jaeger are not, on purpose."""
    return not is_over(pod) and not any(matches(pod, each) for each in (COLLECTOR_SELECTOR, JAEGER_SELECTOR))


def is_ours(added: Object) -> bool:
    """Tell whether the program made an object, by its labels."""
    labels = map_at(added, "metadata", "labels")
    by_pulumi = labels.get("app.kubernetes.io/managed-by") == "pulumi"
    return by_pulumi and labels.get("app.kubernetes.io/part-of") in _OURS


def namespace_of(added: Object) -> str:
    """Return an object's namespace; a Namespace's own name."""
    return str(at(added, "metadata", "namespace") or at(added, "metadata", "name"))


def selector_of(added: Object) -> Mapping[str, str]:
    """Return the labels by which an object of Istio chooses Pods, in whichever of its two forms; empty chooses all."""
    return map_at(added, "spec", "selector", "matchLabels") or map_at(added, "spec", "workloadSelector", "labels")


def full_host(host: str, namespace: str) -> str:
    """Return a Service's full name, as Istio completes a short one by its object's namespace."""
    return host if "." in host or host == "*" else f"{host}.{namespace}.svc.cluster.local"


def covers(pattern: str, host: str) -> bool:
    """Tell whether a host, or a pattern that begins with `*`, means a host."""
    return host.endswith(pattern[1:]) if pattern.startswith("*") else pattern == host


def numbered(added: Object, *path: str) -> list[tuple[str, Any]]:
    """Return field -> entry of a list, for example `spec.http[0]`."""
    name = ".".join(path)
    return [(f"{name}[{number}]", each) for number, each in enumerate(list_at(added, *path))]
