"""What a stack tells about its environment, for people and for the verification."""

import shlex
from dataclasses import dataclass
from typing import Any

import pulumi

from components.backends.backend import Backend
from components.cluster.handle import ClusterHandle
from components.configuration.machinery.certificates import fingerprints
from components.configuration.settings import Settings
from components.constants.names import COLLECTOR_NAMESPACE, GATEWAY_NAMESPACE, JAEGER
from components.constants.ports import JAEGER_QUERY_PORT
from components.gateway.entry import GatewayEntry
from components.model.bookinfo import PAGE
from components.model.revisions import Revisions
from components.model.spans import DECISION_WAIT
from components.tracing.otlp_server import APPLICATIONS_ENDPOINT
from components.tracing.plan import TracingPlan


@dataclass(frozen=True)
class EnvironmentOutputs:
    """What a stack tells: `exported` returns it under the names that `pulumi stack output` shows."""

    cluster: ClusterHandle
    gateway: GatewayEntry
    settings: Settings
    tracing: TracingPlan
    namespaces: list[str]

    def exported(self) -> dict[str, Any]:
        """Return the stack's outputs; the kubeconfig among them is a secret."""
        settings = self.settings
        outputs: dict[str, Any] = {
            "clusterName": self.cluster.name,
            "kubeconfig": self.cluster.kubeconfig,
            "istioVersion": str(settings.istio_version),
            "istioRevision": settings.revisions.main,
            "podNetwork": settings.pod_network.value,
            "tracingMode": self.tracing.mode.value,
            **_of_backend("backend", self.tracing.backend),
            "samplingPercentage": float(self.tracing.sampling_percentage),
            "ingressHost": self.gateway.host,
            "ingressPort": self.gateway.port,
            "gatewayUrl": self.gateway.url,
            "namespaces": self.namespaces,
            "gatewayNamespace": GATEWAY_NAMESPACE,
            "gatewayApi": settings.gateway_api,
        }
        if len(settings.revisions.names) > 1:
            outputs |= _revisions(settings.revisions)
        if self.tracing.has_collector:
            outputs["collectorNamespace"] = COLLECTOR_NAMESPACE
            outputs["otlpEndpoint"] = APPLICATIONS_ENDPOINT
        if self.tracing.tail_sampling:
            outputs["tailSampling"] = {"keeps": str(self.tracing.tail_sampling), "wait": DECISION_WAIT}
        if self.tracing.mirror:
            outputs |= _of_backend("mirror", self.tracing.mirror)
        if self.tracing.has_jaeger:
            outputs["jaegerNamespace"] = COLLECTOR_NAMESPACE
            outputs["tracesCommand"] = _traces_command(settings)
            outputs["tracesUrl"] = f"http://127.0.0.1:{JAEGER_QUERY_PORT}"
        if self.tracing.google_project:
            page = f"https://console.cloud.google.com/traces/explorer?project={self.tracing.google_project}"
            outputs.setdefault("tracesUrl", page)
            outputs["googleProject"] = self.tracing.google_project
        if settings.bookinfo:
            outputs["bookinfoNamespace"] = settings.bookinfo_namespace
            outputs["productPageUrl"] = pulumi.Output.concat(self.gateway.url, PAGE)
        return outputs


def _revisions(revisions: Revisions[Any]) -> dict[str, Any]:
    """Return which control planes there are and who asks for which, where there is more than one to ask for."""
    return {
        "istioRevisions": {revision: str(version) for revision, version in revisions.versions.items()},
        "istioTags": dict(revisions.tags),
        "namespaceRevisions": dict(revisions.namespaces),
        "standardRevision": revisions.standard,
    }


def _traces_command(settings: Settings) -> str:
    """Return the command that opens the way to Jaeger's page, at `tracesUrl`, for as long as it runs."""
    context = ["--context", settings.kube_context] if settings.kube_context else []
    words = ["kubectl", *context, "--namespace", COLLECTOR_NAMESPACE]
    return shlex.join([*words, "port-forward", f"deployment/{JAEGER}", str(JAEGER_QUERY_PORT)])


def _of_backend(prefix: str, backend: Backend) -> dict[str, Any]:
    ca = backend.ca_certificate
    return {
        f"{prefix}Address": str(backend.address),
        f"{prefix}Tls": backend.tls,
        f"{prefix}CaSha256": fingerprints(ca) if ca else [],
        f"{prefix}HeaderNames": _header_names(backend),
    }


def _header_names(backend: Backend) -> list[str]:
    return sorted({*backend.header_names, *([backend.token_header] if backend.token_header else [])})
