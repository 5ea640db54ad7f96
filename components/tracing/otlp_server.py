"""What a program that takes spans over OTLP/gRPC has around its Pods: an account, a configuration, a Service."""

from collections.abc import Mapping

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import ServicePortArgs, ServiceSpecArgs
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.files import CONFIGURATION_KEY
from components.constants.ports import OTLP_PORT


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
    name: str, metadata: ObjectMetaArgs, selector: Mapping[str, str], opts: pulumi.ResourceOptions
) -> kubernetes.core.v1.Service:
    """Make the Service by which sidecars and the Collector reach Pods with labels `selector`."""
    # Istio takes the protocol from appProtocol, and older versions from the name's prefix.
    port = ServicePortArgs(name="grpc-otlp", port=OTLP_PORT, target_port=OTLP_PORT, app_protocol="grpc")
    spec = ServiceSpecArgs(selector=selector, ports=[port])
    return kubernetes.core.v1.Service(name, metadata=metadata, spec=spec, opts=opts)
