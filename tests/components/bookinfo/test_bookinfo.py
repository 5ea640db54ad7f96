"""Bookinfo agrees with Istio's own manifests, field by field."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from pulumi_kubernetes.core.v1 import ConfigMap

from components.bookinfo.bookinfo import Bookinfo, BookinfoArgs
from components.bookinfo.routes import HttpRoute, IstioRoute
from components.kubernetes.resources import RESOURCES
from tests.support.istio import Document, Istio
from tests.support.lists import by_name, non_empty
from tests.support.mocks import Recording, record

#: Labels that the program's objects carry beside Istio's.
OUR_LABELS: Final = {"app.kubernetes.io/part-of": "bookinfo", "app.kubernetes.io/managed-by": "pulumi"}


def in_a_namespace_of_its_own(document: Document) -> None:
    """Istio's manifests leave the namespace to whoever applies them."""
    document["metadata"]["namespace"] = "bookinfo"


def with_our_labels(document: Document) -> None:
    """Every object says what it belongs to and what manages it."""
    document["metadata"]["labels"] = document["metadata"].get("labels", {}) | OUR_LABELS


def with_no_wait_for_services(document: Document) -> None:
    """The Deployments behind the Services are awaited."""
    if document["kind"] == "Service":
        document["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}


def at_the_port_of_our_gateways_service(document: Document) -> None:
    """Istio's sample names the port in the gateway's Pod, 8080; we name that of its Service, which leads there."""
    if document["kind"] == "Gateway":
        (server,) = document["spec"]["servers"]
        assert server["port"]["number"] == 8080
        server["port"]["number"] = 80


def as_the_restricted_pod_security_standard_wants(document: Document) -> None:
    """As in Istio's own `bookinfo-psa.yaml`, in the spelling that the standard asks for, and with a seccomp profile."""
    if document["kind"] == "Deployment":
        pod = document["spec"]["template"]["spec"]
        pod["securityContext"] = {"seccompProfile": {"type": "RuntimeDefault"}}
        pod["containers"][0]["securityContext"] = {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "runAsNonRoot": True,
        }


def without_a_token_for_the_api_server(document: Document) -> None:
    """No application asks the API server, and the sidecar has a token of its own, for istiod."""
    if document["kind"] == "Deployment":
        document["spec"]["template"]["spec"]["automountServiceAccountToken"] = False


def with_images_from_docker_hub(document: Document) -> None:
    """Istio's manifests have named another registry since 1.31, which not every cluster may reach yet."""
    if document["kind"] == "Deployment":
        (container,) = document["spec"]["template"]["spec"]["containers"]
        assert container["image"].startswith("registry.istio.io/release/")
        container["image"] = container["image"].replace("registry.istio.io/release/", "docker.io/istio/")


def with_requests_and_limits(document: Document) -> None:
    """Istio's manifests leave those to whoever applies them."""
    if document["kind"] == "Deployment":
        (container,) = document["spec"]["template"]["spec"]["containers"]
        container["resources"] = RESOURCES[container["name"]].values()


def with_volumes_by_name(document: Document) -> None:
    """Kubernetes tells volumes apart by name; their order, which is not alphabetical in Istio's, means nothing."""
    if document["kind"] == "Deployment":
        volumes: list[Document] = document["spec"]["template"]["spec"].get("volumes", [])
        volumes.sort(key=lambda volume: volume["name"])


#: All that may differ: what makes an object of ours of one of Istio's. Anything else that differs fails the test.
DIFFERENCES: Final[tuple[Callable[[Document], None], ...]] = (
    in_a_namespace_of_its_own,
    with_our_labels,
    with_no_wait_for_services,
    at_the_port_of_our_gateways_service,
    as_the_restricted_pod_security_standard_wants,
    without_a_token_for_the_api_server,
    with_images_from_docker_hub,
    with_requests_and_limits,
    with_volumes_by_name,
)


@pytest.fixture(scope="module")
def bookinfo() -> Recording:
    return record(lambda: Bookinfo("bookinfo", BookinfoArgs("bookinfo", IstioRoute(), after=[ConfigMap("injector")])))


def ours(made: Recording) -> dict[str, Any]:
    return by_name((title(each.inputs), each.inputs) for each in made.resources if "metadata" in each.inputs)


def title(document: Document) -> str:
    return f"{document['kind']} {document['metadata']['name']}"


def theirs(istio: Istio) -> dict[str, Document]:
    """Return Istio's documents with the differences put in."""
    documents = istio.bookinfo()
    for document in documents:
        for put_in in DIFFERENCES:
            put_in(document)
    return by_name((title(each), each) for each in documents)


def test_bookinfo_consists_of_the_same_objects_and_each_agrees_with_istios(bookinfo: Recording, istio: Istio) -> None:
    assert ours(bookinfo) == theirs(istio)


def test_istios_manifests_were_read(istio: Istio) -> None:
    assert len(istio.bookinfo()) == 16


def test_pods_and_route_wait_for_the_injector_and_nothing_else_does(bookinfo: Recording) -> None:
    waiting = {each.kind for each in bookinfo.resources if "injector" in bookinfo.waits_for(each.name)}

    assert waiting == {"Deployment", "Gateway", "VirtualService"}


def test_every_pod_waits_for_its_service_account(bookinfo: Recording) -> None:
    accounts = by_name((each.inputs["metadata"]["name"], each.name) for each in bookinfo.of_kind("ServiceAccount"))

    for deployment in non_empty(bookinfo.of_kind("Deployment"), "Deployments"):
        account = deployment.inputs["spec"]["template"]["spec"]["serviceAccountName"]
        assert accounts[account] in deployment.depends_on


def test_virtual_service_waits_for_the_gateway_that_it_names(bookinfo: Recording) -> None:
    assert "bookinfo-gateway" in bookinfo.only("VirtualService").depends_on


def test_bookinfo_is_served_by_https_with_a_certificate_and_http_is_redirected_there() -> None:
    args = BookinfoArgs("bookinfo", IstioRoute(hosts=("www.example.com",), certificate="gateway-tls"))

    made = record(lambda: Bookinfo("bookinfo", args))

    assert made.only("Gateway").inputs["spec"]["servers"] == [
        {
            "port": {"number": 80, "name": "http", "protocol": "HTTP"},
            "hosts": ["www.example.com"],
            "tls": {"httpsRedirect": True},
        },
        {
            "port": {"number": 443, "name": "https", "protocol": "HTTPS"},
            "hosts": ["www.example.com"],
            "tls": {"mode": "SIMPLE", "credentialName": "gateway-tls", "minProtocolVersion": "TLSV1_2"},
        },
    ]
    assert made.only("VirtualService").inputs["spec"]["hosts"] == ["www.example.com"]


def http_route(**given: Any) -> Recording:
    def make() -> None:
        route = HttpRoute("istio-ingress", **given)
        Bookinfo("bookinfo", BookinfoArgs("bookinfo", route, route_after=[ConfigMap("gateway")]))

    return record(make)


def test_route_by_the_gateway_api_has_the_rules_of_istios_own(istio: Istio) -> None:
    (sample,) = (each for each in istio.bookinfo_by_gateway_api() if each["kind"] == "HTTPRoute")

    assert http_route().only("HTTPRoute").inputs["spec"] == {
        "parentRefs": [{"name": "ingress", "namespace": "istio-ingress", "sectionName": "http"}],
        "rules": sample["spec"]["rules"],
    }


def test_route_by_the_gateway_api_takes_the_place_of_istios_objects_and_waits_for_the_gateway() -> None:
    made = http_route()

    assert not made.of_kind("Gateway") + made.of_kind("VirtualService")
    assert made.only("HTTPRoute").type == "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute"
    assert {each.kind for each in made.resources if "gateway" in made.waits_for(each.name)} == {"HTTPRoute"}
    assert made.only("HTTPRoute").inputs["metadata"]["annotations"] == {
        "pulumi.com/waitFor": "jsonpath={.status.parents[0].conditions[?(@.type=='Accepted')].status}=True"
    }


def test_route_by_the_gateway_api_hangs_on_the_listener_of_each_host_and_of_https_only() -> None:
    spec = http_route(hosts=("www.example.com", "*.shop.example.com"), tls=True).only("HTTPRoute").inputs["spec"]

    assert [each["sectionName"] for each in spec["parentRefs"]] == ["https", "https-2"]
    assert spec["hostnames"] == ["www.example.com", "*.shop.example.com"]
