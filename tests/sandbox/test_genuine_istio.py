"""What Istio itself says of the environment: its validator, its analyzer, and what it tells the sidecars."""

import json
from importlib import import_module
from typing import Any, Final

import pytest

from tests.sandbox.running import Running, client
from tests.support.istio import RELEASE

# gRPC and Envoy's protocol, which carry no types.
grpc: Final[Any] = import_module("grpc")
ads: Final[Any] = import_module("envoy.service.discovery.v3.ads_pb2_grpc")
discovery: Final[Any] = import_module("envoy.service.discovery.v3.discovery_pb2")
listeners: Final[Any] = import_module("envoy.config.listener.v3.listener_pb2")
http: Final[Any] = import_module(
    "envoy.extensions.filters.network.http_connection_manager.v3.http_connection_manager_pb2"
)

#: What the analyzer rightly says of the sandbox alone: its webhooks are called at an IP address (IST0164), and nothing
#: lives in namespace `default`, which so has no label (IST0102).
SANDBOX_FINDINGS: Final = {
    ("IST0102", "Namespace default"),
    ("IST0164", "MutatingWebhookConfiguration istio-sidecar-injector"),
    ("IST0164", "ValidatingWebhookConfiguration istio-validator-istio-system"),
    ("IST0164", "ValidatingWebhookConfiguration istiod-default-validator"),
}

LISTENER = "type.googleapis.com/envoy.config.listener.v3.Listener"
COLLECTOR_CLUSTER = "outbound|4317||otel-collector.observability.svc.cluster.local"


def test_analyzer_finds_nothing_but_that_it_is_a_sandbox(running: Running) -> None:
    answer = running.run(running.toolchain.istioctl(RELEASE), "analyze", "--all-namespaces", "--output", "json")

    # istioctl writes its log in front of the report.
    messages: list[dict[str, Any]] = json.loads(answer.stdout[answer.stdout.index("\n[\n") :])

    assert messages
    assert [it for it in messages if (it["code"], it["origin"]) not in SANDBOX_FINDINGS] == []


def test_a_wrong_route_is_refused_by_the_validator(running: Running) -> None:
    without_route = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "without-route", "namespace": "bookinfo"},
        "spec": {"hosts": ["*"], "http": [{"match": [{"uri": {"prefix": "/"}}]}]},
    }
    api = client.CustomObjectsApi(running.api())

    with pytest.raises(client.ApiException, match="HTTP route, redirect or direct_response is required"):
        api.create_namespaced_custom_object("networking.istio.io", "v1", "bookinfo", "virtualservices", without_route)


def test_sidecars_send_their_spans_to_the_collector(running: Running) -> None:
    traced = _tracing_of(running, "productpage", "bookinfo")

    assert traced
    assert {it.provider.name for it in traced} == {"envoy.tracers.opentelemetry"}
    assert all(COLLECTOR_CLUSTER.encode() in it.provider.typed_config.value for it in traced)
    assert {it.random_sampling.value for it in traced} == {100.0}


def test_the_collector_does_not_trace_the_arrival_of_spans(running: Running) -> None:
    traced = _tracing_of(running, "otel-collector", "observability")

    assert traced == []


def _tracing_of(running: Running, application: str, namespace: str) -> list[Any]:
    """Ask istiod, as the sidecar of an application's Pod would, for its listeners, and return how they trace."""
    pods = client.CoreV1Api(running.api()).list_namespaced_pod(namespace).items
    pod = next(
        it
        for it in pods
        if application in {it.metadata.labels.get("app"), it.metadata.labels.get("app.kubernetes.io/name")}
    )
    request = discovery.DiscoveryRequest(type_url=LISTENER)
    request.node.id = f"sidecar~{pod.status.pod_ip}~{pod.metadata.name}.{namespace}~{namespace}.svc.cluster.local"
    request.node.metadata.update(
        {"NAMESPACE": namespace, "ISTIO_VERSION": RELEASE, "CLUSTER_ID": "Kubernetes", "LABELS": pod.metadata.labels}
    )
    with grpc.insecure_channel(f"127.0.0.1:{running.istiod_port('grpcAddr')}") as channel:
        stream = ads.AggregatedDiscoveryServiceStub(channel).StreamAggregatedResources(iter([request]), timeout=30)
        answer = next(iter(stream))
    return [tracing for resource in answer.resources for tracing in _tracings(resource.value)]


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
