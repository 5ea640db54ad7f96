"""Workloads of Kubernetes as rules see them: where each kind keeps its Pods, and what Pods hold."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from policy.reading import entries, mapping
from policy.resource import Resource
from policy.rule import kinds

#: Kind -> where its Pod's specification stands.
_PODS: Final[Mapping[str, str]] = {
    "kubernetes:Pod": "",
    "kubernetes:CronJob": "spec.jobTemplate.spec.template",
    **dict.fromkeys(kinds("DaemonSet", "Deployment", "Job", "ReplicaSet", "StatefulSet"), "spec.template"),
}

WORKLOADS: Final = frozenset(_PODS)


def pod(workload: Resource) -> Mapping[str, Any]:
    """Return a workload's Pod: `metadata` and `spec`."""
    path = _PODS[workload.kind]
    return mapping(workload.properties, path) if path else workload.properties


def containers(workload: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each container, initial ones too, as its name and itself."""
    for path in ("spec.initContainers", "spec.containers"):
        for container in entries(pod(workload), path):
            yield str(container.get("name")), container


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Tell whether the `matchLabels` of a selector fit labels."""
    wanted = mapping(selector, "matchLabels")
    return bool(wanted) and all(labels.get(key) == value for key, value in wanted.items())
