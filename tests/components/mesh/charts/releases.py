"""The Istio releases whose genuine charts the tests render, in each tracing mode that they allow."""

from decimal import Decimal
from typing import Final

from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.presets import LIGHTSTEP_HEADER, Backend
from components.constants.choices import TracingMode
from components.kubernetes.secret_values import revealed
from components.mesh.chart_values import istiod_values
from components.model.chart_values import Values
from components.model.spans import CustomTags, EnvironmentTag, HeaderTag, LiteralTag
from components.tracing.values import TracingDemand, tracing_values
from components.versions.istio import VersionRow, row_for
from components.versions.support import NEWEST_TESTED
from local.toolchain.istio_files import CHART_RELEASES
from tests.components.mesh.charts.chart_settings import COLLECTOR

TOKEN: Final = "correct-horse-battery"
SATELLITES: Final = Backend(
    BackendAddress("lightstep-satellite.lightstep", 9292), tls=True, token_header=LIGHTSTEP_HEADER
)
TAGS: Final[CustomTags] = {
    "environment": LiteralTag("test"),
    "user": HeaderTag("x-user", "nobody"),
    "zone": EnvironmentTag("ZONE"),
}


def row_of(release: str) -> VersionRow:
    """Return the row of the version table for a release; the main branch counts as the newest version tested."""
    return row_for(NEWEST_TESTED if release == "main" else Version(release))


def _has_istiod(release: str) -> bool:
    return release == "main" or Version(release) >= Version("1.6")


#: Releases with the charts istio-init and istio, and those with base and istiod.
WITH_MIXER: Final = tuple(each for each in CHART_RELEASES if not _has_istiod(each))
WITH_ISTIOD: Final = tuple(each for each in CHART_RELEASES if _has_istiod(each))

#: Each release with istiod, in each mode that it allows.
CASES: Final = [(release, mode) for release in WITH_ISTIOD for mode in row_of(release).modes]


def values_for(release: str, mode: TracingMode, backend: Backend = SATELLITES, extra: Values | None = None) -> Values:
    """Return the values of the istiod chart, of chart `istio` before 1.6, as helm takes them."""
    row = row_of(release)
    tags = TAGS if row.custom_tags else {}
    demand = TracingDemand(mode, backend, COLLECTOR, SecretStr(TOKEN), Decimal("12.5"), tags)
    tracing = tracing_values(row, demand)
    values = istiod_values(
        version=release, hub="docker.io/istio", revision=None, replicas=2, tracing=tracing, extra=extra or {}
    )
    return revealed(values)  # as the provider hands it to helm
