"""Tracing for the whole mesh: the Secrets that a tracing mode needs, and the resources that switch it on.

Left out on purpose: what stands in the mesh configuration, and so in istiod's chart values
(`tracing_values.tracing_values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.backends.presets import Backend
from components.constants.choices import TracingMode
from components.constants.files import TOKEN_KEY, TOKEN_SECRET
from components.constants.names import COLLECTOR, COLLECTOR_SELECTOR, ISTIO_NAMESPACE, MESH_DEFAULT
from components.constants.ports import OTLP_PORT
from components.kubernetes.authorization import ANYBODY_IN_THE_MESH, AllowedCall, Authorization, AuthorizationArgs
from components.kubernetes.istio_objects import IstioObject, istio_object
from components.kubernetes.objects import recommended_labels
from components.tracing.ca_secret import ca_secret
from components.tracing.collector.collector import Collector, CollectorArgs
from components.tracing.satellite_files import SatelliteFiles
from components.tracing.satellite_route import destination_rule_spec, service_entry_spec
from components.tracing.telemetry import TelemetryPlan, override_name, untraced_spec
from components.versions.istio import VersionRow


@dataclass(frozen=True)
class Credentials:
    """What a tracing backend is shown; all but names are secrets.

    Arguments:
        access_token: the access token; `None` (default) if the backend wants none.
        headers: further headers, name -> value. Default: none.
        client_key: private key of the client certificate, PEM; `None` (default) without one.
    """

    access_token: pulumi.Input[str] | None = None
    headers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    client_key: pulumi.Input[str] | None = None


@dataclass(frozen=True)
class CollectorPods:
    """Where and how the Collector runs.

    Arguments:
        namespace: name of its namespace, one of `TracingArgs.namespaces`.
        image: its image, pinned.
        injection_label: label of the namespaces whose Pods may send to it.
        replicas: number of Pods. Default 2.
    """

    namespace: str
    image: str
    injection_label: Mapping[str, str]
    replicas: int = 2


@dataclass(frozen=True)
class TracingArgs:
    """Arguments of `Tracing`.

    Arguments:
        row: what holds for the Istio version.
        mode: the tracing mode.
        backend: the tracing backend.
        credentials: what the backend is shown.
        ca_certificate: the CA that verifies it (PEM, one or more certificates); `None` without TLS.
        telemetry: what is traced; `None` in native mode, where the chart values say it.
        namespaces: the namespaces with sidecars, by name.
        collector: where the Collector runs; needed in mode `opentelemetry` only.
        after: what proves that istiod answers (`Mesh.answering`); what needs injection or validation waits for it, the
            Secrets do not. Default: nothing.
    """

    row: VersionRow
    mode: TracingMode
    backend: Backend
    credentials: Credentials
    ca_certificate: str | None
    telemetry: TelemetryPlan | None
    namespaces: Mapping[str, pulumi.Input[str]]
    collector: CollectorPods | None
    after: Sequence[pulumi.Resource] = ()


class Tracing(pulumi.ComponentResource):
    """Secrets for the sidecars or the Collector, the way to the backend, and the Telemetry resources.

    In mode `opentelemetry` the Collector alone knows the backend, its CA and the token. In the other modes every
    sidecar sends to the satellites itself, so their CA stands in every namespace with sidecars.

    Attributes:
        sidecar_secrets: what Pods with sidecars must find when they start; they are to wait for it.
    """

    sidecar_secrets: list[pulumi.Resource]

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:tracing:Tracing", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels("telemetry", part_of="traced-mesh", component="tracing")
        self._waiting = pulumi.ResourceOptions(parent=self, depends_on=args.after)
        files = SatelliteFiles.needed(args.row, args.mode, args.backend)
        self.sidecar_secrets = self._sidecar_secrets(files)
        if args.mode is TracingMode.OPENTELEMETRY:
            self._collector()
        if args.mode is TracingMode.LIGHTSTEP_PROVIDER:
            self._satellite_route()
        if args.telemetry:
            self._telemetries(args.telemetry)
        self.register_outputs({})

    def _sidecar_secrets(self, files: SatelliteFiles) -> list[pulumi.Resource]:
        secrets: list[pulumi.Resource] = []
        for each, namespace in self._args.namespaces.items():
            if files.ca:
                secrets.append(self._ca(each, namespace))
            if files.token:
                secrets.append(self._token(each, namespace))
        return secrets

    def _ca(self, each: str, namespace: pulumi.Input[str]) -> pulumi.Resource:
        opts = pulumi.ResourceOptions(parent=self)
        return ca_secret(f"{self._name}-ca-{each}", namespace, self._args.ca_certificate or "", opts)

    def _token(self, each: str, namespace: pulumi.Input[str]) -> pulumi.Resource:
        return kubernetes.core.v1.Secret(
            f"{self._name}-token-{each}",
            metadata={"name": TOKEN_SECRET, "namespace": namespace, "labels": self._labels},
            type="Opaque",
            string_data={TOKEN_KEY: self._args.credentials.access_token or ""},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _collector(self) -> None:
        args, pods = self._args, self._args.collector
        if pods is None:
            raise ValueError("mode opentelemetry needs a Collector")
        namespace = args.namespaces[pods.namespace]
        ca = [self._ca(pods.namespace, namespace)] if args.ca_certificate else []
        Collector(
            f"{self._name}-collector",
            CollectorArgs(
                namespace=namespace,
                backend=args.backend,
                access_token=args.credentials.access_token,
                headers=args.credentials.headers,
                client_key=args.credentials.client_key,
                ca_certificate=args.ca_certificate,
                image=pods.image,
                injection_label=pods.injection_label,
                replicas=pods.replicas,
                after=[*args.after, *ca],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if args.row.security_api:
            spans = AllowedCall("spans", COLLECTOR_SELECTOR, [OTLP_PORT], [ANYBODY_IN_THE_MESH])
            calls = AuthorizationArgs(args.row.security_api, namespace, [spans], self._labels, after=args.after)
            Authorization(f"{self._name}-collector-authorization", calls, pulumi.ResourceOptions(parent=self))
        # Spans of the arrival of spans would have no end.
        self._telemetry("untraced-collector", COLLECTOR, namespace, untraced_spec(COLLECTOR_SELECTOR))

    def _satellite_route(self) -> None:
        backend = self._args.backend
        specs = {"ServiceEntry": service_entry_spec(backend), "DestinationRule": destination_rule_spec(backend)}
        for kind, spec in specs.items():
            if spec is not None:
                wanted = IstioObject(
                    self._args.row.networking_api, kind, "satellites", ISTIO_NAMESPACE, spec, self._labels
                )
                istio_object(f"{self._name}-satellites-{kind.lower()}", wanted, self._waiting)

    def _telemetries(self, plan: TelemetryPlan) -> None:
        self._telemetry("mesh", MESH_DEFAULT, ISTIO_NAMESPACE, plan.mesh_spec())
        for override in plan.overrides:
            name = override_name(override)
            namespace = self._args.namespaces[override.namespace]
            # No namespace has a dot in its name, so that no two overrides share one.
            self._telemetry(f"{override.namespace}.{name}", name, namespace, plan.override_spec(override))

    def _telemetry(
        self,
        resource_name: str,
        name: str,
        namespace: pulumi.Input[str],
        spec: dict[str, Any],
    ) -> None:
        if self._args.row.telemetry_api is None:
            raise ValueError(f"Istio {self._args.row.since} has no Telemetry resource")
        wanted = IstioObject(self._args.row.telemetry_api, "Telemetry", name, namespace, spec, self._labels)
        istio_object(f"{self._name}-{resource_name}-telemetry", wanted, self._waiting)
