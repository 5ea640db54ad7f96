"""The ingress gateway."""

from typing import Any

import pytest
from pulumi_kubernetes.core.v1 import ConfigMap

from components.constants.choices import ServiceType
from components.gateway.entry import GatewayArgs, entry_url
from components.gateway.gateway import IngressGateway, IngressGatewayArgs
from components.model.secret_mounts import CA, TOKEN, SecretMount
from tests.support.mocks import LOAD_BALANCER_IP, NODE_PORT, Recording, record


def gateway(files: tuple[SecretMount, ...] = (), **args: Any) -> Recording:
    def make() -> dict[str, Any]:
        entry = IngressGateway("gateway", IngressGatewayArgs(GatewayArgs("istio-ingress", **args), files)).entry
        return {"host": entry.host, "port": entry.port, "url": entry.url}

    return record(make)


def template(**args: Any) -> dict[str, Any]:
    """Return the template of the gateway's Pods."""
    return gateway(**args).only("Deployment").inputs["spec"]["template"]


def service(**args: Any) -> dict[str, Any]:
    """Return the specification of the gateway's Service."""
    return gateway(**args).only("Service").inputs["spec"]


def test_deployment_is_injected_from_the_gateway_template() -> None:
    pods = template()

    assert pods["metadata"]["annotations"] == {"inject.istio.io/templates": "gateway"}
    assert pods["metadata"]["labels"]["sidecar.istio.io/inject"] == "true"
    assert [(each["name"], each["image"]) for each in pods["spec"]["containers"]] == [("istio-proxy", "auto")]


def test_every_guides_selector_finds_the_gateway() -> None:
    made = gateway()

    spec = made.only("Deployment").inputs["spec"]
    selector = {"app": "istio-ingressgateway", "istio": "ingressgateway"}
    assert made.only("Service").inputs["spec"]["selector"] == selector
    assert spec["selector"]["matchLabels"] == selector
    assert selector.items() <= spec["template"]["metadata"]["labels"].items()


def test_container_has_no_rights_that_it_does_not_need() -> None:
    (container,) = template()["spec"]["containers"]

    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsGroup": 1337,
        "runAsNonRoot": True,
        "runAsUser": 1337,
    }


def test_load_balancer_is_awaited_until_it_has_an_address() -> None:
    made = gateway()

    awaited = made.only("Service").inputs
    assert awaited["spec"]["type"] == "LoadBalancer"
    assert awaited["metadata"]["annotations"] == {"pulumi.com/waitFor": "jsonpath={.status.loadBalancer.ingress[0]}"}
    assert made.outputs == {"host": LOAD_BALANCER_IP, "port": 80, "url": f"http://{LOAD_BALANCER_IP}"}


def test_node_port_is_reached_at_the_nodes_address() -> None:
    made = gateway(service_type=ServiceType.NODE_PORT, node_address="node.example.com")

    awaited = made.only("Service").inputs
    assert awaited["spec"]["type"] == "NodePort"
    assert awaited["metadata"]["annotations"] == {"pulumi.com/skipAwait": "true"}
    port = NODE_PORT + 1  # the mocks number the Service's ports, and HTTP is its second one
    assert made.outputs == {"host": "node.example.com", "port": port, "url": f"http://node.example.com:{port}"}


def test_https_is_where_the_url_leads_once_there_is_a_certificate() -> None:
    made = gateway(tls=True, named_host="www.example.com")

    assert made.outputs == {"host": LOAD_BALANCER_IP, "port": 443, "url": "https://www.example.com"}


def test_https_by_node_port() -> None:
    made = gateway(service_type=ServiceType.NODE_PORT, node_address="192.0.2.7", tls=True, named_host="www.example.com")

    port = NODE_PORT + 2  # the mocks number the Service's ports, and HTTPS is its third one
    assert made.outputs == {"host": "192.0.2.7", "port": port, "url": f"https://www.example.com:{port}"}


def test_load_balancer_has_the_address_that_was_reserved() -> None:
    assert service(load_balancer_address="203.0.113.10")["loadBalancerIP"] == "203.0.113.10"


def test_only_callers_of_the_named_networks_come_in_and_keep_their_addresses() -> None:
    spec = service(source_ranges=("203.0.113.0/24",))

    assert spec["loadBalancerSourceRanges"] == ["203.0.113.0/24"]
    assert spec["externalTrafficPolicy"] == "Local"


def test_service_says_nothing_about_addresses_unless_asked_to() -> None:
    assert {"loadBalancerIP", "loadBalancerSourceRanges", "externalTrafficPolicy"}.isdisjoint(service())


def test_pods_are_spread_over_zones_and_nodes() -> None:
    constraints = template()["spec"]["topologySpreadConstraints"]

    assert [each["topologyKey"] for each in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]


def test_service_has_istios_usual_ports() -> None:
    assert [(port["name"], port["port"], port["targetPort"]) for port in service()["ports"]] == [
        ("status-port", 15021, 15021),
        ("http2", 80, 8080),
        ("https", 443, 8443),
    ]


def test_gateway_may_only_read_secrets_of_its_own_namespace() -> None:
    made = gateway()

    assert made.only("Role").inputs["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "watch", "list"]}
    ]
    assert made.only("RoleBinding").inputs["subjects"] == [
        {"kind": "ServiceAccount", "name": "istio-ingressgateway", "namespace": "istio-ingress"}
    ]
    assert {each.inputs["metadata"]["namespace"] for each in made.resources if each.inputs} == {"istio-ingress"}


@pytest.mark.parametrize(("replicas", "budgets"), [(1, 0), (2, 1), (5, 1)])
def test_disruption_budget_only_with_a_pod_to_spare(replicas: int, budgets: int) -> None:
    made = gateway(replicas=replicas)

    assert made.only("Deployment").inputs["spec"]["replicas"] == replicas
    assert len(made.of_kind("PodDisruptionBudget")) == budgets


def test_budget_lets_one_pod_of_the_gateway_go() -> None:
    assert gateway().only("PodDisruptionBudget").inputs["spec"] == {
        "maxUnavailable": 1,
        "selector": {"matchLabels": {"app": "istio-ingressgateway", "istio": "ingressgateway"}},
    }


def test_named_revision_injects_the_gateway() -> None:
    assert template(revision="canary")["metadata"]["labels"]["istio.io/rev"] == "canary"


def test_no_revision_is_named_by_default() -> None:
    assert "istio.io/rev" not in template()["metadata"]["labels"]


def test_only_the_pods_wait_for_the_injector() -> None:
    def make() -> None:
        args = GatewayArgs("istio-ingress", after=[ConfigMap("injector")])
        IngressGateway("gateway", IngressGatewayArgs(args))

    made = record(make)

    waiting = {each.name for each in made.resources if "injector" in made.waits_for(each.name)}
    assert waiting == {"gateway-deployment"}
    assert {"gateway-account", "gateway-role-binding"} <= made.named("gateway-deployment").depends_on


def test_gateway_that_sends_to_the_satellites_itself_mounts_the_files_that_it_needs() -> None:
    pod = template(files=(CA, TOKEN))["spec"]

    (container,) = pod["containers"]
    assert container["volumeMounts"] == [CA.mount(), TOKEN.mount()]
    assert pod["volumes"] == [CA.volume(), TOKEN.volume()]


def test_gateway_mounts_nothing_that_it_does_not_need() -> None:
    pod = template()["spec"]

    assert "volumes" not in pod
    assert "volumeMounts" not in pod["containers"][0]


@pytest.mark.parametrize(
    ("host", "port", "tls", "url"),
    [
        ("192.0.2.1", 80, False, "http://192.0.2.1"),
        ("192.0.2.1", 30080, False, "http://192.0.2.1:30080"),
        ("lb.example.com", 80, False, "http://lb.example.com"),
        ("2001:db8::1", 80, False, "http://[2001:db8::1]"),
        ("2001:db8::1", 30080, False, "http://[2001:db8::1]:30080"),
        ("www.example.com", 443, True, "https://www.example.com"),
        ("www.example.com", 30443, True, "https://www.example.com:30443"),
    ],
)
def test_url_leaves_out_the_schemes_own_port_and_brackets_ipv6(host: str, port: int, tls: bool, url: str) -> None:
    assert entry_url(host, port, tls=tls) == url
