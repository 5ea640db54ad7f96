"""Jaeger in the cluster, where that is the backend: it is there, and ready to take spans."""

from collections.abc import Callable
from typing import Final

from components.constants.names import JAEGER, JAEGER_SELECTOR
from verify.causes import Cause
from verify.cluster.deployments import complaints, replicas
from verify.cluster.pods import is_over, is_ready, matches, name_of, why_not_ready
from verify.context import Context
from verify.outcomes import Finding, failed, passed, skipped
from verify.stage import Stage


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read its Deployment and its Pods."""
    namespace, api = context.expected.jaeger_namespace, context.kubernetes
    if namespace is None:
        return [skipped(STAGE.name, f"the backend is {context.expected.backend_address}")]
    title = f"Jaeger in {namespace} is ready"
    progress("reading its Deployment and its Pods")
    deployment = api.find(f"/apis/apps/v1/namespaces/{namespace}/deployments/{JAEGER}")
    if deployment is None:
        return [failed(title, Cause.JAEGER_MISSING, f"no Deployment {namespace}/{JAEGER}")]
    listed = api.items(f"/api/v1/namespaces/{namespace}/pods")
    pods = [pod for pod in listed if matches(pod, JAEGER_SELECTOR) and not is_over(pod)]
    ready = [pod for pod in pods if is_ready(pod, JAEGER)]
    if ready and replicas(deployment)[1]:
        return [passed(title, f"Pod {name_of(ready[0])}")]
    reasons = [f"Pod {name_of(pod)}: {why_not_ready(pod, JAEGER)}" for pod in pods] or complaints(deployment)
    return [failed(title, Cause.JAEGER_NOT_READY, *(reasons or ["it has no Pod"]), namespace=namespace)]


STAGE: Final = Stage("Jaeger in the cluster", "jaeger", 22, check)
