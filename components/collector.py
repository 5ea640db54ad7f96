"""The OpenTelemetry Collector inside the cluster: takes OTLP from the sidecars, sends it to the tracing backend.

Sidecars reach it in the clear inside mutual TLS, because it has a sidecar itself; it verifies the backend with the CA
Secret and shows it the access token from a Secret. Left out on purpose: the namespace and the CA Secret, which the
caller hands in, and metrics and logs, which do not pass through it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EnvVarArgs,
    EnvVarSourceArgs,
    HTTPGetActionArgs,
    PodSecurityContextArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    ResourceRequirementsArgs,
    SeccompProfileArgs,
    SecretKeySelectorArgs,
    SecretVolumeSourceArgs,
    ServicePortArgs,
    ServiceSpecArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components import ca_secret
from components.chart_values import OtlpService
from components.kubernetes_objects import SKIP_AWAIT, recommended_labels
from components.workloads import disruption_budget, restricted_container

NAME: Final = "otel-collector"

#: Standard port of OTLP over gRPC (https://opentelemetry.io/docs/specs/otlp/#otlpgrpc-default-port).
OTLP_PORT: Final = 4317

#: Default port of the Collector's health_check extension.
HEALTH_PORT: Final = 13133

CONFIGURATION_FOLDER: Final = "/etc/otelcol"
CONFIGURATION_KEY: Final = "config.yaml"
CA_FOLDER: Final = "/etc/lightstep"

#: The Secret with the access token, the token's key there, and the environment variable that carries it.
TOKEN_SECRET: Final = f"{NAME}-access-token"
TOKEN_KEY: Final = "token"  # noqa: S105 - the name of a Secret's key, not a secret
TOKEN_VARIABLE: Final = "ACCESS_TOKEN"  # noqa: S105 - the name of a variable, not a secret


@dataclass(frozen=True)
class Backend:
    """The tracing backend that the Collector sends to.

    Arguments:
        address: `<host>:<port>` of an OTLP/gRPC endpoint.
        tls: whether the connection is encrypted and the backend verified.
        token_header: name of the header that carries the access token; `None` sends no token.
    """

    address: str
    tls: bool
    token_header: str | None


@dataclass(frozen=True)
class CollectorArgs:
    """Arguments of `Collector`.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        backend: where the spans go.
        access_token: the backend's access token, a secret; needed if `backend.token_header` is set.
        ca_certificate: the CA (PEM) that stands in the CA Secret of `namespace`; needed if `backend.tls`. The Pods
            mount the Secret; the certificate itself is only read in order to roll them when it changes.
        image: the Collector's image, pinned by tag or digest.
        replicas: number of Pods; from 2 on with a disruption budget. Default 2.
    """

    namespace: pulumi.Input[str]
    backend: Backend
    access_token: pulumi.Input[str] | None
    ca_certificate: str | None
    image: str
    replicas: int = 2


class Collector(pulumi.ComponentResource):
    """Deployment, Service, ServiceAccount without rights, ConfigMap and the access token's Secret.

    Arguments:
        name: the component's name.
        args: see `CollectorArgs`.
        after: resources that the Pods wait for: the injector (`Mesh.answering`) and the CA Secret.
        opts: Pulumi's resource options.

    Attributes:
        deployment: the Collector's Deployment, awaited until it is available.
    """

    deployment: kubernetes.apps.v1.Deployment

    def __init__(
        self,
        name: str,
        args: CollectorArgs,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("traced-mesh:tracing:Collector", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels(NAME, part_of="traced-mesh", component="collector")
        self._selector = {"app.kubernetes.io/name": NAME}
        configuration = yaml.safe_dump(collector_configuration(args.backend), sort_keys=False)
        account = self._service_account()
        config_map = self._config_map(configuration)
        token = self._token_secret()
        self._service()
        self.deployment = self._deployment(configuration, [account, config_map, *token, *after])
        disruption_budget(f"{name}-budget", self._metadata(), self._selector, args.replicas, self._child())
        self.register_outputs({})

    def _child(self, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on)

    def _metadata(self, name: str = NAME, annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._args.namespace, labels=self._labels, annotations=annotations)

    def _service_account(self) -> kubernetes.core.v1.ServiceAccount:
        return kubernetes.core.v1.ServiceAccount(
            f"{self._name}-account",
            metadata=self._metadata(),
            automount_service_account_token=False,
            opts=self._child(),
        )

    def _config_map(self, configuration: str) -> kubernetes.core.v1.ConfigMap:
        return kubernetes.core.v1.ConfigMap(
            f"{self._name}-config",
            metadata=self._metadata(),
            data={CONFIGURATION_KEY: configuration},
            opts=self._child(),
        )

    def _token_secret(self) -> list[pulumi.Resource]:
        if self._args.access_token is None:
            return []
        secret = kubernetes.core.v1.Secret(
            f"{self._name}-token",
            metadata=self._metadata(TOKEN_SECRET),
            type="Opaque",
            string_data={TOKEN_KEY: self._args.access_token},
            opts=self._child(),
        )
        return [secret]

    def _service(self) -> kubernetes.core.v1.Service:
        return kubernetes.core.v1.Service(
            f"{self._name}-service",
            metadata=self._metadata(annotations=SKIP_AWAIT),
            spec=ServiceSpecArgs(
                selector=self._selector,
                # Istio takes the protocol from appProtocol, and older versions from the name's prefix.
                ports=[ServicePortArgs(name="grpc-otlp", port=OTLP_PORT, target_port=OTLP_PORT, app_protocol="grpc")],
            ),
            opts=self._child(),
        )

    def _deployment(self, configuration: str, depends_on: list[pulumi.Resource]) -> kubernetes.apps.v1.Deployment:
        return kubernetes.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=self._args.replicas,
                selector=LabelSelectorArgs(match_labels=self._selector),
                template=PodTemplateSpecArgs(
                    metadata=ObjectMetaArgs(
                        labels=self._labels,
                        annotations={"traced-mesh/configuration-checksum": self._checksum(configuration)},
                    ),
                    spec=PodSpecArgs(
                        service_account_name=NAME,
                        automount_service_account_token=False,
                        security_context=PodSecurityContextArgs(
                            seccomp_profile=SeccompProfileArgs(type="RuntimeDefault")
                        ),
                        containers=[self._container()],
                        volumes=self._volumes(),
                    ),
                ),
            ),
            opts=self._child(depends_on),
        )

    def _checksum(self, configuration: str) -> pulumi.Output[str]:
        """Return a digest of all that the Pods read at start; a change of it rolls them."""

        def digest(token: str) -> str:
            parts = (configuration, self._args.ca_certificate or "", token)
            return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

        return pulumi.Output.from_input(self._args.access_token or "").apply(digest)

    def _container(self) -> ContainerArgs:
        health = ProbeArgs(http_get=HTTPGetActionArgs(path="/", port=HEALTH_PORT))
        mounts = [VolumeMountArgs(name="config", mount_path=CONFIGURATION_FOLDER, read_only=True)]
        if self._args.ca_certificate:
            mounts.append(VolumeMountArgs(name="ca", mount_path=CA_FOLDER, read_only=True))
        return ContainerArgs(
            name=NAME,
            image=self._args.image,
            args=[f"--config={CONFIGURATION_FOLDER}/{CONFIGURATION_KEY}"],
            env=self._environment(),
            ports=[ContainerPortArgs(name="grpc-otlp", container_port=OTLP_PORT)],
            readiness_probe=health,
            liveness_probe=health,
            # The memory limiter keeps the Collector below its memory limit.
            resources=ResourceRequirementsArgs(
                requests={"cpu": "100m", "memory": "128Mi"}, limits={"cpu": "1", "memory": "512Mi"}
            ),
            security_context=restricted_container(),
            volume_mounts=mounts,
        )

    def _environment(self) -> list[EnvVarArgs]:
        if self._args.access_token is None:
            return []
        reference = SecretKeySelectorArgs(name=TOKEN_SECRET, key=TOKEN_KEY)
        return [EnvVarArgs(name=TOKEN_VARIABLE, value_from=EnvVarSourceArgs(secret_key_ref=reference))]

    def _volumes(self) -> list[VolumeArgs]:
        volumes = [VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=NAME))]
        if self._args.ca_certificate:
            volumes.append(VolumeArgs(name="ca", secret=SecretVolumeSourceArgs(secret_name=ca_secret.NAME)))
        return volumes


def otlp_service(namespace: str) -> OtlpService:
    """Return the address under which sidecars reach the Collector in `namespace`."""
    return OtlpService(host=f"{NAME}.{namespace}.svc.cluster.local", port=OTLP_PORT)


def collector_configuration(backend: Backend, ca_file: str = f"{CA_FOLDER}/{ca_secret.KEY}") -> dict[str, Any]:
    """Return the Collector's configuration file as data.

    The access token is read from the environment when the Collector starts, so it never stands in the ConfigMap.

    Arguments:
        backend: where the spans go.
        ca_file: where the CA Secret is mounted.
    """
    exporter: dict[str, Any] = {
        "endpoint": backend.address,
        "tls": {"ca_file": ca_file} if backend.tls else {"insecure": True},
    }
    if backend.token_header:
        exporter["headers"] = {backend.token_header: f"${{env:{TOKEN_VARIABLE}}}"}
    return {
        "receivers": {"otlp": {"protocols": {"grpc": {"endpoint": f"0.0.0.0:{OTLP_PORT}"}}}},
        "processors": {
            # Percentages of the container's memory limit; first in the pipeline, as its documentation asks.
            "memory_limiter": {"check_interval": "1s", "limit_percentage": 80, "spike_limit_percentage": 25},
            "batch": {},
        },
        "exporters": {"otlp": exporter},
        "extensions": {"health_check": {"endpoint": f"0.0.0.0:{HEALTH_PORT}"}},
        "service": {
            "extensions": ["health_check"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "processors": ["memory_limiter", "batch"], "exporters": ["otlp"]}
            },
        },
    }
