"""The Istio control planes: their namespace, chart base, and for each revision chart istiod of one exact version.

Left out on purpose: gateways (their own component), namespaces' injection labels, and what the mesh traces to: the
caller hands in the finished chart values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.names import DEFAULT_REVISION, ISTIO_NAMESPACE
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
from components.mesh.revision_tag import revision_tag, tag_name
from components.model.revisions import suffix


@dataclass(frozen=True)
class ControlPlane:
    """One istiod with its replicas.

    Arguments:
        charts: where its chart comes from.
        values: values of the istiod chart; a `SecretStr` among them becomes a Pulumi secret.
        revision: the revision that the values name. Default `default`, the one without a name.
        objects: what the chart must make of them, whatever a team has changed. Default: anything.
    """

    charts: ChartSource
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    revision: str = DEFAULT_REVISION
    objects: Sequence[OwnedObject] = ()


@dataclass(frozen=True)
class MeshArgs:
    """Arguments of `Mesh`.

    Arguments:
        charts: where the base chart comes from.
        control_planes: the control planes, one for each revision.
        base_values: values of the base chart.
        tags: tag -> the revision that it stands for. Default: none.
        protect: whether Pulumi refuses to delete the namespace, which holds the mesh's CA key. Default `False`.
        retain: whether the namespace stays when the stack is destroyed, since others use it too. Default `False`.
        after: what both charts wait for, such as the right to make RBAC objects. Default: nothing.
        pods_after: what istiod waits for on top of that, such as the nodes that it runs on; the base chart has no Pods.
            Default: nothing.
    """

    charts: ChartSource
    control_planes: Sequence[ControlPlane]
    base_values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    protect: bool = False
    retain: bool = False
    after: Sequence[pulumi.Resource] = ()
    pods_after: Sequence[pulumi.Resource] = ()


class Mesh(pulumi.ComponentResource):
    """Namespace `istio-system`, chart base (the CRDs), then chart istiod of each revision, awaited until they answer.

    Revisions stand side by side, each with a mesh configuration and an injector of its own; the CRDs and the validator
    for resources without a revision label are there once. The namespace takes hardened Pods only, and istiod's
    NetworkPolicy says who reaches them.

    Attributes:
        namespace: name of the control plane's namespace.
        answering: resources to depend on for anything that needs the CRDs, the sidecar injector or the validator.
        charts: base, and istiod of each revision.
    """

    namespace: pulumi.Output[str]
    answering: list[pulumi.Resource]
    charts: list[kubernetes.helm.v4.Chart]

    def __init__(self, name: str, args: MeshArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:mesh:Mesh", name, {}, opts)
        namespace = self._namespace(name, args)
        self._network_policy(name, namespace)
        base = self._chart(
            "istio-base",
            args.charts.arguments("base"),
            ChartOutcome("base", base_objects()),
            args.base_values,
            [namespace, *args.after],
        )
        istiods = {each.revision: self._istiod(each, [base, *args.pods_after]) for each in args.control_planes}
        self.namespace = namespace.metadata.name
        self.charts = [base, *istiods.values()]
        self.answering = [*istiods.values(), self._validates(name, list(istiods.values()))]
        self.answering += [self._injects(name, _injector(each), suffix(each), it) for each, it in istiods.items()]
        self.answering += [self._tag(name, tag, revision, istiods[revision]) for tag, revision in args.tags.items()]
        self.register_outputs({"namespace": self.namespace})

    def _namespace(self, name: str, args: MeshArgs) -> kubernetes.core.v1.Namespace:
        labels = recommended_labels("istio", part_of="traced-mesh") | pod_security_labels(PodSecurity.RESTRICTED)
        return kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": ISTIO_NAMESPACE, "labels": labels},
            opts=pulumi.ResourceOptions(
                parent=self, protect=args.protect or None, retain_on_delete=args.retain or None
            ),
        )

    def _network_policy(self, name: str, namespace: kubernetes.core.v1.Namespace) -> None:
        labels = recommended_labels("istiod", part_of="traced-mesh", component="mesh")
        metadata = ObjectMetaArgs(name="istiod", namespace=namespace.metadata.name, labels=labels)
        network_policy(f"{name}-istiod-policy", metadata, ISTIOD_ACCESS, pulumi.ResourceOptions(parent=self))

    def _istiod(self, it: ControlPlane, depends_on: list[pulumi.Resource]) -> kubernetes.helm.v4.Chart:
        chart = it.charts.arguments("istiod")
        if it.revision != DEFAULT_REVISION:
            # All are releases of the same name, whose objects the revision tells apart.
            chart |= {"name": "istiod", "resource_prefix": "istiod"}
        start, outcome = starts_with_templates(_injector(it.revision)), ChartOutcome("istiod", it.objects)
        return self._chart(f"istiod{suffix(it.revision)}", chart, outcome, it.values, depends_on, start)

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

    def _validates(self, name: str, istiods: list[pulumi.Resource]) -> pulumi.Resource:
        """Wait for istiod's own proof that its webhooks work.

        Once istiod has seen the API server refuse a wrong object because of its answer, it changes the failure policy
        of the validator that the base chart made from `Ignore` to `Fail` (istio.io/istio 1.27.0,
        pkg/webhooks/validation/controller/controller.go; 1.15.0 does the same). The injector is reached at the same
        address, as soon as istiod has written its CA into it.

        The objects themselves don't wait: the provider would note a changed one as it was before the change, if it
        fulfilled the condition then, and show that as a change the next time. So do these patches, whose metadata is
        therefore left alone.
        """
        return kubernetes.admissionregistration.v1.ValidatingWebhookConfigurationPatch(
            f"{name}-validator-answers",
            metadata={"name": DEFAULT_VALIDATOR, "annotations": wait_for(".webhooks[0].failurePolicy", "Fail")},
            opts=self._after(istiods),
        )

    def _injects(self, name: str, injector: str, suffix: str, after: pulumi.Resource) -> pulumi.Resource:
        return kubernetes.admissionregistration.v1.MutatingWebhookConfigurationPatch(
            f"{name}-injector-answers{suffix}",
            metadata={"name": injector, "annotations": wait_for(CA_BUNDLE)},
            opts=self._after([after]),
        )

    def _tag(self, name: str, tag: str, revision: str, istiod: pulumi.Resource) -> pulumi.Resource:
        """Make a tag, and wait until the istiod that it stands for has written its CA into it."""
        opts = pulumi.ResourceOptions(parent=self, depends_on=[istiod])
        return self._injects(name, tag_name(tag), f"-tag-{tag}", revision_tag(f"{name}-tag-{tag}", tag, revision, opts))

    def _after(self, depends_on: list[pulumi.Resource]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on, ignore_changes=["metadata"])


def _injector(revision: str) -> str:
    """Return the name of a revision's injection webhook, and of the ConfigMap with its templates."""
    return f"istio-sidecar-injector{suffix(revision)}"
