"""The Istio releases whose genuine charts the tests render, in each tracing mode that they allow."""

from decimal import Decimal
from typing import Final

from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.constants.choices import PodNetwork, TracingMode
from components.kubernetes.secret_values import revealed
from components.mesh.chart_values import istiod_values
from components.model.chart_values import Values
from components.model.spans import CustomTags, EnvironmentTag, HeaderTag, LiteralTag
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from components.versions.istio import row_for
from local.toolchain.istio_files import CHART_RELEASES

TOKEN: Final = "correct-horse-battery"
SATELLITES: Final = Backend(
    BackendAddress("lightstep-satellite.lightstep", 9292), tls=True, token_header=LIGHTSTEP_HEADER
)
TAGS: Final[CustomTags] = {
    "environment": LiteralTag("test"),
    "user": HeaderTag("x-user", "nobody"),
    "zone": EnvironmentTag("ZONE"),
}


#: Each release, in each mode that it allows.
CASES: Final = [(release, mode) for release in CHART_RELEASES for mode in row_for(Version(release)).modes]


def plan_for(release: str, mode: TracingMode, backend: Backend = SATELLITES) -> TracingPlan:
    """Return how a mesh of a release traces in a mode."""
    return TracingPlan(
        Version(release), mode, backend, token=SecretStr(TOKEN), sampling_percentage=Decimal("12.5"), custom_tags=TAGS
    )


def values_for(release: str, mode: TracingMode, backend: Backend = SATELLITES, extra: Values | None = None) -> Values:
    """Return the values of the istiod chart as helm takes them."""
    values = istiod_values(
        version=release,
        hub="docker.io/istio",
        revision=None,
        replicas=2,
        pod_network=PodNetwork.INIT_CONTAINER,
        tracing=tracing_values(plan_for(release, mode, backend)),
        extra=extra or {},
    )
    return revealed(values)  # as the provider hands it to helm
