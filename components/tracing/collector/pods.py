"""The Collector's Pods: one hardened container that reads its configuration, its credentials and the CA from files."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pulumi
from pulumi_kubernetes.core.v1 import (
    ConfigMapVolumeSourceArgs,
    ContainerArgs,
    ContainerPortArgs,
    EnvVarArgs,
    HTTPGetActionArgs,
    PodSpecArgs,
    PodTemplateSpecArgs,
    ProbeArgs,
    SecretVolumeSourceArgs,
    VolumeArgs,
    VolumeMountArgs,
)
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.files import (
    CA_FOLDER,
    CA_SECRET,
    CONFIGURATION_FOLDER,
    CONFIGURATION_KEY,
    CREDENTIALS_FOLDER,
    CREDENTIALS_KEY,
    CREDENTIALS_SECRET,
)
from components.constants.names import COLLECTOR as NAME
from components.constants.names import COLLECTOR_SELECTOR as SELECTOR
from components.constants.names import METADATA_HOST
from components.constants.ports import HEALTH_PORT, METRICS_PORT, OTLP_HTTP_PORT, OTLP_PORT, PEERS_PORT
from components.kubernetes.resources import RESOURCES
from components.kubernetes.workloads import restricted_container, restricted_pod, spread
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.monitoring import METRICS_PORT_NAME


def pod_template(
    args: CollectorArgs, labels: Mapping[str, str], files: frozenset[str], checksum: pulumi.Input[str]
) -> PodTemplateSpecArgs:
    """Return the template of the Collector's Pods, with a volume for each kind of file that they read.

    No annotation for the sidecar is needed, with two exceptions. Istio rewrites the HTTP probes itself. What the
    Collector sends leaves through its sidecar, which passes its TLS on untouched to hosts outside the mesh. Where a
    mesh's `outboundTrafficPolicy` is `REGISTRY_ONLY`, the team adds a ServiceEntry for the backend: to go around the
    sidecar (`traffic.sidecar.istio.io/excludeOutboundPorts`) would also go around mutual TLS to a backend within the
    mesh. What the Collector sends before its sidecar is ready, it sends again. The exceptions are the way to Google's
    metadata server, where the Collector asks when it starts, and ends if nobody answers; and the port of the counters,
    since what scrapes them is no part of the mesh.

    Arguments:
        args: what the Collector is made from.
        labels: the Pods' labels.
        files: names of the files in the credentials' Secret; empty if there is none.
        checksum: changes with all that the Pods read at start.
    """
    folders = {"config": CONFIGURATION_FOLDER}
    volumes = [VolumeArgs(name="config", config_map=ConfigMapVolumeSourceArgs(name=NAME))]
    if files:
        folders["credentials"] = CREDENTIALS_FOLDER
        volumes.append(_secret_volume("credentials", CREDENTIALS_SECRET))
    if args.ca_certificate is not None:
        folders["ca"] = CA_FOLDER
        volumes.append(_secret_volume("ca", CA_SECRET))
    configurations = [f"{CONFIGURATION_FOLDER}/{CONFIGURATION_KEY}"]
    if CREDENTIALS_KEY in files:
        configurations.append(f"{CREDENTIALS_FOLDER}/{CREDENTIALS_KEY}")
    annotations = {"traced-mesh/configuration-checksum": checksum}
    if args.google_identity:
        annotations["traffic.sidecar.istio.io/excludeOutboundIPRanges"] = f"{METADATA_HOST}/32"
    if args.monitoring:
        annotations["traffic.sidecar.istio.io/excludeInboundPorts"] = str(METRICS_PORT)
    return PodTemplateSpecArgs(
        metadata=ObjectMetaArgs(labels=labels, annotations=annotations),
        spec=PodSpecArgs(
            service_account_name=NAME,
            automount_service_account_token=False,
            security_context=restricted_pod(run_as_non_root=True),
            containers=[_container(args, configurations, folders)],
            volumes=volumes,
            topology_spread_constraints=spread(SELECTOR),
        ),
    )


_PORTS: Final = {"grpc-otlp": OTLP_PORT, "tcp-otlp-http": OTLP_HTTP_PORT}

#: Ports on top of those for OTLP: where Collectors hand spans to one another, and where their counters are read.
_PEERS: Final = {"tcp-otlp-peers": PEERS_PORT}
_COUNTERS: Final = {METRICS_PORT_NAME: METRICS_PORT}


def _container(args: CollectorArgs, configurations: list[str], folders: Mapping[str, str]) -> ContainerArgs:
    ports = {**_PORTS, **(_PEERS if args.peers else {}), **(_COUNTERS if args.monitoring else {})}
    health = ProbeArgs(http_get=HTTPGetActionArgs(path="/", port=HEALTH_PORT))
    return ContainerArgs(
        name=NAME,
        image=args.image,
        args=[f"--config={each}" for each in configurations],
        # 80 % of the memory limit (opentelemetry-collector v0.160.0, processor/memorylimiterprocessor/README.md): Go
        # collects garbage harder before the memory limiter has to refuse spans.
        env=[EnvVarArgs(name="GOMEMLIMIT", value=f"{args.memory_limit * 80 // 100}MiB")],
        ports=[ContainerPortArgs(name=name, container_port=port) for name, port in ports.items()],
        readiness_probe=health,
        liveness_probe=health,
        resources=replace(RESOURCES["collector"], memory_limit=f"{args.memory_limit}Mi").args(),
        security_context=restricted_container(),
        volume_mounts=[
            VolumeMountArgs(name=name, mount_path=folder, read_only=True) for name, folder in folders.items()
        ],
    )


def _secret_volume(name: str, secret: str) -> VolumeArgs:
    return VolumeArgs(name=name, secret=SecretVolumeSourceArgs(secret_name=secret))
