"""Tracing for the whole mesh: the Secrets that a tracing mode needs, and the resources that switch it on.

Left out on purpose: what stands in the mesh configuration, and so in istiod's chart values
(`values.tracing_values`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.constants.choices import Monitoring, TracingMode
from components.constants.files import TOKEN_KEY, TOKEN_SECRET
from components.constants.names import (
    COLLECTOR,
    COLLECTOR_SELECTOR,
    ISTIO_NAMESPACE,
    JAEGER,
    JAEGER_SELECTOR,
    MESH_DEFAULT,
    MIRROR,
    OTLP_CONFIG_MAP,
)
from components.constants.ports import OTLP_HTTP_PORT, OTLP_PORT, PEERS_PORT
from components.kubernetes.authorization import (
    ANYBODY_IN_THE_MESH,
    AllowedCall,
    Authorization,
    AuthorizationArgs,
    principal,
)
from components.kubernetes.istio_objects import IstioObject, istio_object
from components.kubernetes.objects import recommended_labels
from components.model.secret_mounts import CA, TOKEN
from components.tracing.ca_secret import ca_secret
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.collector import Collector
from components.tracing.collector.destination import Credentials, Destination
from components.tracing.collector.monitoring import CollectorMonitoring, CollectorMonitoringArgs
from components.tracing.jaeger import Jaeger, JaegerArgs
from components.tracing.otlp_server import exporter_environment
from components.tracing.plan import TracingPlan
from components.tracing.satellite_route import destination_rule_spec, service_entry_spec
from components.tracing.telemetry import mesh_spec, override_name, override_spec, untraced_spec


@dataclass(frozen=True)
class CollectorPods:
    """Where and how the Collector runs.

    Arguments:
        namespace: name of its namespace, one of `TracingArgs.namespaces`.
        image: its image, pinned.
        injection_labels: labels of the namespaces whose Pods may send to it, of which a namespace has one.
        replicas: number of Pods. Default 2.
        monitoring: what watches it. Default: nothing.
        certificates: what each certificate on the way of the spans is for -> when its life ends, for who watches.
            Default: none.
    """

    namespace: str
    image: str
    injection_labels: Sequence[Mapping[str, str]]
    replicas: int = 2
    monitoring: Monitoring | None = None
    certificates: Mapping[str, datetime] = field(default_factory=dict[str, datetime])


@dataclass(frozen=True)
class JaegerPods:
    """How Jaeger runs, where the backend is in the cluster.

    Arguments:
        image: its image, pinned.
        volume_gb: size in GiB of the volume for its traces; `None` (default) keeps them in memory.
    """

    image: str
    volume_gb: int | None = None


@dataclass(frozen=True)
class TracingArgs:
    """Arguments of `Tracing`.

    Arguments:
        plan: how the environment traces.
        credentials: what the backend is shown.
        mirror_credentials: what the second backend is shown; `None` (default) where the plan has none.
        namespaces: the namespaces with sidecars, by name.
        collector: where the Collector runs; needed where the plan has one.
        jaeger: how Jaeger runs, beside the Collector; needed where the plan's backend is in the cluster.
        told: those of `namespaces` in which a ConfigMap tells applications where the Collector is. Default: none.
        after: resources that prove that istiod answers (`Mesh.answering`); what needs injection or validation waits for
            them, the Secrets do not. Default: none.
        pods_after: what the Pods of the Collector and of Jaeger wait for on top of that, such as Istio's CNI
            plugin. Default: nothing.
    """

    plan: TracingPlan
    credentials: Credentials
    namespaces: Mapping[str, pulumi.Input[str]]
    collector: CollectorPods | None
    mirror_credentials: Credentials | None = None
    jaeger: JaegerPods | None = None
    told: Sequence[str] = ()
    after: Sequence[pulumi.Resource] = ()
    pods_after: Sequence[pulumi.Resource] = ()


class Tracing(pulumi.ComponentResource):
    """Secrets for the sidecars or the Collector, the way to the backend, and the Telemetry resources.

    In mode `opentelemetry` the Collector alone knows the backend, its CA and the token. In the other modes every
    sidecar sends to the satellites itself, so their CA stands in every namespace with sidecars.

    Arguments:
        name: the component's name.
        args: see `TracingArgs`.
        opts: Pulumi's resource options.

    Attributes:
        sidecar_secrets: what Pods with sidecars must find when they start; they are to wait for it.
    """

    sidecar_secrets: list[pulumi.Resource]

    def __init__(self, name: str, args: TracingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:tracing:Tracing", name, {}, opts)
        self._name = name
        self._args = args
        self._waiting = pulumi.ResourceOptions(parent=self, depends_on=args.after)
        self._labels = recommended_labels("telemetry", part_of="traced-mesh", component="tracing")
        self.sidecar_secrets = self._sidecar_secrets()
        if args.plan.has_collector:
            self._collector()
        if args.plan.mode is TracingMode.LIGHTSTEP_PROVIDER:
            self._satellite_route()
        if args.plan.has_telemetry:
            self._telemetries()
        self.register_outputs({})

    def _sidecar_secrets(self) -> list[pulumi.Resource]:
        secrets: list[pulumi.Resource] = []
        for each, namespace in self._args.namespaces.items():
            if CA in self._args.plan.sidecar_mounts:
                secrets.append(self._ca(each, namespace))
            if TOKEN in self._args.plan.sidecar_mounts:
                secrets.append(self._token(each, namespace))
        return secrets

    def _ca(self, each: str, namespace: pulumi.Input[str]) -> pulumi.Resource:
        opts = pulumi.ResourceOptions(parent=self)
        return ca_secret(f"{self._name}-ca-{each}", namespace, self._args.plan.backend.ca_certificate or "", opts)

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
        ca = [self._ca(pods.namespace, namespace)] if args.plan.backend.ca_certificate else []
        collector = CollectorArgs(
            namespace=namespace,
            destinations=self._destinations(),
            image=pods.image,
            injection_labels=pods.injection_labels,
            replicas=pods.replicas,
            tail_sampling=args.plan.tail_sampling,
            monitoring=pods.monitoring,
            after=[*args.after, *args.pods_after, *ca],
        )
        Collector(f"{self._name}-collector", collector, pulumi.ResourceOptions(parent=self))
        if pods.monitoring:
            watched = CollectorMonitoringArgs(pods.monitoring, namespace, pods.certificates)
            CollectorMonitoring(f"{self._name}-monitoring", watched, pulumi.ResourceOptions(parent=self))
        allowed = [AllowedCall("spans", COLLECTOR_SELECTOR, [OTLP_PORT, OTLP_HTTP_PORT], [ANYBODY_IN_THE_MESH])]
        if args.plan.has_jaeger:
            allowed.append(AllowedCall(JAEGER, JAEGER_SELECTOR, [OTLP_PORT], [principal(namespace, COLLECTOR)]))
        if collector.peers:
            allowed.append(AllowedCall("peers", COLLECTOR_SELECTOR, [PEERS_PORT], [principal(namespace, COLLECTOR)]))
        calls = AuthorizationArgs(args.plan.row.security_api, namespace, allowed, self._labels, after=args.after)
        Authorization(f"{self._name}-collector-authorization", calls, pulumi.ResourceOptions(parent=self))
        for each in args.told:
            self._address(each, args.namespaces[each])
        # Spans of the arrival of spans would have no end.
        self._telemetry("untraced-collector", COLLECTOR, namespace, untraced_spec(COLLECTOR_SELECTOR))
        if args.plan.has_jaeger:
            self._jaeger(namespace)

    def _destinations(self) -> list[Destination]:
        plan, mirrored = self._args.plan, self._args.mirror_credentials
        main = Destination(plan.backend, self._args.credentials)
        if plan.mirror is None:
            return [main]
        return [main, Destination(plan.mirror, mirrored or Credentials(), MIRROR)]

    def _address(self, each: str, namespace: pulumi.Input[str]) -> None:
        kubernetes.core.v1.ConfigMap(
            f"{self._name}-address-{each}",
            metadata={"name": OTLP_CONFIG_MAP, "namespace": namespace, "labels": self._labels},
            data=exporter_environment(),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _jaeger(self, namespace: pulumi.Input[str]) -> None:
        pods = self._args.jaeger
        if pods is None:
            raise ValueError("a backend in the cluster needs a Jaeger")
        waits = [*self._args.after, *self._args.pods_after]
        jaeger = JaegerArgs(namespace, pods.image, pods.volume_gb, waits)
        Jaeger(f"{self._name}-jaeger", jaeger, pulumi.ResourceOptions(parent=self))
        self._telemetry("untraced-jaeger", JAEGER, namespace, untraced_spec(JAEGER_SELECTOR))

    def _satellite_route(self) -> None:
        plan = self._args.plan
        specs = {"ServiceEntry": service_entry_spec(plan), "DestinationRule": destination_rule_spec(plan)}
        for kind, spec in specs.items():
            if spec is not None:
                wanted = IstioObject(plan.row.networking_api, kind, "satellites", ISTIO_NAMESPACE, spec, self._labels)
                istio_object(f"{self._name}-satellites-{kind.lower()}", wanted, self._waiting)

    def _telemetries(self) -> None:
        plan = self._args.plan
        self._telemetry("mesh", MESH_DEFAULT, ISTIO_NAMESPACE, mesh_spec(plan))
        for override in plan.overrides:
            name = override_name(override)
            namespace = self._args.namespaces[override.namespace]
            # No namespace has a dot in its name, so that no two overrides share one.
            self._telemetry(f"{override.namespace}.{name}", name, namespace, override_spec(plan, override))

    def _telemetry(self, resource_name: str, name: str, namespace: pulumi.Input[str], spec: dict[str, Any]) -> None:
        api = self._args.plan.row.telemetry_api
        wanted = IstioObject(api, "Telemetry", name, namespace, spec, self._labels)
        istio_object(f"{self._name}-{resource_name}-telemetry", wanted, self._waiting)
