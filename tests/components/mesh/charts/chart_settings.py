"""Chart values as the program makes them, for the tests of the genuine charts."""

from typing import Any, Final

import yaml
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.backend import Backend
from components.constants.choices import PodNetwork, TracingMode
from components.mesh.chart_values import base_values, istiod_values
from components.model.chart_values import Values
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from tests.support.istio import RELEASE, Document, the

#: Where sidecars find the Collector.
COLLECTOR: Final = {"service": "otel-collector.observability.svc.cluster.local", "port": 4317}

#: A team's own values, as the sandbox and many a team have them.
EXTRA_BASE: Final[Values] = {"base": {"validationURL": "https://127.0.0.1:15017/validate"}}
EXTRA_ISTIOD: Final[Values] = {
    **EXTRA_BASE,
    "istiodRemote": {"injectionURL": "https://127.0.0.1:15017/inject"},
    "pilot": {"autoscaleMax": 9, "env": {"PILOT_ENABLE_STATUS": "true"}},
    "global": {"proxy": {"logLevel": "info"}},
    "meshConfig": {
        "accessLogFile": "/dev/stdout",
        "extensionProviders": [{"name": "access-log", "envoyFileAccessLog": {"path": "/dev/stdout"}}],
    },
}


def base(revision: str | None = None, extra: Values | None = None) -> Values:
    """Return the values of the base chart."""
    return base_values(revision=revision, extra=extra or {})


def istiod(
    revision: str | None = None,
    extra: Values | None = None,
    pod_network: PodNetwork = PodNetwork.INIT_CONTAINER,
) -> Values:
    """Return the values of the istiod chart."""
    backend = Backend(BackendAddress("ingest.example.com", 443), tls=True, token_header="api-key")
    tracing = tracing_values(TracingPlan(Version(RELEASE), TracingMode.OPENTELEMETRY, backend))
    return istiod_values(
        version=RELEASE,
        hub="docker.io/istio",
        revision=revision,
        replicas=2,
        pod_network=pod_network,
        tracing=tracing,
        extra=extra or {},
    )


def mesh_config(documents: list[Document], revision: str | None = None) -> dict[str, Any]:
    """Return the mesh configuration that istiod reads."""
    config_map = the(documents, "ConfigMap", f"istio-{revision}" if revision else "istio")
    return yaml.safe_load(config_map["data"]["mesh"])
