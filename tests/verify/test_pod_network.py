"""Istio's CNI agent on each node, judged by objects."""

from typing import Any

import pytest

from tests.verify.support import Cluster, context
from verify.causes import Cause
from verify.outcomes import Finding, Verdict
from verify.stages import pod_network

AGENT = "/apis/apps/v1/namespaces/istio-cni/daemonsets/istio-cni-node"
PODS = "/api/v1/namespaces/istio-cni/pods"
NODES = "/api/v1/nodes"


def node(name: str, system: str = "linux") -> dict[str, Any]:
    return {"metadata": {"name": name, "labels": {"kubernetes.io/os": system}}}


def agent(of: str, *, ready: bool = True, **metadata: Any) -> dict[str, Any]:
    state: dict[str, Any] = {"running": {}} if ready else {"waiting": {"reason": "CrashLoopBackOff"}}
    return {
        "metadata": {"name": f"agent-{of}", "labels": {"k8s-app": "istio-cni-node"}, **metadata},
        "spec": {"nodeName": of},
        "status": {"containerStatuses": [{"name": "install-cni", "ready": ready, "state": state}]},
    }


def judged(pods: list[Any], nodes: list[Any]) -> Finding:
    (found,) = pod_network.check(context(Cluster({AGENT: {}, PODS: pods, NODES: nodes})), lambda _: None)
    return found


def test_a_ready_agent_on_each_linux_node_passes() -> None:
    found = judged([agent("a"), agent("b")], [node("a"), node("b"), node("c", "windows")])

    assert (found.verdict, found.evidence) == (Verdict.PASS, ("2 nodes",))


@pytest.mark.parametrize(
    ("pods", "evidence"),
    [
        ([agent("a")], "node b: it has no agent"),
        ([agent("a"), agent("b", deletionTimestamp="2026-11-28T00:00:00Z")], "node b: it has no agent"),
        ([agent("a"), agent("b", labels={})], "node b: it has no agent"),
        ([agent("a"), agent("b", ready=False)], "node b: Pod agent-b: waiting: CrashLoopBackOff"),
    ],
    ids=["missing", "going", "another Pod", "crashes"],
)
def test_a_node_without_a_ready_agent_is_named(pods: list[Any], evidence: str) -> None:
    found = judged(pods, [node("a"), node("b")])

    assert (found.verdict, found.cause, found.evidence) == (Verdict.FAIL, Cause.CNI_AGENT_NOT_READY, (evidence,))


def test_a_missing_daemon_set_is_named() -> None:
    (found,) = pod_network.check(context(Cluster()), lambda _: None)

    assert found.cause is Cause.CNI_AGENT_MISSING


def test_init_containers_need_no_agent() -> None:
    (found,) = pod_network.check(context(Cluster(), podNetwork="init-container"), lambda _: None)

    assert found.verdict is Verdict.PASS
