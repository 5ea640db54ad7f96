"""Istio's CNI plugin has its agent on every node, so that new Pods' traffic goes through their sidecars."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from common.plain import map_at
from components.constants.choices import PodNetwork
from components.constants.names import CNI_AGENT, CNI_AGENT_SELECTOR, CNI_NAMESPACE
from verify.causes import Cause
from verify.cluster.pods import Pod, is_over, is_ready, matches, name_of, why_not_ready
from verify.context import Context
from verify.outcomes import Finding, failed, passed
from verify.stage import Stage

#: The agent's container.
_CONTAINER: Final = "install-cni"


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the agent's DaemonSet, its Pods, and the nodes."""
    if context.expected.pod_network is not PodNetwork.ISTIO_CNI:
        return [passed("Pods need no agent on their nodes", f"podNetwork is {context.expected.pod_network}")]
    progress("reading the CNI agent's Pods and the nodes")
    api = context.kubernetes
    agent = api.find(f"/apis/apps/v1/namespaces/{CNI_NAMESPACE}/daemonsets/{CNI_AGENT}")
    pods = api.items(f"/api/v1/namespaces/{CNI_NAMESPACE}/pods")
    return [judge_agent(agent, pods, api.items("/api/v1/nodes"))]


STAGE: Final = Stage("pod network", "pod-network", 21, check)


def judge_agent(agent: Mapping[str, Any] | None, pods: Sequence[Pod], nodes: Sequence[Mapping[str, Any]]) -> Finding:
    """Return whether each Linux node has a ready agent of Istio's CNI plugin."""
    title = "each node has its CNI agent"
    if agent is None:
        return failed(title, Cause.CNI_AGENT_MISSING, f"no DaemonSet {CNI_NAMESPACE}/{CNI_AGENT}")
    agents = {
        str(pod["spec"].get("nodeName")): pod for pod in pods if matches(pod, CNI_AGENT_SELECTOR) and not is_over(pod)
    }
    names = [str(node["metadata"]["name"]) for node in nodes if _is_linux(node)]
    wrong = [f"node {name}: {why}" for name in names if (why := _complaint(agents.get(name)))]
    if wrong:
        return failed(title, Cause.CNI_AGENT_NOT_READY, *wrong)
    return passed(title, f"{len(names)} nodes")


def _is_linux(node: Mapping[str, Any]) -> bool:
    return map_at(node, "metadata", "labels").get("kubernetes.io/os", "linux") == "linux"


def _complaint(pod: Pod | None) -> str:
    if pod is None:
        return "it has no agent"
    return "" if is_ready(pod, _CONTAINER) else f"Pod {name_of(pod)}: {why_not_ready(pod, _CONTAINER)}"
