"""What others add: what takes spans away is named with object and field, and what is harmless is not."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import pytest

from tests.verify.support import Cluster, context, pod
from verify.causes import Cause
from verify.outcomes import Finding, Verdict
from verify.stages.additions import KINDS, check, judge_additions

COLLECTOR: Final = "otel-collector.observability.svc.cluster.local"
OURS: Final = {"app.kubernetes.io/managed-by": "pulumi", "app.kubernetes.io/part-of": "traced-mesh"}


@dataclass(frozen=True)
class Case:
    """An object that somebody adds, and what is to be said of it.

    Arguments:
        kind: its kind.
        spec: its specification.
        field: the field that is to be named; empty if nothing is lost.
        cause: the cause that is to be named.
        verdict: how the check is to end.
        namespace: where the object is.
        beside: what else is there, by kind.
        more: what else the object has.
    """

    kind: str
    spec: dict[str, Any]
    field: str = ""
    cause: Cause | None = None
    verdict: Verdict = Verdict.FAIL
    namespace: str = "bookinfo"
    beside: dict[str, list[Any]] = dataclasses.field(default_factory=dict[str, list[Any]])
    more: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


def made(namespace: str, spec: dict[str, Any], name: str = "theirs", **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace, **more.pop("metadata", {})}
    return {"metadata": metadata, "spec": spec, **more}


def ours(namespace: str, spec: dict[str, Any], name: str = "ours", **metadata: Any) -> dict[str, Any]:
    return made(namespace, spec, name, metadata={"labels": OURS, **metadata})


REVIEWS: Final = {"app": "reviews"}
ALLOWED: Final = {"AuthorizationPolicy": [ours("bookinfo", {"rules": [{"from": [{"source": {"principals": ["a"]}}]}]})]}
STRICT: Final = {"PeerAuthentication": [ours("istio-system", {"mtls": {"mode": "STRICT"}})]}
OPEN_EGRESS: Final = {
    "NetworkPolicy": [ours("bookinfo", {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]})]
}
FROM_GATEWAY: Final = {"from": [{"source": {"namespaces": ["istio-ingress"]}}]}
MESH_WIDE: Final = {
    "Telemetry": [ours("istio-system", {}, "mesh-default", creationTimestamp="2026-01-01T00:00:00Z")],
}


def route(**http: Any) -> dict[str, Any]:
    return {"hosts": ["reviews"], "http": [{"route": [{"destination": {"host": "reviews"}}], **http}]}


def patch(value: Any, **entry: Any) -> dict[str, Any]:
    return {"configPatches": [{"applyTo": "NETWORK_FILTER", "patch": {"operation": "MERGE", "value": value}, **entry}]}


MANAGER: Final = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

LOSSES: Final = {
    "Sidecar without the Collector": Case(
        "Sidecar", {"egress": [{"hosts": ["./*"]}]}, "spec.egress[].hosts", Cause.SIDECAR_HIDES_COLLECTOR
    ),
    "Sidecar of one workload": Case(
        "Sidecar",
        {"workloadSelector": {"labels": REVIEWS}, "egress": [{"hosts": ["~/*"]}]},
        "spec.egress[].hosts",
        Cause.SIDECAR_HIDES_COLLECTOR,
    ),
    "Sidecar of the whole mesh": Case(
        "Sidecar",
        {"egress": [{"hosts": ["./*", "istio-system/*"]}]},
        "spec.egress[].hosts",
        Cause.SIDECAR_HIDES_COLLECTOR,
        namespace="istio-system",
    ),
    "policy that allows nothing": Case("AuthorizationPolicy", {}, "spec", Cause.AUTHORIZATION_REFUSES),
    "policy that denies everything": Case(
        "AuthorizationPolicy", {"action": "DENY", "rules": [{}]}, "spec.rules[0]", Cause.AUTHORIZATION_REFUSES
    ),
    "policy that refuses the Collector its spans": Case(
        "AuthorizationPolicy",
        {"action": "DENY", "rules": [{}]},
        "spec.rules[0]",
        Cause.AUTHORIZATION_REFUSES,
        namespace="observability",
    ),
    "policy that denies some": Case(
        "AuthorizationPolicy",
        {"action": "DENY", "rules": [FROM_GATEWAY]},
        "spec.rules[0]",
        Cause.AUTHORIZATION_REFUSES,
        Verdict.WARN,
    ),
    "policy that allows some": Case(
        "AuthorizationPolicy", {"rules": [FROM_GATEWAY]}, "spec.rules", Cause.AUTHORIZATION_REFUSES, Verdict.WARN
    ),
    "policy that asks another service": Case(
        "AuthorizationPolicy",
        {"action": "CUSTOM", "provider": {"name": "opa"}, "rules": [{}]},
        "spec.action",
        Cause.AUTHORIZATION_REFUSES,
        Verdict.WARN,
    ),
    "no mutual TLS where identity is asked": Case(
        "PeerAuthentication",
        {"mtls": {"mode": "DISABLE"}},
        "spec.mtls.mode",
        Cause.CALLS_WITHOUT_IDENTITY,
        beside=ALLOWED,
    ),
    "no mutual TLS at one port": Case(
        "PeerAuthentication",
        {"selector": {"matchLabels": REVIEWS}, "portLevelMtls": {"9080": {"mode": "DISABLE"}}},
        "spec.portLevelMtls.9080.mode",
        Cause.CALLS_WITHOUT_IDENTITY,
        beside=ALLOWED,
    ),
    "plain text to the Collector": Case(
        "DestinationRule",
        {"host": COLLECTOR, "trafficPolicy": {"tls": {"mode": "DISABLE"}}},
        "spec.trafficPolicy.tls.mode",
        Cause.DESTINATION_RULE_BREAKS_TLS,
        namespace="elsewhere",
        beside=STRICT,
    ),
    "another TLS to a service": Case(
        "DestinationRule",
        {"host": "reviews", "subsets": [{"name": "v1", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}]},
        "spec.subsets[0].trafficPolicy.tls.mode",
        Cause.DESTINATION_RULE_BREAKS_TLS,
    ),
    "plain text to one port of all services": Case(
        "DestinationRule",
        {
            "host": "*.bookinfo.svc.cluster.local",
            "trafficPolicy": {"portLevelSettings": [{"port": {"number": 9080}, "tls": {"mode": "DISABLE"}}]},
        },
        "spec.trafficPolicy.portLevelSettings[0].tls.mode",
        Cause.DESTINATION_RULE_BREAKS_TLS,
        beside=STRICT,
    ),
    "abort": Case(
        "VirtualService",
        route(fault={"abort": {"httpStatus": 500, "percentage": {"value": 10}}}),
        "spec.http[0].fault.abort",
        Cause.ROUTE_ANSWERS_ITSELF,
    ),
    "redirect of some": Case(
        "VirtualService",
        route(match=[{"uri": {"prefix": "/old"}}], redirect={"uri": "/new"}),
        "spec.http[0].redirect",
        Cause.ROUTE_ANSWERS_ITSELF,
        Verdict.WARN,
    ),
    "direct response": Case(
        "VirtualService",
        route(directResponse={"status": 200}),
        "spec.http[0].directResponse",
        Cause.ROUTE_ANSWERS_ITSELF,
    ),
    "route that drops traceparent": Case(
        "VirtualService",
        route(headers={"request": {"remove": ["traceparent"]}}),
        "spec.http[0].headers.request",
        Cause.TRACE_HEADERS_CHANGED,
    ),
    "destination that sets B3": Case(
        "VirtualService",
        route(route=[{"headers": {"request": {"set": {"X-B3-Sampled": "0"}}}}]),
        "spec.http[0].route[0].headers.request",
        Cause.TRACE_HEADERS_CHANGED,
    ),
    "ServiceEntry with the Collector's host": Case(
        "ServiceEntry", {"hosts": [COLLECTOR]}, "spec.hosts[0]", Cause.COLLECTOR_HOST_TAKEN, namespace="elsewhere"
    ),
    "ServiceEntry beside the Collector": Case(
        "ServiceEntry",
        {"hosts": ["other.example.com", COLLECTOR]},
        "spec.hosts[1]",
        Cause.COLLECTOR_HOST_TAKEN,
        Verdict.WARN,
        namespace="observability",
    ),
    "EnvoyFilter of tracing": Case(
        "EnvoyFilter",
        patch({"typed_config": {"@type": MANAGER, "tracing": {"random_sampling": {"value": 0}}}}),
        "spec.configPatches[0].patch.value",
        Cause.ENVOY_FILTER_CHANGES_TRACING,
    ),
    "EnvoyFilter without the Collector's cluster": Case(
        "EnvoyFilter",
        {
            "configPatches": [
                {
                    "applyTo": "CLUSTER",
                    "match": {"cluster": {"service": COLLECTOR}},
                    "patch": {"operation": "REMOVE"},
                }
            ]
        },
        "spec.configPatches[0].patch.operation",
        Cause.ENVOY_FILTER_CHANGES_TRACING,
    ),
    "EnvoyFilter that drops traceparent": Case(
        "EnvoyFilter",
        patch({"request_headers_to_remove": ["traceparent"]}, applyTo="ROUTE_CONFIGURATION"),
        "spec.configPatches[0].patch.value",
        Cause.TRACE_HEADERS_CHANGED,
    ),
    "EnvoyFilter in Lua": Case(
        "EnvoyFilter",
        patch({"inlineCode": 'function envoy_on_request(h) h:headers():remove( "x-b3-traceid" ) end'}),
        "spec.configPatches[0].patch.value",
        Cause.TRACE_HEADERS_CHANGED,
        Verdict.WARN,
    ),
    "WasmPlugin": Case(
        "WasmPlugin",
        {"url": "oci://registry.example.com/plugin:1"},
        "spec.failStrategy",
        Cause.WASM_PLUGIN_MAY_REFUSE,
        Verdict.WARN,
    ),
    "Telemetry without reporting": Case(
        "Telemetry",
        {"tracing": [{"disableSpanReporting": True}]},
        "spec.tracing[0].disableSpanReporting",
        Cause.TELEMETRY_OVERRIDES,
    ),
    "Telemetry with another provider": Case(
        "Telemetry",
        {"selector": {"matchLabels": REVIEWS}, "tracing": [{"providers": [{"name": "zipkin"}]}]},
        "spec.tracing[0].providers",
        Cause.TELEMETRY_OVERRIDES,
    ),
    "Telemetry that samples less": Case(
        "Telemetry",
        {"tracing": [{"randomSamplingPercentage": 1}]},
        "spec.tracing[0].randomSamplingPercentage",
        Cause.TELEMETRY_OVERRIDES,
    ),
    "older Telemetry of the mesh": Case(
        "Telemetry",
        {"tracing": [{"disableSpanReporting": True}]},
        "spec.tracing[0].disableSpanReporting",
        Cause.TELEMETRY_OVERRIDES,
        namespace="istio-system",
        beside=MESH_WIDE,
        more={"metadata": {"creationTimestamp": "2025-12-31T00:00:00Z"}},
    ),
    "no way out": Case(
        "NetworkPolicy",
        {"podSelector": {}, "policyTypes": ["Egress"]},
        "spec.egress",
        Cause.NETWORK_POLICY_BLOCKS_SIDECARS,
    ),
    "no way in": Case(
        "NetworkPolicy",
        {"podSelector": {"matchLabels": REVIEWS}, "ingress": [{"ports": [{"port": 8080}]}]},
        "spec.ingress",
        Cause.NETWORK_POLICY_BLOCKS_SIDECARS,
    ),
    "limit below a sidecar's": Case(
        "LimitRange",
        {"limits": [{"type": "Container", "max": {"memory": "128Mi"}}]},
        "spec.limits[0].max.memory",
        Cause.LIMITS_REFUSE_PODS,
        Verdict.WARN,
    ),
    "least above a container's": Case(
        "LimitRange",
        {"limits": [{"type": "Container", "min": {"cpu": "1"}}]},
        "spec.limits[0].min.cpu",
        Cause.LIMITS_REFUSE_PODS,
        Verdict.WARN,
    ),
    "quota used up": Case(
        "ResourceQuota",
        {},
        "spec.hard[requests.cpu]",
        Cause.QUOTA_USED_UP,
        Verdict.WARN,
        more={"status": {"hard": {"requests.cpu": "1"}, "used": {"requests.cpu": "1000m"}}},
    ),
    "port of the application around the sidecar": Case(
        "Pod",
        {"containers": [{"name": "app", "image": "app:1", "ports": [{"containerPort": 9080}]}]},
        "metadata.annotations[traffic.sidecar.istio.io/excludeInboundPorts]",
        Cause.SIDECAR_PASSED_BY,
        more={"metadata": {"annotations": {"traffic.sidecar.istio.io/excludeInboundPorts": "9080"}}},
    ),
    "no address through the sidecar": Case(
        "Pod",
        {},
        "metadata.annotations[traffic.sidecar.istio.io/includeOutboundIPRanges]",
        Cause.SIDECAR_PASSED_BY,
        more={"metadata": {"annotations": {"traffic.sidecar.istio.io/includeOutboundIPRanges": ""}}},
    ),
    "some port around the sidecar": Case(
        "Pod",
        {},
        "metadata.annotations[traffic.sidecar.istio.io/excludeOutboundPorts]",
        Cause.SIDECAR_PASSED_BY,
        Verdict.WARN,
        more={"metadata": {"annotations": {"traffic.sidecar.istio.io/excludeOutboundPorts": "3306"}}},
    ),
    "Linkerd": Case(
        "Namespace",
        {},
        "metadata.annotations[linkerd.io/inject]",
        Cause.OTHER_INJECTOR,
        more={"metadata": {"name": "bookinfo", "annotations": {"linkerd.io/inject": "enabled"}}},
    ),
}

HARMLESS: Final = {
    "Sidecar with the Collector": Case("Sidecar", {"egress": [{"hosts": ["./*", "observability/*"]}]}),
    "Sidecar with everything": Case("Sidecar", {"egress": [{"hosts": ["*/*"]}]}),
    "Sidecar without egress": Case("Sidecar", {"outboundTrafficPolicy": {"mode": "ALLOW_ANY"}}),
    "Sidecar of nobody": Case(
        "Sidecar", {"workloadSelector": {"labels": {"app": "none"}}, "egress": [{"hosts": ["~/*"]}]}
    ),
    "object of another namespace": Case("Sidecar", {"egress": [{"hosts": ["~/*"]}]}, namespace="elsewhere"),
    "audit": Case("AuthorizationPolicy", {"action": "AUDIT", "rules": [{}]}),
    "policy that allows more": Case("AuthorizationPolicy", {"rules": [FROM_GATEWAY]}, beside=ALLOWED),
    "policy that allows nothing more": Case("AuthorizationPolicy", {}, beside=ALLOWED),
    "policy that allows everything": Case("AuthorizationPolicy", {"rules": [{}]}),
    "no mutual TLS, and nobody asks": Case("PeerAuthentication", {"mtls": {"mode": "DISABLE"}}),
    "strict mutual TLS": Case("PeerAuthentication", {"mtls": {"mode": "STRICT"}}, beside=ALLOWED),
    "token check": Case("RequestAuthentication", {"jwtRules": [{"issuer": "https://example.com"}]}),
    "Istio's own TLS": Case(
        "DestinationRule", {"host": "reviews", "trafficPolicy": {"tls": {"mode": "ISTIO_MUTUAL"}}}, beside=STRICT
    ),
    "TLS to the outside": Case(
        "DestinationRule", {"host": "api.example.com", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}}
    ),
    "plain text where it is taken": Case(
        "DestinationRule", {"host": "reviews", "trafficPolicy": {"tls": {"mode": "DISABLE"}}}
    ),
    "route with a delay": Case("VirtualService", route(fault={"delay": {"fixedDelay": "1s"}}, retries={"attempts": 2})),
    "route with a header of its own": Case("VirtualService", route(headers={"request": {"set": {"x-team": "a"}}})),
    "other host": Case("ServiceEntry", {"hosts": ["api.example.com"]}),
    "EnvoyFilter of a limit": Case("EnvoyFilter", patch({"name": "envoy.filters.http.local_ratelimit"})),
    "ProxyConfig": Case("ProxyConfig", {"concurrency": 1}),
    "WasmPlugin that fails open": Case("WasmPlugin", {"url": "oci://a/b", "failStrategy": "FAIL_OPEN"}),
    "Telemetry of metrics": Case("Telemetry", {"metrics": [{"providers": [{"name": "prometheus"}]}]}),
    "Telemetry that tags": Case("Telemetry", {"tracing": [{"customTags": {"a": {"literal": {"value": "b"}}}}]}),
    "newer Telemetry of the mesh": Case(
        "Telemetry",
        {"tracing": [{"disableSpanReporting": True}]},
        namespace="istio-system",
        beside=MESH_WIDE,
        more={"metadata": {"creationTimestamp": "2026-01-02T00:00:00Z"}},
    ),
    "policy that others make up for": Case(
        "NetworkPolicy", {"podSelector": {}, "policyTypes": ["Egress"]}, beside=OPEN_EGRESS
    ),
    "policy of nobody": Case(
        "NetworkPolicy",
        {"podSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, "policyTypes": ["Egress"]},
    ),
    "wide limits": Case(
        "LimitRange", {"limits": [{"type": "Container", "max": {"memory": "2Gi"}, "min": {"cpu": "1m"}}]}
    ),
    "quota with room": Case(
        "ResourceQuota",
        {},
        more={"status": {"hard": {"pods": "10", "services": "1"}, "used": {"pods": "9", "services": "1"}}},
    ),
    "port of the proxy, as the injector writes it": Case(
        "Pod",
        {},
        more={"metadata": {"annotations": {"traffic.sidecar.istio.io/excludeInboundPorts": "15020"}}},
    ),
    "Linkerd off": Case(
        "Namespace",
        {},
        more={"metadata": {"name": "bookinfo", "annotations": {"linkerd.io/inject": "disabled"}}},
    ),
}


def pods() -> list[dict[str, Any]]:
    reviews, collector = pod(labels=REVIEWS), pod("collector", labels={"app.kubernetes.io/name": "otel-collector"})
    reviews["metadata"]["namespace"], collector["metadata"]["namespace"] = "bookinfo", "observability"
    application, proxy = reviews["spec"]["containers"]
    application["ports"] = [{"containerPort": 9080}]
    application["resources"] = {"requests": {"cpu": "10m"}}
    proxy["resources"] = {"limits": {"memory": "256Mi"}}
    return [reviews, collector]


def judged(case: Case) -> list[Finding]:
    objects: dict[str, Any] = {kind.name: [] for kind in KINDS}
    objects["Pod"] = pods()
    for kind, there in case.beside.items():
        objects[kind] += there
    objects[case.kind].append(made(case.namespace, case.spec, **case.more))
    return judge_additions(objects, context(Cluster()))


@pytest.mark.parametrize("name", LOSSES)
def test_what_takes_spans_away_is_named_with_object_and_field(name: str) -> None:
    case = LOSSES[name]

    found = judged(case)

    assert {(each.verdict, each.cause) for each in found} == {(case.verdict, case.cause)}
    assert all(each.check.startswith(case.kind) for each in found)
    assert found[0].evidence[0].startswith(f"{case.field}: ")
    assert all(each.fix and "{" not in each.fix for each in found)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_takes_nothing_away_is_no_finding(name: str) -> None:
    case = HARMLESS[name]

    (only,) = judged(case)

    assert only.verdict is Verdict.PASS
    seen = case.kind not in {"Namespace", "Pod"} and case.namespace != "elsewhere"
    assert only.evidence == ((f"{case.kind} {case.namespace}/theirs",) if seen else ("nobody added anything",))


def test_the_programs_own_objects_are_not_judged() -> None:
    objects: dict[str, Any] = {kind.name: [] for kind in KINDS}
    objects["Pod"] = pods()
    objects["AuthorizationPolicy"] = [ours("bookinfo", {})]

    (only,) = judge_additions(objects, context(Cluster()))

    assert only.verdict is Verdict.PASS


def test_every_kind_is_read_and_has_a_case() -> None:
    path = next(kind.path for kind in KINDS if kind.name == "Telemetry")
    added = made("bookinfo", {"tracing": [{"disableSpanReporting": True}]})
    cluster = Cluster({path: [added], "/api/v1/namespaces/bookinfo/pods": pods()[:1]})
    asked: list[str] = []

    found = check(context(cluster), asked.append)

    assert [each.cause for each in found] == [Cause.TELEMETRY_OVERRIDES]
    assert asked == [f"reading every {kind.name}" for kind in KINDS]
    assert {case.kind for case in [*LOSSES.values(), *HARMLESS.values()]} == {kind.name for kind in KINDS}
