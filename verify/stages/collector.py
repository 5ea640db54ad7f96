"""The Collector is ready, NetworkPolicies let spans through it, and its counters say that they leave."""

from collections.abc import Callable
from typing import Final

from components.constants.names import COLLECTOR
from verify.causes import Cause
from verify.cluster.collector import CollectorReading
from verify.cluster.deployments import complaints, replicas
from verify.cluster.network_policies import judge_network_policies
from verify.cluster.pods import mounted_secrets, name_of, why_not_ready
from verify.context import Context
from verify.expected import TailSampling
from verify.outcomes import Finding, Verdict, failed, passed, skipped, warned
from verify.stage import Stage


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read Deployment, Pods and NetworkPolicies, then the counters and the log of every Pod."""
    expected, api = context.expected, context.kubernetes
    namespace = expected.collector_namespace
    if namespace is None:
        return [skipped(STAGE.name, f"mode {expected.tracing_mode}: sidecars send to the backend themselves")]
    title = f"Collector in {namespace} is ready"
    deployment = api.find(f"/apis/apps/v1/namespaces/{namespace}/deployments/{COLLECTOR}")
    if deployment is None:
        return [failed(title, Cause.COLLECTOR_MISSING, f"no Deployment {namespace}/{COLLECTOR}")]
    progress("reading its counters and its log")
    reading = context.collector or CollectorReading()
    wanted = replicas(deployment)[1]
    ready = judge_readiness(reading, wanted, namespace, complaints(deployment))
    if ready.verdict is Verdict.FAIL:
        return [ready]
    policies = api.items(f"/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies")
    # As the namespaces are to be labelled: a label that is missing has a stage of its own.
    addresses = [backend.address for backend in expected.backends]
    let_through = judge_network_policies(policies, namespace, addresses, expected.revisions.labels)
    if let_through.verdict is Verdict.FAIL:
        return [ready, let_through]
    kept = [keeping(expected.tail_sampling)] if expected.tail_sampling else []
    to_mirror = judge_sending(reading.mirror, namespace, mirror=True) if reading.mirror else []
    return [ready, let_through, *kept, *judge_sending(reading, namespace), *to_mirror]


# What the CA or the token break shows here too: the Collector does not start, or fails to send.
STAGE: Final = Stage(
    "Collector", "collector", 16, check, needs=frozenset({"cluster", "ca-certificate", "access-token", "jaeger"})
)


def judge_readiness(reading: CollectorReading, wanted: int, namespace: str, complaints: list[str]) -> Finding:
    """Return whether the Collector has ready Pods, by its own container and not by its sidecar."""
    title = f"Collector in {namespace} is ready"
    seen = f"{len(reading.ready)} of {wanted} Pods ready"
    if len(reading.ready) >= wanted > 0:
        return passed(title, seen)
    reasons = [
        f"Pod {name_of(pod)}: {why_not_ready(pod, COLLECTOR)}; it mounts {', '.join(sorted(mounted_secrets(pod)))}"
        for pod in reading.pods
        if pod not in reading.ready
    ]
    judge = warned if reading.ready and wanted else failed
    return judge(title, Cause.COLLECTOR_NOT_READY, seen, *(reasons or complaints), namespace=namespace)


def keeping(wanted: TailSampling) -> Finding:
    """Return what is said of whole traces that are dropped on purpose."""
    held = f"spans leave it {wanted.wait:g} s after the first of their trace has come"
    return warned("every trace is kept", Cause.TRACES_SAMPLED, f"it keeps {wanted.keeps}", held)


def judge_sending(reading: CollectorReading, namespace: str, *, mirror: bool = False) -> list[Finding]:
    """Return what counters and log say of the spans on their way to the backend, or to the second one."""
    title = f"spans leave the Collector{' for the mirror' if mirror else ''}"
    if reading.complaint is not None:
        seen = f"its log: {reading.complaint.line}"
        counted = [str(reading.counters)] if reading.counters else []
        return [failed(title, reading.complaint.cause, seen, *counted, namespace=namespace)]
    if reading.counters is None:
        cause = Cause.SIMULATED_NODES if reading.simulated else Cause.NOT_TO_BE_SEEN
        return [skipped(title, reading.unseen, cause)]
    counters = reading.counters
    if counters.lost:
        return [warned(title, Cause.COLLECTOR_DROPS_SPANS, str(counters), namespace=namespace)]
    return [passed(title, str(counters))]
