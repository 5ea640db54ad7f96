"""The ingress gateway by the Gateway API, and its CRDs."""

from typing import Any

import pulumi
import pytest
import yaml
from pulumi_kubernetes.core.v1 import ConfigMap

from components.constants.choices import ServiceType
from components.gateway.api_gateway import ApiGateway, ApiGatewayArgs
from components.gateway.crds import GatewayApiCrds, GatewayApiCrdsArgs, mark_ours
from components.gateway.entry import GatewayArgs
from tests.support.mocks import LOAD_BALANCER_IP, NODE_PORT, Recording, record
from tests.support.transforms import through

INJECTED = {"matchLabels": {"istio-injection": "enabled"}}
HOSTS = ("www.example.com", "*.shop.example.com")


def gateway(hosts: tuple[str, ...] = ("*",), certificate: str | None = None, **args: Any) -> Recording:
    def make() -> dict[str, Any]:
        given = GatewayArgs("istio-ingress", tls=certificate is not None, **args)
        crds = [ConfigMap("crds")]
        entry = ApiGateway("gateway", ApiGatewayArgs(given, hosts, certificate, INJECTED, after=crds)).entry
        return {"host": entry.host, "port": entry.port, "url": entry.url}

    return record(make)


def spec(made: Recording) -> dict[str, Any]:
    """Return the specification of the Gateway."""
    return made.only("Gateway").inputs["spec"]


def overlay(made: Recording, name: str) -> Any:
    """Return what istiod lays on its template of an object."""
    return yaml.safe_load(made.named("gateway-overlays").inputs["data"][name])


def test_gateway_is_of_istios_class_and_awaited_until_requests_can_enter() -> None:
    made = gateway()

    assert made.only("Gateway").type == "kubernetes:gateway.networking.k8s.io/v1:Gateway"
    assert spec(made)["gatewayClassName"] == "istio"
    assert made.only("Gateway").inputs["metadata"]["annotations"] == {"pulumi.com/waitFor": "condition=Programmed"}


def test_pulumis_annotations_stay_with_the_gateway() -> None:
    infrastructure = spec(gateway())["infrastructure"]

    assert infrastructure["labels"]["app.kubernetes.io/part-of"] == "traced-mesh"
    assert not [name for name in infrastructure["annotations"] if "pulumi" in name]


def test_routes_of_namespaces_in_the_mesh_may_attach_and_of_no_others() -> None:
    assert spec(gateway())["listeners"] == [
        {
            "name": "http",
            "port": 80,
            "protocol": "HTTP",
            "allowedRoutes": {"namespaces": {"from": "Selector", "selector": INJECTED}},
        }
    ]


def test_each_host_has_a_listener() -> None:
    listeners = spec(gateway(HOSTS))["listeners"]

    assert [(each["name"], each["hostname"]) for each in listeners] == list(zip(("http", "http-2"), HOSTS, strict=True))


def test_with_a_certificate_plain_http_only_redirects() -> None:
    made = gateway(HOSTS, "www-tls")

    http, *https = spec(made)["listeners"]
    assert http["allowedRoutes"] == {"namespaces": {"from": "Same"}}
    assert "hostname" not in http
    certificate = {"group": "", "kind": "Secret", "name": "www-tls"}
    for listener, host in zip(https, HOSTS, strict=True):
        assert (listener["port"], listener["protocol"], listener["hostname"]) == (443, "HTTPS", host)
        assert listener["tls"] == {"mode": "Terminate", "certificateRefs": [certificate]}
    assert made.only("HTTPRoute").inputs["spec"] == {
        "parentRefs": [{"name": "ingress", "namespace": "istio-ingress", "sectionName": "http"}],
        "rules": [
            {
                "filters": [
                    {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}},
                ]
            }
        ],
    }
    assert made.only("HTTPRoute").inputs["metadata"]["namespace"] == "istio-ingress"


def test_without_a_certificate_nothing_is_redirected() -> None:
    assert not gateway(HOSTS).of_kind("HTTPRoute")


def test_istiod_is_told_what_the_pods_are_to_be() -> None:
    deployment = overlay(gateway(replicas=3), "deployment")["spec"]

    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["replicas"] == 3
    assert pod["securityContext"] == {"sysctls": [], "seccompProfile": {"type": "RuntimeDefault"}}
    assert container["name"] == "istio-proxy"
    assert container["resources"]["limits"] == {"cpu": "2", "memory": "1Gi"}
    selector = {"matchLabels": {"gateway.networking.k8s.io/gateway-name": "ingress"}}
    assert [each["labelSelector"] for each in pod["topologySpreadConstraints"]] == [selector, selector]


@pytest.mark.parametrize(("replicas", "has_budget"), [(1, False), (2, True)])
def test_budget_keeps_a_pod_up_where_there_are_several(replicas: int, has_budget: bool) -> None:
    data = gateway(replicas=replicas).named("gateway-overlays").inputs["data"]

    assert ("podDisruptionBudget" in data) is has_budget


def test_ports_of_the_service_lead_to_ports_that_need_no_privilege() -> None:
    by_http, by_https = (overlay(gateway(HOSTS, certificate), "service") for certificate in (None, "www-tls"))

    assert by_http["spec"]["ports"] == [{"port": 80, "targetPort": 8080}]
    assert by_https["spec"]["ports"] == [{"port": 80, "targetPort": 8080}, {"port": 443, "targetPort": 8443}]


def test_load_balancer_keeps_to_its_address_and_to_known_callers() -> None:
    made = gateway(load_balancer_address="203.0.113.10", source_ranges=("203.0.113.0/24",))

    service = overlay(made, "service")["spec"]
    assert spec(made)["addresses"] == [{"type": "IPAddress", "value": "203.0.113.10"}]
    assert service["loadBalancerSourceRanges"] == ["203.0.113.0/24"]
    assert service["externalTrafficPolicy"] == "Local"
    assert "addresses" not in spec(gateway())
    assert "loadBalancerSourceRanges" not in overlay(gateway(), "service")["spec"]


def test_address_is_the_one_of_the_service_that_istiod_makes() -> None:
    assert gateway().outputs == {"host": LOAD_BALANCER_IP, "port": 80, "url": f"http://{LOAD_BALANCER_IP}"}
    assert gateway(HOSTS, "www-tls", named_host=HOSTS[0]).outputs == {
        "host": LOAD_BALANCER_IP,
        "port": 443,
        "url": "https://www.example.com",
    }


def test_node_port_is_the_one_of_the_service_that_istiod_makes() -> None:
    made = gateway(service_type=ServiceType.NODE_PORT, node_address="192.0.2.10")

    assert overlay(made, "service")["spec"]["type"] == "NodePort"
    assert made.outputs["url"] == f"http://192.0.2.10:{NODE_PORT}"


@pytest.mark.parametrize(("revision", "label"), [("canary", "canary"), (None, None)])
def test_revision_that_looks_after_the_gateway_is_named(revision: str | None, label: str | None) -> None:
    labels = gateway(revision=revision).only("Gateway").inputs["metadata"]["labels"]

    assert labels.get("istio.io/rev") == label


def test_gateway_waits_for_its_crds_and_for_what_its_pods_wait_for() -> None:
    def make() -> None:
        given = GatewayArgs("istio-ingress", after=[ConfigMap("injector")])
        ApiGateway("gateway", ApiGatewayArgs(given, ("*",), None, INJECTED, after=[ConfigMap("crds")]))

    assert {"injector", "crds", "gateway-overlays"} <= record(make).waits_for("gateway-gateway")


def test_crds_are_never_deleted_and_marked_as_this_programs() -> None:
    made = record(lambda: GatewayApiCrds("gateway-api", GatewayApiCrdsArgs("standard-install.yaml")))

    file = made.only("ConfigFile")
    assert file.inputs["file"] == "standard-install.yaml"
    assert set(file.transforms) == {"keep_definitions", "mark_ours"}
    crd: dict[str, Any] = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gateways.gateway.networking.k8s.io", "labels": {"by": "them"}},
    }
    assert through(mark_ours, crd)["metadata"]["labels"] == {
        "by": "them",
        "app.kubernetes.io/part-of": "traced-mesh",
        "app.kubernetes.io/managed-by": "pulumi",
    }


def test_crds_wait_for_the_right_to_make_them() -> None:
    def make() -> None:
        admin: pulumi.Resource = ConfigMap("admin")
        GatewayApiCrds("gateway-api", GatewayApiCrdsArgs("standard-install.yaml", [admin]))

    assert "admin" in record(make).waits_for("gateway-api-file")
