"""What the genuine istiod tells sidecars of tracing."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from local.paths import PROJECT
from tests.sandbox.environment.running import Running, client
from tests.support.istio import RELEASE


@dataclass(frozen=True)
class Tracing:
    """How one listener of a sidecar traces.

    Arguments:
        message: Envoy's `HttpConnectionManager.Tracing` as JSON.
    """

    message: dict[str, Any]

    @property
    def sampling(self) -> float:
        """Percentage of requests that are traced."""
        return self.message["randomSampling"]["value"]

    @property
    def tags(self) -> set[str]:
        """Names of the tags that spans get."""
        return {tag["tag"] for tag in self.message["customTags"]}

    @property
    def tracer(self) -> str:
        """Name of Envoy's tracer."""
        return self.message["provider"]["name"]

    @property
    def service_name(self) -> str:
        """Service that the spans are reported for; empty if the tracer is told none."""
        return self._configuration.get("serviceName", "")

    @property
    def cluster(self) -> str:
        """Envoy's cluster that the spans are sent to."""
        return self._configuration["grpcService"]["envoyGrpc"]["clusterName"]

    @property
    def metadata(self) -> dict[str, str]:
        """Headers that the spans are sent with."""
        return {it["key"]: it["value"] for it in self._configuration["grpcService"].get("initialMetadata", [])}

    @property
    def _configuration(self) -> dict[str, Any]:
        return self.message["provider"]["typedConfig"]


def tracing_of(running: Running, application: str, namespace: str, release: str = RELEASE) -> list[Tracing]:
    """Ask istiod, as the sidecar of an application's Pod would, for its listeners, and return how they trace."""
    pods = client.CoreV1Api(running.api()).list_namespaced_pod(namespace).items
    pod = next(
        it
        for it in pods
        if application in {it.metadata.labels.get("app"), it.metadata.labels.get("app.kubernetes.io/name")}
    )
    metadata = {"NAMESPACE": namespace, "ISTIO_VERSION": release, "CLUSTER_ID": "Kubernetes"}
    node = {
        "id": f"sidecar~{pod.status.pod_ip}~{pod.metadata.name}.{namespace}~{namespace}.svc.cluster.local",
        "cluster": f"{application}.{namespace}",  # as the injector names it
        "metadata": {**metadata, "LABELS": pod.metadata.labels},
    }
    command = [sys.executable, "-m", "tests.support.xds", f"127.0.0.1:{running.istiod_port('grpcAddr')}"]
    asked = subprocess.run(
        command, cwd=PROJECT, input=json.dumps(node), capture_output=True, text=True, check=False, timeout=60
    )
    assert asked.returncode == 0, asked.stderr
    return [Tracing(message) for message in json.loads(asked.stdout)]
