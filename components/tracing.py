"""Tracing for the whole mesh: the backend's CA Secret, the Collector, and the Telemetry resources that switch it on.

Left out on purpose: the extension provider itself, which is part of the mesh configuration and so of istiod's chart
values (`chart_values.istiod_values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.ca_secret import ca_secret
from components.chart_values import ISTIO_NAMESPACE, TRACING_PROVIDER
from components.collector import NAME as COLLECTOR
from components.collector import Backend, Collector, CollectorArgs
from components.kubernetes_objects import recommended_labels


@dataclass(frozen=True)
class TracingArgs:
    """Arguments of `Tracing`.

    Arguments:
        backend: the tracing backend.
        access_token: its access token, a secret; `None` if the backend wants none.
        ca_certificate: the CA that verifies it (PEM, one or more certificates); `None` without TLS.
        sampling_percentage: share of requests that are traced, 0 to 100.
        telemetry_api: `apiVersion` of the Telemetry resource in this Istio version.
        namespaces: the namespaces with sidecars, by name; each gets the CA Secret.
        collector_namespace: the name among them where the Collector runs.
        collector_image: the Collector's image.
        collector_replicas: number of Collector Pods. Default 2.
    """

    backend: Backend
    access_token: pulumi.Input[str] | None
    ca_certificate: str | None
    sampling_percentage: Decimal
    telemetry_api: str
    namespaces: Mapping[str, pulumi.Input[str]]
    collector_namespace: str
    collector_image: str
    collector_replicas: int = 2


class Tracing(pulumi.ComponentResource):
    """CA Secrets, the Collector, the mesh-wide Telemetry, and a Telemetry that keeps the Collector out of the traces.

    Arguments:
        name: the component's name.
        args: see `TracingArgs`.
        after: resources that prove that istiod answers (`Mesh.answering`); what needs injection or validation waits for
            them, the Secrets do not.
        opts: Pulumi's resource options.

    Attributes:
        collector: the Collector.
        ca_secrets: namespace -> its CA Secret.
    """

    collector: Collector
    ca_secrets: dict[str, pulumi.Resource]

    def __init__(
        self,
        name: str,
        args: TracingArgs,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("traced-mesh:tracing:Tracing", name, {}, opts)
        self.ca_secrets = self._ca_secrets(name, args)
        self.collector = self._collector(name, args, after)
        self._mesh_telemetry(name, args, after)
        self._collector_telemetry(name, args, after)
        self.register_outputs({})

    def _ca_secrets(self, name: str, args: TracingArgs) -> dict[str, pulumi.Resource]:
        if args.ca_certificate is None:
            return {}
        return {
            each: ca_secret(f"{name}-ca-{each}", namespace, args.ca_certificate, pulumi.ResourceOptions(parent=self))
            for each, namespace in args.namespaces.items()
        }

    def _collector(self, name: str, args: TracingArgs, after: Sequence[pulumi.Resource]) -> Collector:
        secret = self.ca_secrets.get(args.collector_namespace)
        return Collector(
            f"{name}-collector",
            CollectorArgs(
                namespace=args.namespaces[args.collector_namespace],
                backend=args.backend,
                access_token=args.access_token,
                ca_certificate=args.ca_certificate,
                image=args.collector_image,
                replicas=args.collector_replicas,
            ),
            after=[*after, *([secret] if secret else [])],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _mesh_telemetry(self, name: str, args: TracingArgs, after: Sequence[pulumi.Resource]) -> None:
        provider = {"providers": [{"name": TRACING_PROVIDER}]}
        sampling = {"randomSamplingPercentage": float(args.sampling_percentage)}
        self._telemetry(
            f"{name}-mesh", args, "mesh-default", ISTIO_NAMESPACE, {"tracing": [provider | sampling]}, after
        )

    def _collector_telemetry(self, name: str, args: TracingArgs, after: Sequence[pulumi.Resource]) -> None:
        """Keep the Collector's own sidecar from tracing the spans' arrival, which would make spans without end."""
        spec = {
            "selector": {"matchLabels": {"app.kubernetes.io/name": COLLECTOR}},
            "tracing": [{"disableSpanReporting": True}],
        }
        self._telemetry(
            f"{name}-untraced-collector", args, COLLECTOR, args.namespaces[args.collector_namespace], spec, after
        )

    def _telemetry(
        self,
        resource_name: str,
        args: TracingArgs,
        name: str,
        namespace: pulumi.Input[str],
        spec: dict[str, Any],
        after: Sequence[pulumi.Resource],
    ) -> None:
        kubernetes.apiextensions.CustomResource(
            f"{resource_name}-telemetry",
            api_version=args.telemetry_api,
            kind="Telemetry",
            metadata={
                "name": name,
                "namespace": namespace,
                "labels": recommended_labels("telemetry", part_of="traced-mesh", component="tracing"),
            },
            spec=spec,
            opts=pulumi.ResourceOptions(parent=self, depends_on=list(after)),
        )
