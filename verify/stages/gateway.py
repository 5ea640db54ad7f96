"""The gateway is ready, and reached where the stack's outputs say: address, DNS, port."""

from collections.abc import Callable
from typing import Final

from components.constants.names import GATEWAY, GATEWAY_SELECTOR
from verify.causes import Cause
from verify.cluster.addresses import connect, judge_address, resolve
from verify.cluster.deployments import complaints, replicas
from verify.cluster.pods import PROXY, is_over, is_ready, matches, name_of, why_not_ready
from verify.cluster.simulation import REASON
from verify.context import Context
from verify.outcomes import Finding, Verdict, failed, passed, skipped, warned
from verify.stage import Stage


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read Deployment and Service, then resolve the address and connect to it from this machine."""
    expected = context.expected
    ready = _readiness(context)
    if ready.verdict is Verdict.FAIL:
        return [ready]
    namespace = expected.gateway_namespace
    service = context.kubernetes.find(f"/api/v1/namespaces/{namespace}/services/{GATEWAY}")
    if service is None:
        return [
            ready,
            failed("the gateway has an address", Cause.GATEWAY_MISSING, f"no Service {namespace}/{GATEWAY}"),
        ]
    address = judge_address(service, expected)
    host, port = expected.ingress_host, expected.ingress_port
    if context.options.address:
        host, _, given = context.options.address.rpartition(":")
        port = int(given)
    elif address.verdict is Verdict.FAIL:
        return [ready, address]
    elif context.simulated_nodes:
        return [ready, address, skipped(f"port {port} of {host} is open", REASON, Cause.SIMULATED_NODES)]
    progress(f"connecting to {host}:{port}")
    known = resolve(host.strip("[]"))
    if known.verdict is Verdict.FAIL:
        return [ready, address, known]
    return [ready, address, known, connect(host.strip("[]"), port, namespace)]


STAGE: Final = Stage("gateway", "gateway", 17, check)


def _readiness(context: Context) -> Finding:
    namespace = context.expected.gateway_namespace
    title = f"the gateway in {namespace} is ready"
    deployment = context.kubernetes.find(f"/apis/apps/v1/namespaces/{namespace}/deployments/{GATEWAY}")
    if deployment is None:
        return failed(title, Cause.GATEWAY_MISSING, f"no Deployment {namespace}/{GATEWAY}")
    listed = context.kubernetes.items(f"/api/v1/namespaces/{namespace}/pods")
    pods = [pod for pod in listed if matches(pod, GATEWAY_SELECTOR) and not is_over(pod)]
    ready, wanted = [pod for pod in pods if is_ready(pod, PROXY)], replicas(deployment)[1]
    seen = f"{len(ready)} of {wanted} Pods ready"
    if len(ready) >= wanted > 0:
        return passed(title, seen)
    reasons = [f"Pod {name_of(pod)}: {why_not_ready(pod, PROXY)}" for pod in pods if pod not in ready]
    judge = warned if ready else failed
    return judge(title, Cause.GATEWAY_NOT_READY, seen, *(reasons or complaints(deployment)), namespace=namespace)
