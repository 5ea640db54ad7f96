"""Every Pod has its sidecar, and traces with our provider: what the mesh is told, and what each proxy made of it."""

from collections.abc import Callable, Iterator
from typing import Final

from common.plain import at
from components.constants.choices import TracingMode
from components.constants.names import (
    COLLECTOR,
    COLLECTOR_SELECTOR,
    ISTIO_NAMESPACE,
    JAEGER_SELECTOR,
    MESH_DEFAULT,
    SATELLITE_HOST,
)
from components.versions.istio import row_for
from verify.causes import Cause
from verify.cluster.api import ClusterError, KubernetesApi
from verify.cluster.mesh_tracing import judge_provider, judge_telemetry
from verify.cluster.pods import PROXY, Pod, is_ready, matches, name_of
from verify.cluster.proxy_configuration import LIGHTSTEP_TRACERS, ProxyTracing, tracing_of
from verify.cluster.sidecars import Seen, judge_sidecars
from verify.cluster.simulation import REASON
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Finding, Verdict, any_failed, failed, passed, skipped
from verify.stage import Stage
from verify.stages.namespaces import judge_namespace


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the Pods, then what the mesh is told, then what each proxy has made of it."""
    api, expected = context.kubernetes, context.expected
    found: list[Finding] = []
    traced: list[tuple[str, Pod]] = []
    for namespace in expected.namespaces:
        progress(f"Pods of {namespace}")
        labelled = judge_namespace(namespace, api.find(f"/api/v1/namespaces/{namespace}"), expected)
        if labelled.verdict is Verdict.FAIL:
            found.append(skipped(f"Pods of {namespace} have sidecars", "because the namespace asks for none"))
            continue
        seen = _seen(api, namespace)
        found += judge_sidecars(seen, expected.of(namespace))
        traced += [(namespace, pod) for pod in seen.pods if _is_traced(pod)]
    told = [finding for each in expected.control_planes for finding in _told(api, each)]
    found += told
    if any_failed(told):
        return [*found, skipped("proxies trace to our provider", "because the mesh is told otherwise")]
    return [*found, _proxies(context, traced, progress)]


STAGE: Final = Stage(
    "sidecars", "sidecars", 13, check, needs=frozenset({"cluster", "control-plane", "pod-network", "additions"})
)


def _seen(api: KubernetesApi, namespace: str) -> Seen:
    core = f"/api/v1/namespaces/{namespace}"
    return Seen(
        namespace,
        pods=api.items(f"{core}/pods"),
        deployments=api.items(f"/apis/apps/v1/namespaces/{namespace}/deployments"),
        secrets=api.names(f"{core}/secrets"),
    )


def _is_traced(pod: Pod) -> bool:
    """Tell whether a Pod's proxy can be asked, and reports spans; that of the Collector does not, on purpose."""
    return is_ready(pod, PROXY) and not any(matches(pod, each) for each in (COLLECTOR_SELECTOR, JAEGER_SELECTOR))


def _told(api: KubernetesApi, expected: Expected) -> list[Finding]:
    name = f"istio{expected.revision_suffix}"
    mesh = api.find(f"/api/v1/namespaces/{ISTIO_NAMESPACE}/configmaps/{name}")
    provider = judge_provider(str(at(mesh, "data", "mesh") or ""), expected)
    row = row_for(expected.istio_version)
    if provider.verdict is Verdict.FAIL or not row.telemetry_in(expected.tracing_mode):
        return [provider]
    path = f"/apis/{row.telemetry_api}/namespaces/{ISTIO_NAMESPACE}/telemetries/{MESH_DEFAULT}"
    return [provider, *judge_telemetry(api.find(path), expected)]


def _proxies(context: Context, pods: list[tuple[str, Pod]], progress: Callable[[str], None]) -> Finding:
    """Ask each proxy for its configuration, since a proxy that lost istiod keeps an old one."""
    title = "proxies trace to our provider"
    real = [(namespace, pod) for namespace, pod in pods if pod["spec"].get("nodeName") not in context.simulated_nodes]
    if not real:
        return skipped(title, REASON, Cause.SIMULATED_NODES) if pods else skipped(title, "no proxy is ready")
    wrong: list[str] = []
    for number, (namespace, pod) in enumerate(real, start=1):
        progress(f"configuration of proxy {number} of {len(real)}, {namespace}/{name_of(pod)}")
        try:
            dump = context.kubernetes.execute(
                namespace, name_of(pod), PROXY, ["pilot-agent", "request", "GET", "config_dump"]
            )
            tracing = tracing_of(dump)
        except (ClusterError, ValueError) as error:
            return skipped(title, f"a proxy can't be asked: {error}", Cause.NOT_TO_BE_SEEN)
        if not any(is_ours(each, context.expected) for each in tracing):
            shown = ", ".join(sorted(f"{each.tracer} to {each.cluster or '?'}" for each in tracing)) or "nothing"
            wrong.append(f"{namespace}/{name_of(pod)} traces with {shown}")
    if wrong:
        namespace = wrong[0].partition("/")[0]
        return failed(title, Cause.SIDECAR_OTHER_PROVIDER, *wrong, namespace=namespace)
    return passed(title, f"{len(real)} proxies asked, each for its own configuration")


def is_ours(tracing: ProxyTracing, expected: Expected) -> bool:
    """Tell whether a proxy's tracing goes where the stack says."""
    if expected.tracing_mode is TracingMode.NATIVE:
        return tracing.tracer in LIGHTSTEP_TRACERS
    return any(f"||{host}" in tracing.cluster for host in _hosts(expected))


def _hosts(expected: Expected) -> Iterator[str]:
    if expected.tracing_mode is TracingMode.OPENTELEMETRY:
        yield f"{COLLECTOR}.{expected.collector_namespace}."
    else:
        yield expected.backend_address.rpartition(":")[0]
        yield SATELLITE_HOST
