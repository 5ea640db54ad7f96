"""The gateway is ready, and reached where the stack's outputs say: address, DNS, port."""

from collections.abc import Callable
from typing import Final

from common.kubernetes_api import label_selector
from components.model.gateway import API_GATEWAY
from verify.causes import Cause
from verify.cluster.addresses import connect, judge_address, resolve
from verify.cluster.deployments import complaints, replicas
from verify.cluster.gateway_api import gateway_path, judge_listeners, judge_programmed, judge_route, route_path
from verify.cluster.pods import PROXY, is_over, is_ready, matches, name_of, why_not_ready
from verify.cluster.simulation import REASON
from verify.context import Context
from verify.outcomes import Finding, Verdict, failed, passed, skipped, warned
from verify.stage import Stage


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the gateway's objects, then resolve the address and connect to it from this machine."""
    made = _objects(context)
    if any(finding.verdict is Verdict.FAIL for finding in made):
        return made
    return [*made, *_way_in(context, progress)]


# By the Gateway API a route may hang on the gateway only from a namespace that asks for sidecars.
STAGE: Final = Stage("gateway", "gateway", 17, check, needs=frozenset({"cluster", "namespaces"}))


def _objects(context: Context) -> list[Finding]:
    """Return what holds of the Deployment, and by the Gateway API of the Gateway and the route that hangs on it."""
    expected = context.expected
    namespace = expected.gateway_namespace
    if not expected.gateway_api:
        return [_readiness(context)]
    gateway = context.kubernetes.find(gateway_path(namespace))
    if gateway is None:
        title = f"there is a Gateway in {namespace}"
        return [failed(title, Cause.GATEWAY_MISSING, f"no Gateway {namespace}/{API_GATEWAY}")]
    found = [_readiness(context), judge_programmed(gateway, namespace), judge_listeners(gateway, namespace)]
    if expected.bookinfo_namespace:
        route = context.kubernetes.find(route_path(expected.bookinfo_namespace))
        found.append(judge_route(route, expected.bookinfo_namespace))
    first = next((finding for finding in found if finding.verdict is Verdict.FAIL), None)
    return [first] if first else found  # each is in effect only once those before it are


def _way_in(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Return what holds of the gateway's address, its name and its port."""
    expected = context.expected
    namespace, name = expected.gateway_namespace, expected.gateway.name
    service = context.kubernetes.find(f"/api/v1/namespaces/{namespace}/services/{name}")
    if service is None:
        return [failed("the gateway has an address", Cause.GATEWAY_MISSING, f"no Service {namespace}/{name}")]
    address = judge_address(service, expected)
    host, port = expected.ingress_host, expected.ingress_port
    if context.options.address:
        host, _, given = context.options.address.rpartition(":")
        port = int(given)
    elif address.verdict is Verdict.FAIL:
        return [address]
    elif context.simulated_nodes:
        return [address, skipped(f"port {port} of {host} is open", REASON, Cause.SIMULATED_NODES)]
    progress(f"connecting to {host}:{port}")
    known = resolve(host.strip("[]"))
    if known.verdict is Verdict.FAIL:
        return [address, known]
    return [address, known, connect(host.strip("[]"), port, namespace, name)]


def _readiness(context: Context) -> Finding:
    namespace, form = context.expected.gateway_namespace, context.expected.gateway
    title = f"the gateway in {namespace} is ready"
    deployment = context.kubernetes.find(f"/apis/apps/v1/namespaces/{namespace}/deployments/{form.name}")
    if deployment is None:
        return failed(title, Cause.GATEWAY_MISSING, f"no Deployment {namespace}/{form.name}")
    listed = context.kubernetes.items(f"/api/v1/namespaces/{namespace}/pods")
    pods = [pod for pod in listed if matches(pod, form.selector) and not is_over(pod)]
    ready, wanted = [pod for pod in pods if is_ready(pod, PROXY)], replicas(deployment)[1]
    seen = f"{len(ready)} of {wanted} Pods ready"
    if len(ready) >= wanted > 0:
        return passed(title, seen)
    reasons = [f"Pod {name_of(pod)}: {why_not_ready(pod, PROXY)}" for pod in pods if pod not in ready]
    judge = warned if ready else failed
    evidence = (seen, *(reasons or complaints(deployment)))
    selector = label_selector(form.selector)
    return judge(title, Cause.GATEWAY_NOT_READY, *evidence, namespace=namespace, selector=selector)
