"""What the tests of the verification share: an environment's outputs, and a cluster that is a table of objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from verify.cluster.api import Answer, KubernetesApi
from verify.context import Context, Options
from verify.expected import Expected
from verify.outcomes import Finding, StageResult, Verdict

OUTPUTS: Final[Mapping[str, Any]] = {
    "kubeconfig": "apiVersion: v1",
    "clusterName": "kind",
    "istioVersion": "1.27.0",
    "istioRevision": "default",
    "podNetwork": "istio-cni",
    "tracingMode": "opentelemetry",
    "backendAddress": "satellites.example.com:9292",
    "backendTls": True,
    "backendCaSha256": ["ab" * 32],
    "backendHeaderNames": ["lightstep-access-token"],
    "samplingPercentage": 100.0,
    "ingressHost": "192.0.2.1",
    "ingressPort": 80,
    "gatewayUrl": "http://192.0.2.1",
    "namespaces": ["bookinfo", "observability", "istio-ingress"],
    "gatewayNamespace": "istio-ingress",
    "gatewayApi": False,
    "collectorNamespace": "observability",
    "bookinfoNamespace": "bookinfo",
}


def expected(**outputs: Any) -> Expected:
    """Return an environment whose outputs differ from `OUTPUTS` in some."""
    return Expected.from_outputs("test", {**OUTPUTS, **outputs})


@dataclass
class Cluster:
    """Objects by their API path, in place of an API server.

    Arguments:
        objects: path -> object, or a list of them for a collection.
        answers: path -> the answer of a dry run or a call.
    """

    objects: Mapping[str, Any] = field(default_factory=dict[str, Any])
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])

    def find(self, path: str) -> Any:
        return self.objects.get(path)

    def items(self, path: str, query: Sequence[tuple[str, str]] = ()) -> Any:
        del query
        return self.objects.get(path, [])


def context(cluster: Cluster, options: Options | None = None, **outputs: Any) -> Context:
    """Return a run on `cluster`."""
    made = Context(expected(**outputs), options or Options())
    made.__dict__["kubernetes"] = cast("KubernetesApi", cluster)
    return made


def verdicts(findings: Sequence[Finding]) -> list[Verdict]:
    return [finding.verdict for finding in findings]


def causes(findings: Sequence[Finding]) -> list[str]:
    """Return the causes of all failures."""
    return [str(finding.cause) for finding in findings if finding.verdict is Verdict.FAIL]


def failures(results: list[StageResult]) -> list[tuple[str, str]]:
    """Return stage and cause of all that fails."""
    return [
        (result.id, str(finding.cause))
        for result in results
        for finding in result.findings
        if finding.verdict is Verdict.FAIL
    ]


def pod(
    name: str = "reviews-v1-x",
    *,
    proxy: str | None = "docker.io/istio/proxyv2:1.27.0",
    ready: bool = True,
    phase: str = "Running",
    labels: Mapping[str, str] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Return a Pod with a sidecar, or without one if `proxy` is `None`."""
    containers = [{"name": "app", "image": "app:1"}]
    if proxy:
        containers.append({"name": "istio-proxy", "image": proxy})
    state: dict[str, Any] = {"running": {}} if ready else {"waiting": {"reason": "ContainerCreating"}}
    return {
        "metadata": {
            "name": name,
            "labels": dict(labels or {}),
            "annotations": {"istio.io/rev": changes.get("revision", "default")},
        },
        "spec": {
            "nodeName": "node-1",
            "containers": containers,
            "volumes": [{"name": each, "secret": {"secretName": each}} for each in changes.get("secrets", [])],
        },
        "status": {
            "phase": phase,
            "containerStatuses": [{"name": each["name"], "ready": ready, "state": state} for each in containers],
        },
    }
