"""Broken objects on a real node: the verification names each, nothing else, and is content once it is fixed."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import pytest
import yaml

from components.configuration.machinery.certificates import fingerprints
from tests.demo.node.broken import Break, BreakableNode, Broken, assert_named_and_repaired, by_api
from tests.demo.node.running_node import eventually
from tests.support.certificates import authority, expired_authority
from tests.support.thorough import one_of_each_kind
from tests.verify.changes import (
    COLLECTOR,
    OBSERVABILITY,
    POLICY,
    TELEMETRY,
    changed,
    labelled,
    patched,
    request,
    rolled_out,
    secret,
    stale_webhook,
    without,
    without_sidecar,
)
from verify.causes import Cause

CNI_AGENT: Final = "/apis/apps/v1/namespaces/istio-cni/daemonsets/istio-cni-node"
GATEWAY: Final = "/api/v1/namespaces/istio-ingress/services/ingress-istio"
GATEWAY_OVERLAYS: Final = "/api/v1/namespaces/istio-ingress/configmaps/ingress-overlays"


@contextmanager
def expired_ca(node: BreakableNode) -> Generator[dict[str, Any]]:
    """Let the stack's CA be one that has expired an hour ago."""
    pem = expired_authority().pem
    with secret("lightstep.cacert", "cacert.pem", pem)(node.api):
        yield {"backendCaSha256": fingerprints(pem)}


@contextmanager
def without_ca_secret(node: BreakableNode) -> Generator[None]:
    """Take the CA Secret away and the Collector's Pod: the next one stays in ContainerCreating."""
    with without(f"{OBSERVABILITY}/secrets/lightstep.cacert")(node.api):
        node.end_collector()
        yield
    node.renew_collector()  # the kubelet tries to mount the Secret ever more rarely


@contextmanager
def no_collector(node: BreakableNode) -> Generator[None]:
    """Take all of the Collector's Pods away."""
    with changed(COLLECTOR, {"spec": {"replicas": 0}})(node.api):
        rolled_out(node.api, COLLECTOR)
        yield
    rolled_out(node.api, COLLECTOR)


def agents_ready(node: BreakableNode) -> None:
    """Wait until each node has its CNI agent again."""

    def status() -> dict[str, Any]:
        found = request(node.api, "GET", CNI_AGENT)
        return found["status"] | {"seen": found["status"].get("observedGeneration") == found["metadata"]["generation"]}

    def ready(status: Mapping[str, Any]) -> bool:
        counts = {status.get(each, 0) for each in ("numberReady", "updatedNumberScheduled")}
        return bool(status["seen"]) and counts == {status["desiredNumberScheduled"]} != {0}

    last = eventually(status, ready, 60)
    assert ready(last), last


@contextmanager
def no_cni_agent(node: BreakableNode) -> Generator[None]:
    """Take the CNI agent away."""
    with without(CNI_AGENT)(node.api):
        yield
    agents_ready(node)


@contextmanager
def crashing_cni_agent(node: BreakableNode) -> Generator[None]:
    """Let the CNI agent end at its start."""
    (container,) = request(node.api, "GET", CNI_AGENT)["spec"]["template"]["spec"]["containers"]
    broken = container | {"args": ["--no-such-flag"]}

    def agent_is(containers: list[Any]) -> dict[str, Any]:
        return {"spec": {"template": {"spec": {"containers": containers}}}}

    def restarts() -> list[int]:
        pods = request(node.api, "GET", "/api/v1/namespaces/istio-cni/pods")["items"]
        return [each["restartCount"] for pod in pods for each in pod["status"].get("containerStatuses", ())]

    with patched(CNI_AGENT, agent_is([broken]), agent_is([container]), node.api):
        assert eventually(restarts, any, 60)
        yield
    agents_ready(node)


def gateway_of_type(service_type: str) -> Break:
    """Let istiod make the gateway's Service of another type; afterwards of its own, at its former port of the node."""

    @contextmanager
    def change(node: BreakableNode) -> Generator[None]:
        ports = request(node.api, "GET", GATEWAY)["spec"]["ports"]
        overlay = yaml.safe_load(request(node.api, "GET", GATEWAY_OVERLAYS)["data"]["service"])
        other = overlay | {"spec": overlay["spec"] | {"type": service_type}}
        with changed(GATEWAY_OVERLAYS, {"data": {"service": yaml.safe_dump(other)}})(node.api):
            made_by_istiod(node, service_type)
            yield
        made_by_istiod(node, overlay["spec"]["type"])
        request(node.api, "PATCH", GATEWAY, {"spec": {"ports": ports}})

    return change


def made_by_istiod(node: BreakableNode, service_type: str) -> None:
    """Wait until the gateway's Service has a type."""
    last = eventually(lambda: request(node.api, "GET", GATEWAY)["spec"]["type"], lambda it: it == service_type, 30)
    assert last == service_type


SAMPLING: Final = {"tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": 10}]}

BROKEN: Final[Mapping[str, Broken]] = {
    "label removed": Broken(by_api(labelled(**{"istio-injection": None})), "namespaces", Cause.INJECTION_LABEL_MISSING),
    "webhook's CA stale": Broken(
        by_api(stale_webhook(authority("other").pem)), "control-plane", Cause.WEBHOOK_CA_STALE
    ),
    "CNI agent missing": Broken(no_cni_agent, "pod-network", Cause.CNI_AGENT_MISSING),
    "CNI agent that crashes": Broken(crashing_cni_agent, "pod-network", Cause.CNI_AGENT_NOT_READY),
    "sampling 10": Broken(by_api(changed(TELEMETRY, {"spec": SAMPLING})), "sidecars", Cause.SAMPLING_OTHER),
    "CA Secret missing": Broken(without_ca_secret, "ca-certificate", Cause.CA_SECRET_MISSING),
    "CA expired": Broken(expired_ca, "ca-certificate", Cause.CA_EXPIRED),
    "NetworkPolicy that blocks the Collector": Broken(
        by_api(changed(POLICY, {"spec": {"ingress": [], "egress": []}})), "collector", Cause.COLLECTOR_BLOCKED
    ),
    "gateway without a load balancer's address": Broken(
        gateway_of_type("LoadBalancer"), "gateway", Cause.GATEWAY_NOT_PROGRAMMED
    ),
    "gateway without a node's port": Broken(gateway_of_type("ClusterIP"), "gateway", Cause.GATEWAY_WITHOUT_ADDRESS),
    "Collector down": Broken(no_collector, "collector", Cause.COLLECTOR_NOT_READY),
    "Deployment without sidecar": Broken(by_api(without_sidecar("details-v1")), "sidecars", Cause.SIDECAR_MISSING),
}


@pytest.mark.parametrize("broken", one_of_each_kind(BROKEN, lambda case: case.stage))
def test_a_broken_object_is_named_and_nothing_else(breakable: BreakableNode, broken: str) -> None:
    assert_named_and_repaired(breakable, BROKEN[broken])
