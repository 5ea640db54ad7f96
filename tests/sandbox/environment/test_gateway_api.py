"""The ingress gateway by the Gateway API, of which the genuine istiod makes all else; the way there, and back."""

from collections.abc import Iterator

import pytest

from local.paths import shown
from local.toolchain.gateway_api_files import GATEWAY_API_CRDS
from tests.sandbox.environment.conftest import new_sandbox
from tests.sandbox.environment.running import Outcome, Running, client
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Verdict
from verify.stages import gateway as gateway_stage

GROUP = "gateway.networking.k8s.io"
HOSTS = ["www.example.com", "*.shop.example.com"]


BY_API = {"gatewayApi": True, "gatewayApiCrds": shown(GATEWAY_API_CRDS)}


@pytest.fixture(scope="module")
def by_api() -> Iterator[tuple[Running, Outcome]]:
    """An environment that was moved to the Gateway API, in a sandbox of its own, and the `up` that moved it."""
    with new_sandbox("sandbox", "gateway-api") as made:
        made.up()
        moved = made.configured(**BY_API)
        yield moved, moved.up()


def position(outcome: Outcome, operation: str, name: str) -> int:
    """Return where in an `up` a resource was made or removed."""
    return next(at for at, (op, _, it) in enumerate(outcome.events) if (op, it) == (operation, name))


def test_the_old_gateway_stands_until_requests_can_enter_by_the_new_one(by_api: tuple[Running, Outcome]) -> None:
    _, moved = by_api

    for name in ("gateway-deployment", "gateway-service", "bookinfo-virtual-service"):
        assert position(moved, "create", "bookinfo-http-route") < position(moved, "delete", name)


def test_a_preview_finds_nothing_to_change(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api

    outcome = running.call("preview", "--expect-no-changes")

    assert outcome.exit_code == 0, outcome.text


def test_istiod_makes_what_it_is_told_to(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api
    namespace = "istio-ingress"

    deployment = client.AppsV1Api(running.api()).read_namespaced_deployment("ingress-istio", namespace)
    service = client.CoreV1Api(running.api()).read_namespaced_service("ingress-istio", namespace)

    pod = deployment.spec.template.spec
    (proxy,) = pod.containers
    assert deployment.status.available_replicas == deployment.spec.replicas == 1
    assert not pod.security_context.sysctls
    assert pod.security_context.seccomp_profile.type == "RuntimeDefault"
    assert proxy.resources.limits == {"cpu": "2", "memory": "1Gi"}
    assert {each.name: each.value for each in proxy.env}.items() >= {"MINIMUM_DRAIN_DURATION": "10s"}.items()
    assert proxy.security_context.read_only_root_filesystem
    assert {port.port: port.target_port for port in service.spec.ports} == {15021: 15021, 80: 8080}
    assert "pulumi.com" not in f"{service.metadata.annotations} {deployment.metadata.annotations}"


def test_outputs_name_the_new_address(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api
    service = client.CoreV1Api(running.api()).read_namespaced_service("ingress-istio", "istio-ingress")

    outputs = running.outputs()

    assert outputs["gatewayApi"] is True
    assert outputs["ingressHost"] == service.status.load_balancer.ingress[0].ip


def test_the_verification_finds_the_gateway_sound(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api
    context = Context(Expected.from_outputs("sandbox", running.outputs()))

    found = gateway_stage.STAGE.check(context, lambda _: None)

    assert [finding.verdict for finding in found] == [Verdict.PASS] * 5 + [Verdict.SKIP]


def test_every_host_and_its_certificate_reach_istiod(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api
    unfilled = "www-tls"  # the Secret is somebody else's to make
    changed = running.configured(gatewayHosts=HOSTS, gatewayCertificateSecret=unfilled, gatewayReplicas=2)

    changed.up()

    again = changed.call("preview", "--expect-no-changes")
    objects = client.CustomObjectsApi(running.api())
    made = objects.get_namespaced_custom_object(GROUP, "v1", "istio-ingress", "gateways", "ingress")
    budgets = client.PolicyV1Api(running.api())
    budget = budgets.read_namespaced_pod_disruption_budget("ingress-istio", "istio-ingress")
    found = gateway_stage.STAGE.check(Context(Expected.from_outputs("sandbox", changed.outputs())), lambda _: None)

    assert again.exit_code == 0, again.text
    attached = {each["name"]: each["attachedRoutes"] for each in made["status"]["listeners"]}
    assert attached == {"http": 1, "https": 1, "https-2": 1}
    assert budget.spec.max_unavailable == 1
    assert [str(each.cause) for each in found if each.verdict is Verdict.FAIL] == ["gateway-certificate-missing"]


def test_going_back_leaves_only_the_crds(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api
    given = dict.fromkeys([*BY_API, "gatewayHosts", "gatewayCertificateSecret"])

    outcome = running.configured(**given, gatewayReplicas=1).up()

    deployments = client.AppsV1Api(running.api()).list_namespaced_deployment("istio-ingress").items
    services = client.CoreV1Api(running.api()).list_namespaced_service("istio-ingress").items
    crds = client.ApiextensionsV1Api(running.api()).list_custom_resource_definition().items
    assert position(outcome, "create", "gateway-deployment") < position(outcome, "delete", "gateway-gateway")
    assert [each.metadata.name for each in (*deployments, *services)] == ["istio-ingressgateway"] * 2
    assert len([each for each in crds if each.spec.group == GROUP]) == 10


def test_crds_that_are_left_are_looked_after_again(by_api: tuple[Running, Outcome]) -> None:
    running, _ = by_api

    outcome = running.configured(**BY_API, gatewayHosts=None, gatewayCertificateSecret=None).up()

    assert ("create", "gateway-api-file:gateways.gateway.networking.k8s.io") in outcome.changed
