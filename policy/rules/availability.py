"""Rules about what an environment survives: a lost node, an upgrade, a mistaken `pulumi destroy`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pulumi_policy import Severity

from components.constants.names import COLLECTOR, GATEWAY, ISTIO_NAMESPACE
from policy.gateway_api import overlays
from policy.reading import at, mapping
from policy.resource import Resource
from policy.rule import BEYOND_DEV, PROD_ONLY, ResourceRule, StackRule, kinds
from policy.workload import pod, selects

#: Labels of the Pods without which no request passes and no span leaves: label `app` or the recommended name.
_VITAL: Final = frozenset({"istiod", GATEWAY, COLLECTOR})
_NAME_LABELS: Final = ("app", "app.kubernetes.io/name")


def _replicas(resource: Resource) -> Iterator[str]:
    if resource.kind == "kubernetes:ConfigMap":
        deployment = overlays(resource).get("deployment")
        count, vital = _or_one(at(deployment, "spec.replicas")), deployment is not None
    elif resource.kind == "kubernetes:HorizontalPodAutoscaler":
        name = str(at(resource.properties, "spec.scaleTargetRef.name"))
        count, vital = _or_one(at(resource.properties, "spec.minReplicas")), name.startswith(tuple(_VITAL))
    else:
        count, vital = at(resource.properties, "spec.replicas"), _is_vital(resource)
    if vital and isinstance(count, int | float) and count < 2:
        yield f"'{resource.object_name}' has spec.replicas {count:g}, so the loss of one node takes it down"


def _or_one(count: Any) -> Any:
    return 1 if count is None else count


def _budget(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    budgets = [each for each in resources if each.kind == "kubernetes:PodDisruptionBudget"]
    for each in resources:
        if each.kind == "kubernetes:Deployment" and _is_vital(each):
            labels = mapping(pod(each), "metadata.labels")
            here = (mapping(it.properties, "spec.selector") for it in budgets if it.namespace == each.namespace)
            if not any(selects(selector, labels) for selector in here):
                wrong = f"no PodDisruptionBudget keeps an upgrade from ending all Pods of '{each.object_name}' at once"
                yield each, wrong
        elif each.kind == "kubernetes:ConfigMap" and (told := overlays(each)) and "podDisruptionBudget" not in told:
            yield each, f"'{each.object_name}' tells istiod of no PodDisruptionBudget for the Gateway's Pods"


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
        kinds("ConfigMap", "Deployment", "HorizontalPodAutoscaler"),
        _replicas,
    ),
    StackRule(
        "disruption-budget",
        "istiod, the gateway and the Collector have disruption budgets.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "make a PodDisruptionBudget that selects those Pods",
        kinds("ConfigMap", "Deployment", "PodDisruptionBudget"),
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
