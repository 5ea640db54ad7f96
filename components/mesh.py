"""The Istio control plane: its namespace, and the charts base and istiod of one exact version.

Left out on purpose: gateways (their own component), namespaces' injection labels, and what the mesh traces to: the
caller hands in the finished chart values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pulumi
import pulumi_kubernetes as kubernetes

from components.chart_values import ISTIO_NAMESPACE
from components.kubernetes_objects import CA_BUNDLE, recommended_labels, wait_for
from components.transforms import annotated

#: The validator for all Istio resources without a revision label; part of the base chart.
DEFAULT_VALIDATOR: Final = "istiod-default-validator"


@dataclass(frozen=True)
class ChartSource:
    """Where Istio's charts come from.

    Arguments:
        location: `oci://<registry>/<path>`, `https://<repository>`, or a local folder that holds `base/` and `istiod/`.
        version: exact version of the charts, for example `1.30.0`.
    """

    location: str
    version: str

    def arguments(self, chart: str) -> dict[str, Any]:
        """Return the arguments of a `helm.v4.Chart` for the chart named `chart`."""
        if self.location.startswith(("https://", "http://")):
            repository = kubernetes.helm.v4.RepositoryOptsArgs(repo=self.location)
            return {"chart": chart, "version": self.version, "repository_opts": repository}
        path = f"{self.location.rstrip('/')}/{chart}"
        if self.location.startswith("oci://"):
            return {"chart": path, "version": self.version}
        return {"chart": path}


@dataclass(frozen=True)
class MeshArgs:
    """Arguments of `Mesh`.

    Arguments:
        charts: where the charts come from.
        base_values: values of the base chart.
        istiod_values: values of the istiod chart.
    """

    charts: ChartSource
    base_values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    istiod_values: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Mesh(pulumi.ComponentResource):
    """Namespace `istio-system`, chart base (the CRDs), then chart istiod, awaited until its webhooks answer.

    Arguments:
        name: the component's name.
        args: see `MeshArgs`.
        after: resources that the charts wait for, such as the nodes that istiod runs on.
        opts: Pulumi's resource options.

    Attributes:
        namespace: name of the control plane's namespace.
        answering: resources to depend on for anything that needs the CRDs, the sidecar injector or the validator.
    """

    namespace: pulumi.Output[str]
    answering: list[pulumi.Resource]

    def __init__(
        self,
        name: str,
        args: MeshArgs,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("traced-mesh:mesh:Mesh", name, {}, opts)
        namespace = self._namespace(name)
        base = self._chart("base", "istio-base", args.charts, args.base_values, [namespace, *after])
        istiod = self._chart("istiod", "istiod", args.charts, args.istiod_values, [base])
        validator = self._answering_validator(name, [istiod])
        self.namespace = namespace.metadata.name
        self.answering = [istiod, validator]
        self.register_outputs({"namespace": self.namespace})

    def _namespace(self, name: str) -> kubernetes.core.v1.Namespace:
        return kubernetes.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": ISTIO_NAMESPACE, "labels": recommended_labels("istio", part_of="traced-mesh")},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _chart(
        self,
        chart: str,
        release: str,
        source: ChartSource,
        values: Mapping[str, Any],
        depends_on: list[pulumi.Resource],
    ) -> kubernetes.helm.v4.Chart:
        return kubernetes.helm.v4.Chart(
            release,
            namespace=ISTIO_NAMESPACE,
            values=dict(values),
            **source.arguments(chart),
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=depends_on, transforms=[prove_validator, await_established]
            ),
        )

    def _answering_validator(self, name: str, depends_on: list[pulumi.Resource]) -> pulumi.Resource:
        """Wait until istiod has written its CA into the validator that the base chart made.

        The base chart comes before istiod, so it cannot wait itself; and an Istio resource that is made a moment too
        early is refused, because the validator fails closed.
        """
        return kubernetes.admissionregistration.v1.ValidatingWebhookConfigurationPatch(
            f"{name}-validator-answers",
            metadata={
                "name": DEFAULT_VALIDATOR,
                "annotations": wait_for(CA_BUNDLE),
            },
            # The provider may note the object as it was just before the annotation came, which then shows as a change.
            opts=pulumi.ResourceOptions(parent=self, depends_on=depends_on, ignore_changes=["metadata"]),
        )


def prove_validator(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Let Istio's validators fail closed, and wait for istiod's own proof that they work.

    The charts write `failurePolicy: Ignore`. Once istiod has seen the API server refuse a wrong object because of its
    answer, it changes that to `Fail` (istio.io/istio 1.27.0, pkg/webhooks/validation/controller/controller.go).

    - In the istiod chart's validator that change is awaited: it proves that istiod's webhooks, the injector among them,
      are reached. It is istiod's field from then on, so changes of it are ignored, and of nothing else there.
    - The base chart's validator is made before istiod and can't wait for it. It says `Fail` from the start, so istiod
      has nothing to change, and somebody else's `Ignore` is found and repaired.
    """
    if args.type_ != "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration":
        return None
    metadata = cast("dict[str, Any]", args.props["metadata"])
    if metadata["name"] == DEFAULT_VALIDATOR:
        webhooks = cast("list[dict[str, Any]]", args.props["webhooks"])
        closed = [{**webhook, "failurePolicy": "Fail"} for webhook in webhooks]
        return pulumi.ResourceTransformResult(props={**args.props, "webhooks": closed}, opts=args.opts)
    proof = wait_for(".webhooks[0].failurePolicy", "Fail")
    theirs = pulumi.ResourceOptions(ignore_changes=["webhooks[*].failurePolicy"])
    return pulumi.ResourceTransformResult(
        props=annotated(args.props, proof), opts=pulumi.ResourceOptions.merge(args.opts, theirs)
    )


def await_established(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult | None:
    """Wait for each CRD until the API server serves it; the provider itself does not wait for CRDs."""
    if args.type_ != "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition":
        return None
    established = {"pulumi.com/waitFor": "condition=Established"}
    return pulumi.ResourceTransformResult(props=annotated(args.props, established), opts=args.opts)
