"""What the genuine istiod tells sidecars of tracing."""

from importlib import import_module
from typing import Any, Final

from tests.sandbox.running import Running, client
from tests.support.istio import RELEASE

# gRPC and Envoy's protocol, which carry no types.
grpc: Final[Any] = import_module("grpc")
ads: Final[Any] = import_module("envoy.service.discovery.v3.ads_pb2_grpc")
discovery: Final[Any] = import_module("envoy.service.discovery.v3.discovery_pb2")
listeners: Final[Any] = import_module("envoy.config.listener.v3.listener_pb2")
opentelemetry: Final[Any] = import_module("envoy.config.trace.v3.opentelemetry_pb2")
http: Final[Any] = import_module(
    "envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2"
)

LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"


def tracing_of(running: Running, application: str, namespace: str, release: str = RELEASE) -> list[Any]:
    """Ask istiod, as the sidecar of an application's Pod would, for its listeners, and return how they trace."""
    pods = client.CoreV1Api(running.api()).list_namespaced_pod(namespace).items
    pod = next(
        it
        for it in pods
        if application in {it.metadata.labels.get("app"), it.metadata.labels.get("app.kubernetes.io/name")}
    )
    request = discovery.DiscoveryRequest(type_url=LISTENER)
    request.node.id = f"sidecar~{pod.status.pod_ip}~{pod.metadata.name}.{namespace}~{namespace}.svc.cluster.local"
    request.node.cluster = f"{application}.{namespace}"  # as the injector names it
    request.node.metadata.update(
        {"NAMESPACE": namespace, "ISTIO_VERSION": release, "CLUSTER_ID": "Kubernetes", "LABELS": pod.metadata.labels}
    )
    with grpc.insecure_channel(f"127.0.0.1:{running.istiod_port('grpcAddr')}") as channel:
        stream = ads.AggregatedDiscoveryServiceStub(channel).StreamAggregatedResources(iter([request]), timeout=30)
        answer = next(iter(stream))
    return [tracing for resource in answer.resources for tracing in _tracings(resource.value)]


def opentelemetry_of(tracing: Any) -> Any:
    """Return the configuration of Envoy's OpenTelemetry tracer in an answer of `tracing_of`."""
    configuration = opentelemetry.OpenTelemetryConfig()
    assert tracing.provider.typed_config.Unpack(configuration), tracing.provider.name
    return configuration


def _tracings(listener: bytes) -> list[Any]:
    parsed = listeners.Listener.FromString(listener)
    chains = [
        *parsed.filter_chains,
        *([parsed.default_filter_chain] if parsed.HasField("default_filter_chain") else []),
    ]
    found: list[Any] = []
    for chain in chains:
        for network_filter in chain.filters:
            manager = http.HttpConnectionManager()
            if network_filter.typed_config.Unpack(manager) and manager.HasField("tracing"):
                found.append(manager.tracing)
    return found
