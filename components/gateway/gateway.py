"""The ingress gateway: an Envoy that istiod injects, with typed resources that fit every Istio version.

Istio's gateway chart is not used: those of 1.26.0 and 1.27.0 fail under current Helm, and typed resources leave room
for what a chart does not offer (https://istio.io/latest/docs/setup/additional-setup/gateway/ documents this form).
Left out on purpose: routes (Istio's Gateway and VirtualService), which belong to the application.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.core.v1 import (
    ContainerArgs,
    ContainerPortArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    SecretVolumeSourceArgs,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.constants.choices import ServiceType
from components.constants.names import GATEWAY as NAME
from components.constants.names import GATEWAY_SELECTOR as SELECTOR
from components.constants.ports import STATUS_PORT
from components.kubernetes.objects import SKIP_AWAIT, recommended_labels, wait_for
from components.kubernetes.resources import RESOURCES
from components.kubernetes.workloads import disruption_budget, restricted_container, restricted_pod, spread
from components.model.secret_mounts import SecretMount

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443

#: Where the Pods take requests: unprivileged ports, HTTP and HTTPS, as in Istio's own ingress gateway.
POD_PORTS: Final = (8080, 8443)

#: The Service's ports and the Pods' behind them.
PORTS: Final = (
    ServicePortArgs(name="status-port", port=STATUS_PORT, target_port=STATUS_PORT, protocol="TCP"),
    ServicePortArgs(name="http2", port=HTTP_PORT, target_port=POD_PORTS[0], protocol="TCP"),
    ServicePortArgs(name="https", port=HTTPS_PORT, target_port=POD_PORTS[1], protocol="TCP"),
)

#: The user that Istio's proxy image runs as.
PROXY_USER: Final = 1337


@dataclass(frozen=True)
class GatewayArgs:
    """Arguments of `IngressGateway`.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        replicas: number of Pods; from 2 on with a disruption budget. Default 2.
        service_type: how it is reached. Default a load balancer.
        node_address: host name or IP address of a node; needed for, and only used by, `NODE_PORT`.
        revision: control plane revision that injects it; `None` (default) is the default one.
        files: Secrets of its namespace that its proxy needs as files. Default: none.
        load_balancer_address: IPv4 address of the load balancer, reserved beforehand; `None` (default): any.
        source_ranges: networks from which the load balancer takes requests, in CIDR notation. Default: everywhere.
        named_host: the DNS name by which it is called; `None` (default): its address.
        tls: whether it serves HTTPS, which is where `IngressGateway.url` leads then. Default `False`.
        after: what proves that the injector answers (`Mesh.answering`), and other things that the Pods wait for: one
            made earlier would keep the image `auto` and never start. The Service waits for nothing, so its address is
            ready sooner. Default: nothing.
    """

    namespace: pulumi.Input[str]
    replicas: int = 2
    service_type: ServiceType = ServiceType.LOAD_BALANCER
    node_address: str | None = None
    revision: str | None = None
    files: tuple[SecretMount, ...] = ()
    load_balancer_address: str | None = None
    source_ranges: Sequence[str] = ()
    named_host: str | None = None
    tls: bool = False
    after: Sequence[pulumi.Resource] = ()


class IngressGateway(pulumi.ComponentResource):
    """Deployment, Service, ServiceAccount, Role and RoleBinding of `istio-ingressgateway`.

    Attributes:
        host: address from outside, an IP address or a host name.
        port: TCP port of HTTP there, or of HTTPS where it serves that.
        url: `http[s]://<host>[:<port>]`, the port left out where it is the scheme's own.
    """

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    url: pulumi.Output[str]

    def __init__(self, name: str, args: GatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:IngressGateway", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels(NAME, part_of="traced-mesh", component="gateway") | SELECTOR
        account = self._service_account()
        access = self._secret_reader()
        service = self._service()
        self._deployment([account, access, *args.after])
        disruption_budget(f"{name}-budget", self._metadata(), SELECTOR, args.replicas, self._child())
        self.host, self.port = self._address(service)
        self.url = pulumi.Output.all(self.host, self.port).apply(
            lambda it: entry_url(args.named_host or it[0], it[1], tls=args.tls)
        )
        self.register_outputs({"host": self.host, "port": self.port, "url": self.url})

    def _child(self, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on)

    def _metadata(self, annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=NAME, namespace=self._args.namespace, labels=self._labels, annotations=annotations)

    def _service_account(self) -> kubernetes.core.v1.ServiceAccount:
        return kubernetes.core.v1.ServiceAccount(f"{self._name}-account", metadata=self._metadata(), opts=self._child())

    def _secret_reader(self) -> kubernetes.rbac.v1.RoleBinding:
        """Let the gateway read Secrets of its own namespace, where TLS certificates for its hosts are kept."""
        role = kubernetes.rbac.v1.Role(
            f"{self._name}-role",
            metadata=self._metadata(),
            rules=[{"api_groups": [""], "resources": ["secrets"], "verbs": ["get", "watch", "list"]}],
            opts=self._child(),
        )
        return kubernetes.rbac.v1.RoleBinding(
            f"{self._name}-role-binding",
            metadata=self._metadata(),
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": NAME},
            subjects=[{"kind": "ServiceAccount", "name": NAME, "namespace": self._args.namespace}],
            opts=self._child([role]),
        )

    def _service(self) -> kubernetes.core.v1.Service:
        args = self._args
        load_balanced = args.service_type is ServiceType.LOAD_BALANCER
        annotations = wait_for(".status.loadBalancer.ingress[0]") if load_balanced else SKIP_AWAIT
        return kubernetes.core.v1.Service(
            f"{self._name}-service",
            metadata=self._metadata(annotations),
            spec=ServiceSpecArgs(
                type=args.service_type.value,
                selector=SELECTOR,
                ports=list(PORTS),
                # Deprecated by Kubernetes without a successor, and GKE's way for an IPv4 address; its annotation
                # takes addresses by their names in Google Cloud (https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters).
                load_balancer_ip=args.load_balancer_address,
                load_balancer_source_ranges=list(args.source_ranges) or None,
                # Otherwise nodes that pass requests on put their own address in place of the caller's.
                external_traffic_policy="Local" if args.source_ranges else None,
            ),
            opts=self._child(),
        )

    def _deployment(self, depends_on: list[pulumi.Resource]) -> kubernetes.apps.v1.Deployment:
        injection = {"sidecar.istio.io/inject": "true"}
        if self._args.revision:
            injection["istio.io/rev"] = self._args.revision
        return kubernetes.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=self._args.replicas,
                selector=LabelSelectorArgs(match_labels=SELECTOR),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels=self._labels | injection,
                        annotations={"inject.istio.io/templates": "gateway"},
                    ),
                    spec=PodSpecArgs(
                        service_account_name=NAME,
                        security_context=restricted_pod(),
                        containers=[_proxy_container(self._args.files)],
                        volumes=[
                            VolumeArgs(name=each.name, secret=SecretVolumeSourceArgs(secret_name=each.secret))
                            for each in self._args.files
                        ]
                        or None,
                        topology_spread_constraints=spread(SELECTOR),
                    ),
                ),
            ),
            opts=self._child(depends_on),
        )

    def _address(self, service: kubernetes.core.v1.Service) -> tuple[pulumi.Output[str], pulumi.Output[int]]:
        entry = HTTPS_PORT if self._args.tls else HTTP_PORT
        if self._args.service_type is ServiceType.NODE_PORT:
            port = service.spec.ports.apply(lambda ports: _node_port(ports, entry))
            return pulumi.Output.from_input(self._args.node_address or ""), port
        # One of the two is set, as the cloud prefers; the Service is awaited until one of them is.
        host = service.status.load_balancer.ingress[0].apply(lambda it: it.ip or it.hostname or "")
        return host, pulumi.Output.from_input(entry)


def _proxy_container(files: Sequence[SecretMount]) -> ContainerArgs:
    return ContainerArgs(
        name="istio-proxy",
        image="auto",  # istiod's injector puts in the proxy image of its own version
        image_pull_policy="IfNotPresent",  # without a tag in sight it would be Always, and each start need the registry
        ports=[ContainerPortArgs(name="http-envoy-prom", container_port=15090, protocol="TCP")],
        resources=RESOURCES["gateway"].args(),
        security_context=restricted_container(PROXY_USER),
        # Istio's injection template for gateways mounts none of these.
        volume_mounts=[VolumeMountArgs(name=each.name, mount_path=each.folder, read_only=True) for each in files]
        or None,
    )


def _node_port(ports: Sequence[Any], entry: int) -> int:
    return next(int(port.node_port or 0) for port in ports if port.port == entry)


def entry_url(host: str, port: int, *, tls: bool) -> str:
    """Return `http[s]://<host>[:<port>]`, without the scheme's own port; an IPv6 address is put in brackets."""
    bracketed = f"[{host}]" if ":" in host else host
    scheme, usual = ("https", HTTPS_PORT) if tls else ("http", HTTP_PORT)
    return f"{scheme}://{bracketed}" if port == usual else f"{scheme}://{bracketed}:{port}"
