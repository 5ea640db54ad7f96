"""Who may talk to whom in the mesh."""

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.bookinfo.access import CALLERS, GATEWAY
from components.constants.choices import MutualTlsMode, TracingMode
from components.environment.security import Security, SecurityArgs
from components.model.bookinfo import APPLICATIONS
from components.model.gateway import BY_GATEWAY_API, INJECTED
from components.tracing.plan import TracingPlan
from components.versions.istio import row_for
from tests.support.mocks import Recorded, Recording, record

BACKEND = Backend(BackendAddress("satellites.example.com", 9292), tls=True, token_header=LIGHTSTEP_HEADER)
COLLECTOR = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}},
        }
    ],
    "ports": [{"protocol": "TCP", "port": 4317}],
}
SIDECAR = [
    {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
    {
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}}}],
        "ports": [{"protocol": "TCP", "port": 15012}],
    },
]


def security(version: str = "1.30.0", **changes: Any) -> Recording:
    args: dict[str, Any] = {
        "tracing": TracingPlan(Version(version), row_for(Version(version)).default_mode, BACKEND),
        "mutual_tls": MutualTlsMode.STRICT,
        "injection_labels": [{"istio-injection": "enabled"}],
        "form": INJECTED,
        "gateway": "istio-ingress",
        "bookinfo": "bookinfo",
        "bookinfo_is_alone": True,
        **changes,
    }
    return record(lambda: Security("security", SecurityArgs(**args)))


def named(made: Recording, kind: str, name: str, namespace: str = "bookinfo") -> Any:
    """Return the specification of an object."""
    wanted = {"name": name, "namespace": namespace}
    (found,) = (each for each in made.of_kind(kind) if wanted.items() <= each.inputs["metadata"].items())
    return found.inputs["spec"]


def names(objects: list[Recorded]) -> set[tuple[str, str]]:
    return {(each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]) for each in objects}


@pytest.mark.parametrize("mode", MutualTlsMode)
def test_mutual_tls_holds_for_the_whole_mesh(mode: MutualTlsMode) -> None:
    policy = security(mutual_tls=mode).only("PeerAuthentication").inputs

    assert (policy["metadata"]["namespace"], policy["metadata"]["name"]) == ("istio-system", "default")
    assert policy["spec"] == {"mtls": {"mode": mode.name}}


@pytest.mark.parametrize(("version", "api"), [("1.15.0", "v1beta1"), ("1.21.6", "v1beta1"), ("1.22.0", "v1")])
def test_objects_are_made_in_the_api_version_that_istiod_serves(version: str, api: str) -> None:
    made = security(version)

    kinds = ("PeerAuthentication", "AuthorizationPolicy")
    found = {(kind, each.inputs["apiVersion"]) for kind in kinds for each in made.of_kind(kind)}
    assert found == {(kind, f"security.istio.io/{api}") for kind in kinds}


def test_upgrade_of_istio_changes_the_objects_that_are_there() -> None:
    aliases = security("1.22.0").only("PeerAuthentication").aliases

    assert aliases == ("kubernetes:security.istio.io/v1beta1:PeerAuthentication",)


@pytest.mark.parametrize(
    ("callee", "caller"),
    [
        ("productpage", "cluster.local/ns/istio-ingress/sa/*"),
        ("details", "cluster.local/ns/bookinfo/sa/bookinfo-productpage"),
        ("reviews", "cluster.local/ns/bookinfo/sa/bookinfo-productpage"),
        ("ratings", "cluster.local/ns/bookinfo/sa/bookinfo-reviews"),
    ],
)
def test_each_application_takes_calls_of_one_caller_only(callee: str, caller: str) -> None:
    assert named(security(), "AuthorizationPolicy", callee) == {
        "selector": {"matchLabels": {"app": callee}},
        "action": "ALLOW",
        "rules": [{"from": [{"source": {"principals": [caller]}}], "to": [{"operation": {"ports": ["9080"]}}]}],
    }


@pytest.mark.parametrize("namespace", ["bookinfo", "istio-ingress"])
def test_whatever_else_is_in_the_programs_namespaces_takes_no_call_and_no_packet(namespace: str) -> None:
    made = security()

    assert named(made, "AuthorizationPolicy", "deny-by-default", namespace) == {}
    assert named(made, "NetworkPolicy", "deny-by-default", namespace) == {
        "podSelector": {"matchLabels": {}},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": [],
        "egress": [],
    }


def test_namespace_that_others_use_too_is_not_closed() -> None:
    made = security(bookinfo="default", bookinfo_is_alone=False)

    applications = {("default", application.name) for application in APPLICATIONS}
    for kind in ("AuthorizationPolicy", "NetworkPolicy"):
        assert {each for each in names(made.of_kind(kind)) if each[0] == "default"} == applications


def test_anybody_may_call_the_gateway_on_its_two_ports_for_requests() -> None:
    assert named(security(), "AuthorizationPolicy", "istio-ingressgateway", "istio-ingress") == {
        "selector": {"matchLabels": {"app": "istio-ingressgateway", "istio": "ingressgateway"}},
        "action": "ALLOW",
        "rules": [{"to": [{"operation": {"ports": ["8080", "8443"]}}]}],
    }


def test_gateway_is_reached_on_its_ports_and_reaches_the_mesh() -> None:
    spec = named(security(), "NetworkPolicy", "istio-ingressgateway", "istio-ingress")

    assert spec["ingress"] == [{"ports": [{"protocol": "TCP", "port": port} for port in (8080, 8443, 15021)]}]
    mesh = {"to": [{"namespaceSelector": {"matchLabels": {"istio-injection": "enabled"}}}]}
    assert spec["egress"] == [mesh, COLLECTOR, *SIDECAR]


def test_policies_choose_the_gateways_pods_in_either_form_and_both_can_stand_side_by_side() -> None:
    injected, by_api = (security(form=form) for form in (INJECTED, BY_GATEWAY_API))

    label = {"gateway.networking.k8s.io/gateway-name": "ingress"}
    calls = named(by_api, "AuthorizationPolicy", "ingress-istio", "istio-ingress")
    assert calls["selector"] == {"matchLabels": label}
    assert named(by_api, "NetworkPolicy", "ingress-istio", "istio-ingress")["podSelector"] == {"matchLabels": label}
    both = [{each.name for each in recording.resources} for recording in (injected, by_api)]
    assert both[0] ^ both[1] == {
        f"security-gateway-{policy}{name}"
        for policy in ("", "authorization-")
        for name in ("istio-ingressgateway", "ingress-istio")
    }
    for kind in ("AuthorizationPolicy", "NetworkPolicy"):
        assert named(by_api, kind, "productpage") == named(injected, kind, "productpage")


@pytest.mark.parametrize(
    ("application", "callees"),
    [("productpage", ["details", "reviews"]), ("reviews", ["ratings"]), ("details", []), ("ratings", [])],
)
def test_each_application_reaches_what_it_calls_and_what_its_sidecar_needs(
    application: str, callees: list[str]
) -> None:
    egress = named(security(), "NetworkPolicy", application)["egress"]

    called = [each["to"][0]["podSelector"]["matchLabels"]["app"] for each in egress[: len(callees)]]
    assert called == callees
    assert egress[len(callees) :] == [COLLECTOR, *SIDECAR]


def test_each_application_is_reached_by_its_callers_only() -> None:
    made = security()

    (page,) = named(made, "NetworkPolicy", "productpage")["ingress"]
    (ratings,) = named(made, "NetworkPolicy", "ratings")["ingress"]
    assert page["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-ingress"}}}]
    assert [each["podSelector"]["matchLabels"] for each in ratings["from"]] == [{"app": "reviews"}]
    assert page["ports"] == ratings["ports"] == [{"protocol": "TCP", "port": 9080}]


def test_sidecars_that_send_to_satellites_themselves_reach_those_instead_of_the_collector() -> None:
    pool = replace(BACKEND, address=BackendAddress("192.0.2.7", 9292))
    made = security(tracing=TracingPlan(Version("1.26.0"), TracingMode.LIGHTSTEP_PROVIDER, pool))

    egress = named(made, "NetworkPolicy", "details")["egress"]
    assert egress[0] == {
        "to": [{"ipBlock": {"cidr": "192.0.2.7/32"}}],
        "ports": [{"protocol": "TCP", "port": 9292}],
    }
    assert COLLECTOR not in egress


def test_every_application_is_called_by_one_that_exists() -> None:
    known = {application.name for application in APPLICATIONS}

    assert CALLERS.keys() == known
    assert {caller for callers in CALLERS.values() for caller in callers} <= known | {GATEWAY}


def test_without_bookinfo_only_the_gateway_and_mutual_tls_are_left() -> None:
    made = security(bookinfo=None)

    policies = [*made.of_kind("AuthorizationPolicy"), *made.of_kind("NetworkPolicy")]
    assert {namespace for namespace, _ in names(policies)} == {"istio-ingress"}
    assert made.of_kind("PeerAuthentication")
