"""Jaeger inside the cluster: the tracing backend of those who have none.

Spans come from the Collector alone: its sidecar brings them inside mutual TLS, NetworkPolicy and AuthorizationPolicy
let nobody else in. The page and the query API listen on the Pod's loopback address only, so that they are reached by
whoever may forward ports of this Pod and by nobody else: Kubernetes' own rights are the login. Left out on purpose: a
way to the page through the gateway, which would need a login of its own, and a second Pod, since neither of the two
stores can be shared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs, DeploymentStrategyArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    PersistentVolumeClaimSpecArgs,
    PersistentVolumeClaimVolumeSourceArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    VolumeArgs,
    VolumeMountArgs,
    VolumeResourceRequirementsArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgs

from components.backends.jaeger import JaegerAddresses, jaeger_configuration
from components.constants.files import CONFIGURATION_KEY
from components.constants.names import COLLECTOR_SELECTOR
from components.constants.names import JAEGER as NAME
from components.constants.names import JAEGER_SELECTOR as SELECTOR
from components.constants.ports import HEALTH_PORT, JAEGER_QUERY_PORT, OTLP_PORT
from components.kubernetes.checksums import checksum
from components.kubernetes.network_policies import NetworkAccess, namespace, network_policy, sidecar_egress, tcp
from components.kubernetes.objects import SKIP_AWAIT, recommended_labels
from components.kubernetes.resources import JAEGER_MEMORY_LIMIT_MIB, RESOURCES
from components.kubernetes.workloads import restricted_container, restricted_pod
from components.tracing.otlp_server import GRPC, account_without_rights, configuration_map, otlp_service

#: User and group of the image (jaeger v1.76.0, cmd/jaeger/Dockerfile).
_USER: Final = 10001

_CONFIGURATION_FOLDER: Final = "/etc/jaeger"
_TRACES_FOLDER: Final = "/var/lib/jaeger"


@dataclass(frozen=True)
class JaegerArgs:
    """Arguments of `Jaeger`.

    Arguments:
        namespace: name of the Collector's namespace, whose Pods get sidecars.
        image: its image, pinned by tag or digest.
        volume_gb: size in GiB of the volume for its traces; `None` (default) keeps them in memory.
        after: what proves that the injector answers (`Mesh.answering`), and what the Pod waits for besides.
            Default: nothing.
    """

    namespace: pulumi.Input[str]
    image: str
    volume_gb: int | None = None
    after: Sequence[pulumi.Resource] = ()


class Jaeger(pulumi.ComponentResource):
    """Deployment of one Pod, Service, ServiceAccount without rights, ConfigMap, NetworkPolicy; a volume where asked.

    Attributes:
        deployment: its Deployment, awaited until it is available.
    """

    deployment: kubernetes.apps.v1.Deployment

    def __init__(self, name: str, args: JaegerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:tracing:Jaeger", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels(NAME, part_of="traced-mesh", component="backend")
        folder = None if args.volume_gb is None else _TRACES_FOLDER
        configuration = yaml.safe_dump(jaeger_configuration(_ADDRESSES, folder), sort_keys=False)
        otlp_service(f"{name}-service", self._metadata(SKIP_AWAIT), SELECTOR, [GRPC], self._child())
        self.deployment = self._deployment(
            configuration,
            [
                account_without_rights(f"{name}-account", self._metadata(), self._child()),
                configuration_map(f"{name}-config", self._metadata(), configuration, self._child()),
                *self._volume(),
                self._network_policy(),
                *args.after,
            ],
        )
        self.register_outputs({})

    def _child(self, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on)

    def _metadata(self, annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=NAME, namespace=self._args.namespace, labels=self._labels, annotations=annotations)

    def _volume(self) -> list[pulumi.Resource]:
        if self._args.volume_gb is None:
            return []
        claim = kubernetes.core.v1.PersistentVolumeClaim(
            f"{self._name}-volume",
            # Many StorageClasses make the volume only once a Pod is there for it, and the Deployment is awaited.
            metadata=self._metadata(SKIP_AWAIT),
            spec=PersistentVolumeClaimSpecArgs(
                access_modes=["ReadWriteOnce"],
                resources=VolumeResourceRequirementsArgs(requests={"storage": f"{self._args.volume_gb}Gi"}),
            ),
            opts=self._child(),
        )
        return [claim]

    def _network_policy(self) -> kubernetes.networking.v1.NetworkPolicy:
        spans = NetworkPolicyIngressRuleArgs(
            from_=[namespace(self._args.namespace, COLLECTOR_SELECTOR)], ports=[tcp(OTLP_PORT)]
        )
        access = NetworkAccess(SELECTOR, ingress=[spans], egress=sidecar_egress())
        return network_policy(f"{self._name}-policy", self._metadata(), access, self._child())

    def _deployment(self, configuration: str, depends_on: list[pulumi.Resource]) -> kubernetes.apps.v1.Deployment:
        annotations = {"traced-mesh/configuration-checksum": checksum([configuration])}
        return kubernetes.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=1,
                # Two Pods at once would split traces between them, or wait for the volume that the other one has.
                strategy=DeploymentStrategyArgs(type="Recreate"),
                selector=LabelSelectorArgs(match_labels=SELECTOR),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(labels=self._labels, annotations=annotations), spec=_pod(self._args)
                ),
            ),
            opts=self._child(depends_on),
        )


#: Go listens on IPv4 and IPv6 for 0.0.0.0 (https://pkg.go.dev/net#Listen).
_ADDRESSES: Final = JaegerAddresses(
    otlp_grpc=f"0.0.0.0:{OTLP_PORT}",
    query=f"127.0.0.1:{JAEGER_QUERY_PORT}",
    query_grpc=f"127.0.0.1:{JAEGER_QUERY_PORT - 1}",
    health=f"0.0.0.0:{HEALTH_PORT}",
)


def _pod(args: JaegerArgs) -> PodSpecArgs:
    volumes = [VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=NAME))]
    mounts = [VolumeMountArgs(name="config", mount_path=_CONFIGURATION_FOLDER, read_only=True)]
    if args.volume_gb is not None:
        claim = PersistentVolumeClaimVolumeSourceArgs(claim_name=NAME)
        volumes.append(VolumeArgs(name="traces", persistent_volume_claim=claim))
        mounts.append(VolumeMountArgs(name="traces", mount_path=_TRACES_FOLDER))
    return PodSpecArgs(
        service_account_name=NAME,
        automount_service_account_token=False,
        security_context=restricted_pod(run_as_non_root=True, volume_group=None if args.volume_gb is None else _USER),
        containers=[_container(args.image, mounts)],
        volumes=volumes,
    )


def _container(image: str, mounts: list[VolumeMountArgs]) -> ContainerArgs:
    health = ProbeArgs(http_get=HTTPGetActionArgs(path="/status", port=HEALTH_PORT))
    return ContainerArgs(
        name=NAME,
        image=image,
        args=[f"--config={_CONFIGURATION_FOLDER}/{CONFIGURATION_KEY}"],
        # Go collects garbage harder before the memory limit ends the process.
        env=[EnvVarArgs(name="GOMEMLIMIT", value=f"{JAEGER_MEMORY_LIMIT_MIB * 80 // 100}MiB")],
        ports=[ContainerPortArgs(name="grpc-otlp", container_port=OTLP_PORT)],
        readiness_probe=health,
        liveness_probe=health,
        resources=RESOURCES["jaeger"].args(),
        security_context=restricted_container(_USER),
        volume_mounts=mounts,
    )
