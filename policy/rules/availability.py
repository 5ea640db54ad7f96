"""Rules about what an environment survives: a lost node, an upgrade, a mistaken `pulumi destroy`."""

from collections.abc import Iterator, Sequence
from typing import Final

from pulumi_policy import Severity

from components.constants.names import COLLECTOR, GATEWAY, ISTIO_NAMESPACE
from policy.reading import at, mapping
from policy.resource import Resource
from policy.rule import BEYOND_DEV, PROD_ONLY, ResourceRule, StackRule, kinds
from policy.workload import pod, selects

#: Labels of the Pods without which no request passes and no span leaves: label `app` or the recommended name.
_VITAL: Final = frozenset({"istiod", GATEWAY, COLLECTOR})
_NAME_LABELS: Final = ("app", "app.kubernetes.io/name")


def _replicas(resource: Resource) -> Iterator[str]:
    if resource.kind == "kubernetes:HorizontalPodAutoscaler":
        name, count = (
            str(at(resource.properties, "spec.scaleTargetRef.name")),
            at(resource.properties, "spec.minReplicas"),
        )
        vital, count = name.startswith(tuple(_VITAL)), 1 if count is None else count
    else:
        count, vital = at(resource.properties, "spec.replicas"), _is_vital(resource)
    if vital and isinstance(count, int | float) and count < 2:
        yield f"'{resource.object_name}' has spec.replicas {count:g}, so the loss of one node takes it down"


def _budget(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    budgets = [each for each in resources if each.kind == "kubernetes:PodDisruptionBudget"]
    for each in resources:
        if each.kind == "kubernetes:Deployment" and _is_vital(each):
            labels = mapping(pod(each), "metadata.labels")
            here = (mapping(it.properties, "spec.selector") for it in budgets if it.namespace == each.namespace)
            if not any(selects(selector, labels) for selector in here):
                wrong = f"no PodDisruptionBudget keeps an upgrade from ending all Pods of '{each.object_name}' at once"
                yield each, wrong


def _protected(namespace: Resource) -> Iterator[str]:
    # its loss can't be made good by another `pulumi up`: it holds the key of the mesh's CA
    if namespace.object_name == ISTIO_NAMESPACE and namespace.protected is False:
        yield f"Pulumi may delete namespace '{namespace.object_name}', and the key of the mesh's CA with it"


def _is_vital(deployment: Resource) -> bool:
    labels = mapping(pod(deployment), "metadata.labels")
    return any(labels.get(key) in _VITAL for key in _NAME_LABELS)


RULES: Final = (
    ResourceRule(
        "replicas-two",
        "istiod, the gateway and the Collector have at least two replicas.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "set traced-mesh:istiodReplicas, traced-mesh:gatewayReplicas and traced-mesh:collectorReplicas to at least 2",
        kinds("Deployment", "HorizontalPodAutoscaler"),
        _replicas,
    ),
    StackRule(
        "disruption-budget",
        "istiod, the gateway and the Collector have disruption budgets.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "make a PodDisruptionBudget that selects those Pods",
        kinds("Deployment", "PodDisruptionBudget"),
        _budget,
    ),
    ResourceRule(
        "namespace-protected",
        "In prod, Pulumi does not delete namespaces with state by mistake.",
        Severity.HIGH,
        PROD_ONLY,
        "pulumi config set traced-mesh:deletionProtection true",
        kinds("Namespace"),
        _protected,
    ),
)
