"""What Istio itself says of the environment: its validator, its analyzer, and what it tells the sidecars."""

import json
from typing import Any, Final

import pytest

from tests.sandbox.environment.running import Running, client
from tests.sandbox.environment.sidecars import tracing_of
from tests.support.istio import RELEASE

#: What the analyzer rightly says of the sandbox alone: its webhooks are called at an IP address (IST0164), and nothing
#: lives in namespace `default`, which so has no label (IST0102).
SANDBOX_FINDINGS: Final = {
    ("IST0102", "Namespace default"),
    ("IST0164", "MutatingWebhookConfiguration istio-sidecar-injector"),
    ("IST0164", "ValidatingWebhookConfiguration istio-validator-istio-system"),
    ("IST0164", "ValidatingWebhookConfiguration istiod-default-validator"),
}

COLLECTOR_CLUSTER = "outbound|4317||otel-collector.observability.svc.cluster.local"


def test_analyzer_finds_nothing_but_that_it_is_a_sandbox(running: Running) -> None:
    answer = running.run(running.toolchain.istioctl(RELEASE), "analyze", "--all-namespaces", "--output", "json")

    # istioctl may write its log in front of the report.
    messages: list[dict[str, Any]] = json.loads(answer.stdout[answer.stdout.index("[\n") :])

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
    traced = tracing_of(running, "productpage", "bookinfo")

    assert traced
    assert {it.tracer for it in traced} == {"envoy.tracers.opentelemetry"}
    assert {it.cluster for it in traced} == {COLLECTOR_CLUSTER}
    assert {it.sampling for it in traced} == {100.0}


def test_the_collector_does_not_trace_the_arrival_of_spans(running: Running) -> None:
    traced = tracing_of(running, "otel-collector", "observability")

    assert traced == []
