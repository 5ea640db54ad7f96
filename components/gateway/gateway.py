"""The ingress gateway: an Envoy that istiod injects, with typed resources that fit every Istio version.

Istio's gateway chart is not used: those of 1.26.0 and 1.27.0 fail under current Helm, and typed resources leave room
for what a chart does not offer (https://istio.io/latest/docs/setup/additional-setup/gateway/ documents this form).
Left out on purpose: routes (Istio's Gateway and VirtualService), which belong to the application.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

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
from components.gateway.entry import HTTP_PORT, HTTPS_PORT, POD_PORTS, GatewayArgs, GatewayEntry, gateway_entry
from components.kubernetes.objects import SKIP_AWAIT, recommended_labels, wait_for
from components.kubernetes.resources import RESOURCES
from components.kubernetes.workloads import disruption_budget, restricted_container, restricted_pod, spread
from components.model.secret_mounts import SecretMount

#: The Service's ports and the Pods' behind them.
PORTS: Final = (
    ServicePortArgs(name="status-port", port=STATUS_PORT, target_port=STATUS_PORT, protocol="TCP"),
    ServicePortArgs(name="http2", port=HTTP_PORT, target_port=POD_PORTS[0], protocol="TCP"),
    ServicePortArgs(name="https", port=HTTPS_PORT, target_port=POD_PORTS[1], protocol="TCP"),
)

#: The user that Istio's proxy image runs as.
PROXY_USER: Final = 1337


@dataclass(frozen=True)
class IngressGatewayArgs:
    """Arguments of `IngressGateway`.

    Arguments:
        gateway: how many Pods, and how they are reached.
        files: Secrets of its namespace that its proxy needs as files. Default: none.
    """

    gateway: GatewayArgs
    files: tuple[SecretMount, ...] = ()


class IngressGateway(pulumi.ComponentResource):
    """Deployment, Service, ServiceAccount, Role and RoleBinding of `istio-ingressgateway`.

    The Service waits for nothing, so that its address is ready sooner; a Pod made before the injector answers would
    keep the image `auto` and never start.

    Attributes:
        entry: how it is reached from outside.
    """

    entry: GatewayEntry

    def __init__(self, name: str, args: IngressGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:IngressGateway", name, {}, opts)
        self._name = name
        self._args = args.gateway
        self._files = args.files
        self._labels = recommended_labels(NAME, part_of="traced-mesh", component="gateway") | SELECTOR
        account = self._service_account()
        access = self._secret_reader()
        service = self._service()
        self._deployment([account, access, *self._args.after])
        disruption_budget(f"{name}-budget", self._metadata(), SELECTOR, self._args.replicas, self._child())
        self.entry = gateway_entry(service, self._args)
        self.register_outputs({"host": self.entry.host, "port": self.entry.port, "url": self.entry.url})

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
                        automount_service_account_token=False,  # the proxy has a token of its own, for istiod
                        security_context=restricted_pod(),
                        containers=[_proxy_container(self._files)],
                        volumes=[
                            VolumeArgs(name=each.name, secret=SecretVolumeSourceArgs(secret_name=each.secret))
                            for each in self._files
                        ]
                        or None,
                        topology_spread_constraints=spread(SELECTOR),
                    ),
                ),
            ),
            opts=self._child(depends_on),
        )


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
