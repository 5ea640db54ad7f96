"""The Istio control plane: its namespace, and the charts base and istiod of one exact version.

Left out on purpose: gateways (their own component), namespaces' injection labels, and what the mesh traces to: the
caller hands in the finished chart values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.names import ISTIO_NAMESPACE
from components.kubernetes.network_policies import network_policy
from components.kubernetes.objects import CA_BUNDLE, recommended_labels, wait_for
from components.kubernetes.pod_security import PodSecurity, pod_security_labels
from components.kubernetes.secret_values import has_secret, with_pulumi_secrets
from components.kubernetes.transforms import in_turn, keep_definitions
from components.mesh.chart_outcome import ChartOutcome
from components.mesh.chart_source import ChartSource
from components.mesh.chart_transforms import (
    harden_pods,
    hide_config_maps,
    leave_failure_policy,
    leave_service,
)
from components.mesh.istiod_access import ISTIOD_ACCESS
from components.mesh.istiod_start import starts_with_templates
from components.mesh.owned_facts import DEFAULT_VALIDATOR, OwnedObject, base_objects


@dataclass(frozen=True)
class MeshArgs:
    """Arguments of `Mesh`.

    Arguments:
        charts: where the charts come from.
        base_values: values of the base chart.
        istiod_values: values of the istiod chart; a `SecretStr` among them becomes a Pulumi secret.
        istiod_objects: what the istiod chart must make of them, whatever a team has changed. Default: anything.
        revision: the revision that the values name; `None` (default) is the default one.
        protect: whether Pulumi refuses to delete the namespace, which holds the mesh's CA key. Default `False`.
        after: what both charts wait for, such as the right to make RBAC objects. Default: nothing.
        pods_after: what istiod waits for on top of that, such as the nodes that it runs on; the base chart has no Pods.
            Default: nothing.
    """

    charts: ChartSource
    base_values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    istiod_values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    istiod_objects: Sequence[OwnedObject] = ()
    revision: str | None = None
    protect: bool = False
    after: Sequence[pulumi.Resource] = ()
    pods_after: Sequence[pulumi.Resource] = ()


class Mesh(pulumi.ComponentResource):
    """Namespace `istio-system`, chart base (the CRDs), then chart istiod, awaited until its webhooks answer.

    The namespace takes hardened Pods only, and istiod's NetworkPolicy says who reaches them.

    Attributes:
        namespace: name of the control plane's namespace.
        answering: resources to depend on for anything that needs the CRDs, the sidecar injector or the validator.
        charts: base and istiod.
    """

    namespace: pulumi.Output[str]
    answering: list[pulumi.Resource]
    charts: list[kubernetes.helm.v4.Chart]

    def __init__(self, name: str, args: MeshArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:mesh:Mesh", name, {}, opts)
        injector = f"istio-sidecar-injector-{args.revision}" if args.revision else "istio-sidecar-injector"
        namespace = self._namespace(name, args.protect)
        self._network_policy(name, namespace)
        base = self._chart(
            "istio-base",
            args.charts.arguments("base"),
            ChartOutcome("base", base_objects()),
            args.base_values,
            [namespace, *args.after],
        )
        istiod = self._chart(
            "istiod",
            args.charts.arguments("istiod"),
            ChartOutcome("istiod", args.istiod_objects),
            args.istiod_values,
            [base, *args.pods_after],
            starts_with_templates(injector),
        )
        self.namespace = namespace.metadata.name
        self.charts = [base, istiod]
        self.answering = [istiod, *self._answering(name, injector, istiod)]
        self.register_outputs({"namespace": self.namespace})

    def _namespace(self, name: str, protect: bool) -> kubernetes.core.v1.Namespace:
        labels = recommended_labels("istio", part_of="traced-mesh") | pod_security_labels(PodSecurity.RESTRICTED)
        return kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": ISTIO_NAMESPACE, "labels": labels},
            opts=pulumi.ResourceOptions(parent=self, protect=protect or None),
        )

    def _network_policy(self, name: str, namespace: kubernetes.core.v1.Namespace) -> None:
        labels = recommended_labels("istiod", part_of="traced-mesh", component="mesh")
        metadata = ObjectMetaArgs(name="istiod", namespace=namespace.metadata.name, labels=labels)
        network_policy(f"{name}-istiod-policy", metadata, ISTIOD_ACCESS, pulumi.ResourceOptions(parent=self))

    def _chart(
        self,
        release: str,
        chart: Mapping[str, Any],
        outcome: ChartOutcome,
        values: Mapping[str, Any],
        depends_on: list[pulumi.Resource],
        *own: pulumi.ResourceTransform,
    ) -> kubernetes.helm.v4.Chart:
        transforms: list[pulumi.ResourceTransform] = [
            outcome.judge,
            leave_failure_policy,
            keep_definitions,
            leave_service,
            harden_pods,
            *own,
        ]
        if has_secret(values):
            transforms.append(hide_config_maps)
        made = kubernetes.helm.v4.Chart(
            release,
            namespace=ISTIO_NAMESPACE,
            values=with_pulumi_secrets(values),
            **chart,
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on, transforms=[in_turn(*transforms)]),
        )
        outcome.complete(made.resources)
        return made

    def _answering(self, name: str, injector: str, istiod: pulumi.Resource) -> list[pulumi.Resource]:
        """Wait for istiod's own proof that its webhooks work.

        Once istiod has seen the API server refuse a wrong object because of its answer, it changes the failure policy
        of the validator that the base chart made from `Ignore` to `Fail` (istio.io/istio 1.27.0,
        pkg/webhooks/validation/controller/controller.go; 1.15.0 does the same). The injector is reached at the same
        address, as soon as istiod has written its CA into it.

        The objects themselves don't wait: the provider would note a changed one as it was before the change, if it
        fulfilled the condition then, and show that as a change the next time. So do these patches, whose metadata is
        therefore left alone.
        """
        admission = kubernetes.admissionregistration.v1
        opts = pulumi.ResourceOptions(parent=self, depends_on=[istiod], ignore_changes=["metadata"])
        fails_closed = wait_for(".webhooks[0].failurePolicy", "Fail")
        return [
            admission.ValidatingWebhookConfigurationPatch(
                f"{name}-validator-answers",
                metadata={"name": DEFAULT_VALIDATOR, "annotations": fails_closed},
                opts=opts,
            ),
            admission.MutatingWebhookConfigurationPatch(
                f"{name}-injector-answers",
                metadata={"name": injector, "annotations": wait_for(CA_BUNDLE)},
                opts=opts,
            ),
        ]
