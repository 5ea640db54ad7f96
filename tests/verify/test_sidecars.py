"""Sidecars, and what they are told to trace: judged by objects."""

import json
from typing import Any

import pytest
import yaml

from tests.verify.support import causes, expected, pod, verdicts
from verify.causes import Cause
from verify.cluster.mesh_tracing import judge_provider, judge_telemetry
from verify.cluster.proxy_configuration import ProxyTracing, tracing_of
from verify.cluster.sidecars import Seen, judge_sidecars
from verify.outcomes import Verdict
from verify.stages.namespaces import judge_namespace
from verify.stages.sidecars import is_ours

COLLECTOR = {"app.kubernetes.io/name": "otel-collector"}
GATEWAY = {"app": "istio-ingressgateway", "istio": "ingressgateway"}


def judged(*pods: dict[str, Any], secrets: tuple[str, ...] = (), deployments: tuple[Any, ...] = ()) -> Any:
    return judge_sidecars(Seen("bookinfo", pods, deployments, secrets), expected())


def test_pods_with_ready_sidecars_pass() -> None:
    assert verdicts(judged(pod("a"), pod("b"))) == [Verdict.PASS]


def test_a_sidecar_that_is_an_init_container_is_one() -> None:
    native = pod("a")
    native["spec"]["initContainers"] = [native["spec"]["containers"].pop()]
    native["status"]["initContainerStatuses"] = [native["status"]["containerStatuses"].pop()]

    assert verdicts(judged(native)) == [Verdict.PASS]


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (pod("b", proxy=None), Cause.SIDECAR_MISSING),
        (pod("b", ready=False), Cause.SIDECAR_NOT_READY),
        (pod("b", proxy="docker.io/istio/proxyv2:1.26.0"), Cause.SIDECAR_OTHER_VERSION),
        (pod("b", revision="canary"), Cause.SIDECAR_OTHER_REVISION),
        (pod("b", ready=False, phase="Pending", secrets=["other"]), Cause.SIDECAR_NOT_READY),
    ],
)
def test_one_wrong_pod_is_one_failure_that_names_it(wrong: dict[str, Any], cause: Cause) -> None:
    found = judge_sidecars(Seen("bookinfo", [pod("a"), wrong], [], ["other"]), expected())

    assert causes(found) == [cause]
    assert found[0].evidence[0].startswith("Pod b")


def test_pods_that_fail_alike_are_one_failure() -> None:
    assert causes(judged(pod("a", proxy=None), pod("b", proxy=None))) == [Cause.SIDECAR_MISSING]


def test_a_pod_that_waits_for_a_missing_secret_is_left_to_the_stage_of_that_secret() -> None:
    found = judged(pod("a"), pod("b", ready=False, phase="Pending", secrets=["lightstep.cacert"]))

    assert causes(found) == []
    assert found[-1].evidence == ("the Pod waits for Secret lightstep.cacert",)


@pytest.mark.parametrize("labels", [COLLECTOR, GATEWAY])
def test_a_collector_or_gateway_that_has_not_started_is_left_to_its_own_stage(labels: dict[str, str]) -> None:
    assert causes(judged(pod("a"), pod("b", ready=False, phase="Pending", labels=labels))) == []


def test_pods_that_are_over_or_on_the_hosts_network_have_no_sidecar() -> None:
    host = pod("c", proxy=None)
    host["spec"]["hostNetwork"] = True

    assert causes(judged(pod("a"), pod("b", proxy=None, phase="Succeeded"), host)) == []


def test_a_deployment_whose_pods_are_refused_is_named_with_the_reason() -> None:
    refused = {
        "metadata": {"name": "details-v1"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "details"}}},
        "status": {"conditions": [{"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}]},
    }

    found = judged(pod("a"), deployments=(refused,))

    assert causes(found) == [Cause.SIDECAR_NOT_READY]
    assert found[0].evidence == ("Deployment details-v1 has no Pod; ReplicaFailure: exceeded quota",)


@pytest.mark.parametrize(
    ("labels", "revision", "cause"),
    [
        ({"istio-injection": "enabled"}, "default", None),
        ({"istio.io/rev": "canary"}, "canary", None),
        ({}, "default", Cause.INJECTION_LABEL_MISSING),
        ({}, "canary", Cause.INJECTION_LABEL_MISSING),
        ({"istio-injection": "disabled"}, "default", Cause.INJECTION_LABEL_OTHER),
        ({"istio.io/rev": "canary"}, "default", Cause.INJECTION_LABEL_OTHER),
        ({"istio.io/rev": "canary", "istio-injection": "enabled"}, "canary", Cause.INJECTION_LABEL_OTHER),
    ],
)
def test_a_namespace_asks_for_the_sidecars_of_one_revision(
    labels: dict[str, str], revision: str, cause: Cause | None
) -> None:
    assert judge_namespace("shop", {"metadata": {"labels": labels}}, expected(istioRevision=revision)).cause is cause


MOVING = {
    "istioRevisions": {"default": "1.26.0", "1-27": "1.27.0"},
    "istioTags": {"next": "1-27"},
    "namespaceRevisions": {"shop": "next"},
    "standardRevision": "default",
}


def test_each_namespace_asks_by_the_tag_or_revision_that_is_meant_for_it() -> None:
    moved = judge_namespace("shop", {"metadata": {"labels": {"istio.io/rev": "next"}}}, expected(**MOVING))
    stayed = judge_namespace("cart", {"metadata": {"labels": {"istio-injection": "enabled"}}}, expected(**MOVING))

    assert moved.evidence == ("istio.io/rev=next: revision 1-27, Istio 1.27.0",)
    assert stayed.evidence == ("istio-injection=enabled: revision default, Istio 1.26.0",)


def test_pods_that_have_not_moved_with_their_namespace_are_named() -> None:
    environment = expected(**MOVING).of("shop")
    found = judge_sidecars(Seen("shop", [pod("a", revision="default")], (), ()), environment)

    assert causes(found) == [Cause.SIDECAR_OTHER_REVISION]
    assert found[0].evidence == ("Pod a is of revision default",)


def test_a_missing_namespace_is_named() -> None:
    assert judge_namespace("shop", None, expected()).cause is Cause.NAMESPACE_MISSING


def mesh(**provider: Any) -> str:
    service = {"service": "otel-collector.observability.svc.cluster.local", "port": 4317}
    return yaml.safe_dump({"extensionProviders": [{"name": "otel-collector", "opentelemetry": service, **provider}]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "extensionProviders: []",
        mesh(name="jaeger"),
        mesh(opentelemetry={"service": "jaeger.tracing.svc.cluster.local", "port": 4317}),
        mesh(opentelemetry={"service": "otel-collector.observability.svc.cluster.local", "port": 4318}),
    ],
)
def test_a_mesh_without_our_provider_fails(text: str) -> None:
    assert judge_provider(text, expected()).cause is Cause.PROVIDER_MISSING


def test_a_mesh_with_our_provider_passes() -> None:
    assert judge_provider(mesh(), expected()).verdict is Verdict.PASS


@pytest.mark.parametrize(("address", "verdict"), [("satellites.example.com:9292", "pass"), ("other:1", "fail")])
def test_in_native_mode_the_mesh_names_the_satellites(address: str, verdict: str) -> None:
    text = yaml.safe_dump({"defaultConfig": {"tracing": {"lightstep": {"address": address}}}})

    assert judge_provider(text, expected(tracingMode="native", istioVersion="1.15.0")).verdict == verdict


def telemetry(percentage: float | None = 100, provider: str = "otel-collector", **more: Any) -> dict[str, Any]:
    sampling = {} if percentage is None else {"randomSamplingPercentage": percentage}
    return {"spec": {"tracing": [{"providers": [{"name": provider}], **sampling, **more}]}}


@pytest.mark.parametrize(
    ("resource", "named"),
    [
        (telemetry(), []),
        (None, [Cause.TELEMETRY_MISSING]),
        (telemetry(provider="zipkin"), [Cause.TELEMETRY_OTHER]),
        (telemetry(disableSpanReporting=True), [Cause.TELEMETRY_OTHER]),
        (telemetry(10), [Cause.SAMPLING_OTHER]),
        (telemetry(None), [Cause.SAMPLING_OTHER]),
        ({}, [Cause.TELEMETRY_OTHER]),
    ],
)
def test_the_telemetry_chooses_our_provider_and_sampling(resource: Any, named: list[Cause]) -> None:
    assert causes(judge_telemetry(resource, expected())) == named


def test_sampling_below_100_is_right_where_the_stack_says_so() -> None:
    assert causes(judge_telemetry(telemetry(12.5), expected(samplingPercentage=12.5))) == []


OUR_CLUSTER = "outbound|4317||otel-collector.observability.svc.cluster.local"


def dump(cluster: str) -> str:
    tracer = {
        "name": "envoy.tracers.opentelemetry",
        "typed_config": {"grpc_service": {"envoy_grpc": {"cluster_name": cluster}}},
    }
    manager = {"@type": "HttpConnectionManager", "tracing": {"provider": tracer, "random_sampling": {"value": 100}}}
    listener = {"filter_chains": [{"filters": [{"name": "http", "typed_config": manager}]}]}
    return json.dumps({"configs": [{"dynamic_listeners": [{"active_state": {"listener": listener}}]}]})


@pytest.mark.parametrize(("cluster", "ours"), [(OUR_CLUSTER, True), ("outbound|9411||zipkin.tracing.svc", False)])
def test_a_proxys_dump_says_where_its_spans_go(cluster: str, ours: bool) -> None:
    (only,) = tracing_of(f"2026-11-21T13:54:28.080305Z\twarn\tOS CA Cert could not be found\n{dump(cluster)}\n")

    assert only == ProxyTracing("envoy.tracers.opentelemetry", cluster)
    assert is_ours(only, expected()) is ours


def test_native_tracing_stands_in_the_bootstrap() -> None:
    bootstrap = {
        "tracing": {"http": {"name": "envoy.tracers.lightstep", "typed_config": {"collector_cluster": "lightstep"}}}
    }

    (only,) = tracing_of(json.dumps({"configs": [{"bootstrap": bootstrap}]}))

    assert is_ours(only, expected(tracingMode="native", istioVersion="1.15.0"))


def test_an_answer_that_is_no_dump_is_told() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        tracing_of("error: upstream connect error")


def test_a_proxy_without_tracing_has_none() -> None:
    assert tracing_of(json.dumps({"configs": [{"dynamic_listeners": []}]})) == frozenset()
