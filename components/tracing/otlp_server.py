"""What a program that takes spans over OTLP has around its Pods: an account, a configuration, a Service."""

from collections.abc import Mapping, Sequence
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.files import CONFIGURATION_KEY
from components.constants.names import COLLECTOR_HOST
from components.constants.ports import OTLP_HTTP_PORT, OTLP_PORT, PEERS_PORT

#: Where sidecars and the Collector send spans. Istio takes the protocol from appProtocol, and older versions from the
#: name's prefix.
GRPC: Final = ServicePortArgs(name="grpc-otlp", port=OTLP_PORT, target_port=OTLP_PORT, app_protocol="grpc")

#: Where applications send spans. To their sidecars it is TCP, inside mutual TLS like everything else: of what they take
#: for HTTP they make spans, here a trace for each time that spans are sent
#: (https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/).
HTTP: Final = ServicePortArgs(name="tcp-otlp-http", port=OTLP_HTTP_PORT, target_port=OTLP_HTTP_PORT, app_protocol="tcp")


#: Where applications reach the Collector.
APPLICATIONS_ENDPOINT: Final = f"http://{COLLECTOR_HOST}:{OTLP_HTTP_PORT}"


def exporter_environment() -> dict[str, str]:
    """Return the environment variables by which OpenTelemetry's SDKs reach the Collector.

    They are the specification's, which names `http/protobuf` as the default, but not for every SDK
    (https://opentelemetry.io/docs/specs/otel/protocol/exporter/).
    """
    return {"OTEL_EXPORTER_OTLP_ENDPOINT": APPLICATIONS_ENDPOINT, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}


#: Where Collectors hand spans to one another: by the Pods' own addresses, for which Istio takes TCP alone.
PEERS: Final = ServicePortArgs(name="tcp-otlp-peers", port=PEERS_PORT, target_port=PEERS_PORT, app_protocol="tcp")


def account_without_rights(
    name: str, metadata: ObjectMetaArgs, opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.ServiceAccount:
    """Make a ServiceAccount whose token no Pod is given."""
    return kubernetes.core.v1.ServiceAccount(name, metadata=metadata, automount_service_account_token=False, opts=opts)


def configuration_map(
    name: str, metadata: ObjectMetaArgs, configuration: str, opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.ConfigMap:
    """Make the ConfigMap that holds a configuration without secrets, as the file `CONFIGURATION_KEY`."""
    return kubernetes.core.v1.ConfigMap(name, metadata=metadata, data={CONFIGURATION_KEY: configuration}, opts=opts)


def otlp_service(
    name: str,
    metadata: ObjectMetaArgs,
    selector: Mapping[str, str],
    ports: Sequence[ServicePortArgs],
    opts: pulumi.ResourceOptions,
    *,
    headless: bool = False,
) -> kubernetes.core.v1.Service:
    """Make the Service by which Pods with labels `selector` are reached on `ports`; a headless one names each Pod."""
    spec = ServiceSpecArgs(selector=selector, ports=list(ports), cluster_ip="None" if headless else None)
    return kubernetes.core.v1.Service(name, metadata=metadata, spec=spec, opts=opts)
