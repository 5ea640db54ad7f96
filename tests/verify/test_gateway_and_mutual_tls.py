"""The way in, and that no other way is open: judged by objects, answers, and a genuine listener."""

import socket
from typing import Any

import pytest

from local.ports import LOOPBACK, free_ports
from tests.verify.support import Cluster, causes, context, expected, pod
from verify.causes import Cause
from verify.cluster.addresses import connect, judge_address, resolve
from verify.cluster.api import Answer
from verify.context import Options
from verify.outcomes import Verdict
from verify.stages.gateway import STAGE
from verify.stages.mutual_tls import judge_curl, judge_plain_call

GATEWAY = {"app": "istio-ingressgateway", "istio": "ingressgateway"}
NAMESPACE = "/api/v1/namespaces/istio-ingress"
DEPLOYMENT = "/apis/apps/v1/namespaces/istio-ingress/deployments/istio-ingressgateway"


def service(*ingress: dict[str, str], kind: str = "LoadBalancer") -> dict[str, Any]:
    return {
        "spec": {"type": kind, "ports": [{"port": 80, "nodePort": 31080}, {"port": 443, "nodePort": 31443}]},
        "status": {"loadBalancer": {"ingress": list(ingress)}},
    }


@pytest.mark.parametrize(
    ("made", "outputs", "cause"),
    [
        (service({"ip": "192.0.2.1"}), {}, None),
        (service({"hostname": "lb.example.com"}), {"ingressHost": "lb.example.com"}, None),
        (service(kind="NodePort"), {"ingressHost": "192.168.49.2", "ingressPort": 31080}, None),
        (service(), {}, Cause.GATEWAY_WITHOUT_ADDRESS),
        ({"spec": {"type": "ClusterIP", "ports": [{"port": 80}]}}, {}, Cause.GATEWAY_WITHOUT_ADDRESS),
        (service({"ip": "192.0.2.9"}), {}, Cause.GATEWAY_OTHER_ADDRESS),
        (service(kind="NodePort"), {"ingressPort": 30000}, Cause.GATEWAY_OTHER_ADDRESS),
    ],
)
def test_the_gateways_address_is_the_one_in_the_outputs(
    made: dict[str, Any], outputs: dict[str, Any], cause: Cause | None
) -> None:
    assert judge_address(made, expected(**outputs)).cause is cause


def test_an_open_port_passes_and_a_closed_one_is_named() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        assert connect(LOOPBACK, server.getsockname()[1], "istio-ingress", "it").verdict is Verdict.PASS

    assert connect(LOOPBACK, free_ports(1)[0], "istio-ingress", "it").cause is Cause.GATEWAY_PORT_CLOSED


def test_a_host_that_dns_does_not_know_is_named() -> None:
    assert resolve("gateway.invalid").cause is Cause.GATEWAY_NAME_UNKNOWN
    assert resolve(LOOPBACK).verdict is Verdict.PASS


def gateway(**objects: Any) -> Cluster:
    return Cluster(
        {
            DEPLOYMENT: {"metadata": {"name": "istio-ingressgateway"}, "spec": {"replicas": 1}},
            f"{NAMESPACE}/pods": [pod("gateway-x", labels=GATEWAY)],
            f"{NAMESPACE}/services/istio-ingressgateway": service({"ip": "192.0.2.1"}),
            **objects,
        }
    )


@pytest.mark.parametrize(
    ("objects", "cause"),
    [
        ({DEPLOYMENT: None}, Cause.GATEWAY_MISSING),
        ({f"{NAMESPACE}/pods": [pod("x", ready=False, labels=GATEWAY)]}, Cause.GATEWAY_NOT_READY),
        ({f"{NAMESPACE}/services/istio-ingressgateway": None}, Cause.GATEWAY_MISSING),
        ({f"{NAMESPACE}/services/istio-ingressgateway": service()}, Cause.GATEWAY_WITHOUT_ADDRESS),
    ],
)
def test_a_broken_gateway_is_one_failure(objects: dict[str, Any], cause: Cause) -> None:
    assert causes(STAGE.check(context(gateway(**objects)), lambda _: None)) == [cause]


def test_traffic_may_be_sent_elsewhere() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        options = Options(address=f"{LOOPBACK}:{server.getsockname()[1]}")

        found = STAGE.check(context(gateway(), options), lambda _: None)

    assert causes(found) == []
    assert found[-1].verdict is Verdict.PASS


GATEWAY_API = "/apis/gateway.networking.k8s.io/v1/namespaces"
API_GATEWAY = f"{GATEWAY_API}/istio-ingress/gateways/ingress"
ROUTE = f"{GATEWAY_API}/bookinfo/httproutes/bookinfo"


def conditions(**said: str) -> list[dict[str, str]]:
    """Return conditions that hold, but for those of which something else is said."""
    holding = dict.fromkeys(["Accepted", "Programmed", "ResolvedRefs"], "")
    return [
        {"type": kind, "status": "False" if message else "True", "message": message}
        for kind, message in {**holding, **said}.items()
    ]


def api_gateway(of_listener: list[dict[str, str]] | None = None, **said: str) -> dict[str, Any]:
    listener = {"name": "https", "conditions": of_listener or conditions()}
    return {"status": {"conditions": conditions(**said), "listeners": [listener]}}


def route(**said: str) -> dict[str, Any]:
    return {"status": {"parents": [{"conditions": conditions(**said)}]}}


def by_gateway_api(**objects: Any) -> Cluster:
    label = {"gateway.networking.k8s.io/gateway-name": "ingress"}
    deployment = "/apis/apps/v1/namespaces/istio-ingress/deployments/ingress-istio"
    return Cluster(
        {
            API_GATEWAY: api_gateway(),
            ROUTE: route(),
            deployment: {"metadata": {"name": "ingress-istio"}, "spec": {"replicas": 1}},
            f"{NAMESPACE}/pods": [pod("ingress-x", labels=label)],
            f"{NAMESPACE}/services/ingress-istio": service({"ip": "192.0.2.1"}),
            "/api/v1/nodes": [{"metadata": {"name": "node-1", "annotations": {"kwok.x-k8s.io/node": "fake"}}}],
            **objects,
        }
    )


@pytest.mark.parametrize(
    ("objects", "cause", "evidence"),
    [
        ({}, None, ""),
        ({API_GATEWAY: None}, Cause.GATEWAY_MISSING, "no Gateway istio-ingress/ingress"),
        (
            {API_GATEWAY: {"status": {}}},
            Cause.GATEWAY_NOT_PROGRAMMED,
            "Accepted: istiod says nothing of it",
        ),
        (
            {API_GATEWAY: api_gateway(Programmed="address pending")},
            Cause.GATEWAY_NOT_PROGRAMMED,
            "Programmed: address pending",
        ),
        (
            {API_GATEWAY: api_gateway(conditions(ResolvedRefs="secret not found"))},
            Cause.GATEWAY_CERTIFICATE_MISSING,
            "listener https: ResolvedRefs: secret not found",
        ),
        ({ROUTE: None}, Cause.ROUTE_MISSING, "no HTTPRoute bookinfo/bookinfo"),
        ({ROUTE: {"status": {}}}, Cause.ROUTE_REFUSED, "Accepted: istiod says nothing of it"),
        ({ROUTE: route(Accepted="not allowed")}, Cause.ROUTE_REFUSED, "Accepted: not allowed"),
        ({ROUTE: route(ResolvedRefs="no backend")}, Cause.ROUTE_LEADS_NOWHERE, "ResolvedRefs: no backend"),
        (
            {f"{NAMESPACE}/services/ingress-istio": None},
            Cause.GATEWAY_MISSING,
            "no Service istio-ingress/ingress-istio",
        ),
    ],
)
def test_what_istiod_says_of_the_gateway_api_is_one_failure(
    objects: dict[str, Any], cause: Cause | None, evidence: str
) -> None:
    found = STAGE.check(context(by_gateway_api(**objects), gatewayApi=True), lambda _: None)

    assert causes(found) == ([cause] if cause else [])
    failing = [finding for finding in found if finding.verdict is Verdict.FAIL]
    assert [finding.evidence[0] for finding in failing] == ([evidence] if cause else [])


OPEN = Answer(200, {})
REFUSED = Answer(503, {"message": "error trying to reach service: read tcp: connection reset by peer"})


@pytest.mark.parametrize(
    ("control", "plain", "verdict", "cause"),
    [
        (OPEN, REFUSED, Verdict.PASS, None),
        (OPEN, OPEN, Verdict.FAIL, Cause.PLAIN_CALL_ANSWERED),
        (OPEN, Answer(403, {"message": "RBAC: access denied"}), Verdict.FAIL, Cause.PLAIN_CALL_ANSWERED),
        (OPEN, Answer(503, {"message": "no healthy upstream"}), Verdict.FAIL, Cause.PLAIN_CALL_ANSWERED),
        (REFUSED, REFUSED, Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
        (OPEN, Answer(403, {"message": "forbidden", "byApiServer": True}), Verdict.SKIP, Cause.NOT_TO_BE_SEEN),
    ],
)
def test_a_refusal_proves_mutual_tls_only_where_other_calls_get_through(
    control: Answer, plain: Answer, verdict: Verdict, cause: Cause | None
) -> None:
    found = judge_plain_call(control, plain)

    assert (found.verdict, found.cause) == (verdict, cause)


@pytest.mark.parametrize(
    ("exit_code", "verdict"),
    [
        (0, Verdict.FAIL),
        (52, Verdict.PASS),
        (56, Verdict.PASS),
        (7, Verdict.SKIP),  # refused before a connection
        (28, Verdict.SKIP),  # dropped by a NetworkPolicy
        (127, Verdict.SKIP),  # no curl in the image
    ],
)
def test_where_the_api_server_cannot_call_pods_the_gateways_pod_does(exit_code: int, verdict: Verdict) -> None:
    assert judge_curl(exit_code, judge_plain_call(REFUSED, REFUSED)).verdict is verdict
