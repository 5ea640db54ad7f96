"""How the genuine istiod is run as a process on this machine instead of in a Pod."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.chart_values import ISTIO_NAMESPACE
from sandbox.ports import LOOPBACK, free_ports


@dataclass(frozen=True)
class Istiod:
    """What one istiod is: its program, where its webhooks listen, and its revision.

    Arguments:
        program: path of `pilot-discovery`.
        webhook_port: port of the injection and validation webhooks on the loopback address; the charts' values name it.
        revision: Istio revision of the control plane; default: none, which the charts call `default`.
    """

    program: Path
    webhook_port: int
    revision: str | None = None

    @property
    def deployment(self) -> str:
        """Name of the Deployment that the chart makes for it."""
        return self._with_revision("istiod")

    @property
    def injector(self) -> str:
        """Name of its injection template's ConfigMap, and of its injection webhook."""
        return self._with_revision("istio-sidecar-injector")

    def command(self, kubeconfig: Path) -> list[str]:
        """Return its command line; ports besides the webhooks' are free ones, nobody in the sandbox asks for them."""
        http, grpc, secure_grpc, monitoring, control = free_ports(5)
        return [
            str(self.program),
            "discovery",
            f"--kubeconfig={kubeconfig}",
            f"--httpsAddr={LOOPBACK}:{self.webhook_port}",
            f"--httpAddr={LOOPBACK}:{http}",
            f"--grpcAddr={LOOPBACK}:{grpc}",
            f"--secureGRPCAddr={LOOPBACK}:{secure_grpc}",
            f"--monitoringAddr={LOOPBACK}:{monitoring}",
            f"--ctrlz_address={LOOPBACK}",
            f"--ctrlz_port={control}",
        ]

    def environment(self) -> Mapping[str, str]:
        """Return its environment: what the chart's Deployment would give it, and the address for its certificate."""
        return {
            **os.environ,
            "ISTIOD_CUSTOM_HOST": LOOPBACK,  # or the webhooks' certificate lacks the address and calls fail
            "POD_NAME": "istiod-sandbox",
            "POD_NAMESPACE": ISTIO_NAMESPACE,
            "REVISION": self.revision or "default",
            "CLUSTER_ID": "Kubernetes",
            "INJECTION_WEBHOOK_CONFIG_NAME": self.injector,
            "VALIDATION_WEBHOOK_CONFIG_NAME": f"{self._with_revision('istio-validator')}-{ISTIO_NAMESPACE}",
        }

    def _with_revision(self, name: str) -> str:
        return f"{name}-{self.revision}" if self.revision else name
