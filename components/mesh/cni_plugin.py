"""Istio's CNI plugin: an agent on each node that leads the traffic of Pods through their sidecars.

It stands in a namespace of its own: `istio-system` takes hardened Pods only, and `kube-system` is the cluster owner's.
A Pod that starts on a node before the agent is there fails in its init container `istio-validation`, and the agent
repairs it (chart value `repair.repairPods`, on by default).

Left out on purpose: telling istiod that Pods need no init container with rights any more: a value of its own chart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.names import CNI_AGENT, CNI_AGENT_SELECTOR, CNI_NAMESPACE
from components.kubernetes.network_policies import NetworkAccess, network_policy
from components.kubernetes.objects import recommended_labels
from components.kubernetes.pod_security import PodSecurity, pod_security_labels
from components.mesh.chart_outcome import ChartOutcome
from components.mesh.chart_source import ChartSource
from components.mesh.owned_facts import OwnedObject


@dataclass(frozen=True)
class CniPluginArgs:
    """Arguments of `CniPlugin`.

    Arguments:
        charts: where the chart comes from.
        values: values of the cni chart.
        after: what the chart waits for: the right to make RBAC objects, and the nodes. Default: nothing.
        objects: what the chart must make of the values, whatever a team has changed. Default: anything.
    """

    charts: ChartSource
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    after: Sequence[pulumi.Resource] = ()
    objects: Sequence[OwnedObject] = ()


class CniPlugin(pulumi.ComponentResource):
    """Namespace `istio-cni`, which takes any Pod and where nothing is reached, and chart cni, awaited node by node.

    Arguments:
        name: the component's name.
        args: see `CniPluginArgs`.
        opts: Pulumi's resource options.

    Attributes:
        chart: chart cni; resources to depend on for Pods with sidecars.
    """

    chart: kubernetes.helm.v4.Chart

    def __init__(self, name: str, args: CniPluginArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:mesh:CniPlugin", name, {}, opts)
        namespace = self._namespace(name)
        self._network_policy(name, namespace)
        outcome = ChartOutcome("cni", args.objects)
        self.chart = kubernetes.helm.v4.Chart(
            "istio-cni",
            namespace=CNI_NAMESPACE,
            values=args.values,
            **args.charts.arguments("cni"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[namespace, *args.after], transforms=[outcome.judge]),
        )
        outcome.complete(self.chart.resources)
        self.register_outputs({})

    def _namespace(self, name: str) -> kubernetes.core.v1.Namespace:
        labels = recommended_labels("istio-cni", part_of="traced-mesh") | pod_security_labels(PodSecurity.PRIVILEGED)
        return kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": CNI_NAMESPACE, "labels": labels},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _network_policy(self, name: str, namespace: kubernetes.core.v1.Namespace) -> None:
        """Let nobody reach the agent; whom it reaches is the API server, whose address is not known beforehand."""
        labels = recommended_labels("istio-cni", part_of="traced-mesh", component="mesh")
        metadata = ObjectMetaArgs(name=CNI_AGENT, namespace=namespace.metadata.name, labels=labels)
        nobody = NetworkAccess(CNI_AGENT_SELECTOR, ingress=[], egress=None)
        network_policy(f"{name}-policy", metadata, nobody, pulumi.ResourceOptions(parent=self))
