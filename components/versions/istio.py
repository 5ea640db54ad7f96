"""What each Istio version needs in order to trace: one table and the functions that read it.

Nothing here makes a resource or knows Pulumi, so the decisions are tested without an engine.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from packaging.version import InvalidVersion, Version

from components.constants.choices import TracingMode


class ProviderToken(StrEnum):
    """What the `lightstep` extension provider does with its `accessToken`.

    - `FILE`: it is the path of a file, inside each sidecar, that holds the token.
    - `TEXT`: it is the token itself, which so stands in the mesh configuration.
    """

    FILE = "file"
    TEXT = "text"


@dataclass(frozen=True)
class VersionRow:
    """One row of the table: what holds from one Istio version on, until the next row.

    Arguments:
        since: first Istio release of the row, for example `1.27.0`.
        modes: the tracing modes that work there, the default first.
        provider_token: how the `lightstep` provider takes the token; `None` where it does not work.
        telemetry_api: `apiVersion` of the Telemetry resource.
        networking_api: `apiVersion` of Gateway, VirtualService, ServiceEntry and DestinationRule.
        security_api: `apiVersion` of PeerAuthentication and AuthorizationPolicy.
        proxy_lacks_tracer: whether Istio's own proxy images of the row lack the Envoy extension that its modes need.
        obstacle: why the program can't install these versions; empty if it can.
        source: where the facts of the row come from.
    """

    since: Version
    modes: tuple[TracingMode, ...]
    provider_token: ProviderToken | None
    telemetry_api: str
    networking_api: str
    security_api: str
    source: str
    proxy_lacks_tracer: bool = False
    obstacle: str = ""

    @property
    def installable(self) -> bool:
        """Whether the program can install these versions."""
        return not self.obstacle

    @property
    def default_mode(self) -> TracingMode:
        """The mode that is taken unless another is asked for."""
        return self.modes[0]

    def telemetry_in(self, mode: TracingMode) -> bool:
        """Tell whether Telemetry resources choose the provider, the sampling and the tags of `mode`.

        They must not stand beside native mode: from 1.14 on a Telemetry without a provider switches tracing off
        (istio.io/istio 1.14.6, pilot/pkg/model/telemetry.go, line 298).
        """
        return mode is not TracingMode.NATIVE


_NATIVE, _PROVIDER, _OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY
_TELEMETRY: Final = "telemetry.istio.io"
_NETWORKING: Final = "networking.istio.io"
_SECURITY: Final = "security.istio.io"

#: Oldest version first. What stands before the first row is not installed: its charts have no istiod-default-validator,
#: which tells when istiod answers. docs/tracing.md has the values that such versions take.
TABLE: Final = (
    VersionRow(
        since=Version("1.12.0"),
        modes=(_NATIVE, _PROVIDER),
        provider_token=ProviderToken.FILE,
        telemetry_api=f"{_TELEMETRY}/v1alpha1",
        networking_api=f"{_NETWORKING}/v1beta1",
        security_api=f"{_SECURITY}/v1beta1",
        source="istio/istio 1.12.0, manifests/charts/base/templates/default.yaml, and "
        "1.10.0, pilot/pkg/networking/core/v1alpha3/tracing.go, line 135: accessToken is handed to Envoy as "
        "access_token_file",
    ),
    VersionRow(
        since=Version("1.15.0"),
        modes=(_NATIVE, _PROVIDER),
        provider_token=ProviderToken.FILE,
        telemetry_api=f"{_TELEMETRY}/v1alpha1",
        networking_api=f"{_NETWORKING}/v1beta1",
        security_api=f"{_SECURITY}/v1beta1",
        proxy_lacks_tracer=True,
        source="istio/proxy c5837eae (of Istio 1.15.0) and 9da601c6 (of 1.15.7), "
        "bazel/extension_config/extensions_build_config.bzl: no envoy.tracers.lightstep, which ddcc9030 removed",
    ),
    VersionRow(
        since=Version("1.16.0"),
        modes=(_OPENTELEMETRY, _PROVIDER),
        provider_token=ProviderToken.TEXT,
        telemetry_api=f"{_TELEMETRY}/v1alpha1",
        networking_api=f"{_NETWORKING}/v1beta1",
        security_api=f"{_SECURITY}/v1beta1",
        source="istio/proxy 383b3bdb (of Istio 1.16.0): no envoy.tracers.opentelemetry either; "
        "istio/istio 1.16.1, releasenotes/notes/42104.yaml",
        obstacle="its proxy has neither Envoy's Lightstep tracer nor the OpenTelemetry one, which came with 1.16.1",
    ),
    VersionRow(
        since=Version("1.16.1"),
        modes=(_OPENTELEMETRY, _PROVIDER),
        provider_token=ProviderToken.TEXT,
        telemetry_api=f"{_TELEMETRY}/v1alpha1",
        networking_api=f"{_NETWORKING}/v1beta1",
        security_api=f"{_SECURITY}/v1beta1",
        source="istio/istio 1.16.1, pilot/pkg/networking/core/v1alpha3/tracing.go: the lightstep provider sends OTLP "
        "with the token as metadata, and names no service",
    ),
    VersionRow(
        since=Version("1.22.0"),
        modes=(_OPENTELEMETRY, _PROVIDER),
        provider_token=ProviderToken.TEXT,
        telemetry_api=f"{_TELEMETRY}/v1",
        networking_api=f"{_NETWORKING}/v1",
        security_api=f"{_SECURITY}/v1",
        source="istio/istio 1.22.0, manifests/charts/base/crds/crd-all.gen.yaml: the CRDs serve v1",
    ),
    VersionRow(
        since=Version("1.27.0"),
        modes=(_OPENTELEMETRY,),
        provider_token=None,
        telemetry_api=f"{_TELEMETRY}/v1",
        networking_api=f"{_NETWORKING}/v1",
        security_api=f"{_SECURITY}/v1",
        source="istio/istio 1.27.0, pilot/pkg/networking/core/tracing.go, line 189: the lightstep provider sends "
        "nothing, and a Telemetry that chooses it makes istiod fail",
    ),
)


#: The Istio version that is installed unless another is configured: the newest release, by the tags of istio.io/api, of
#: the newest minor version that the tests run. Istio's project sets these tags once images and charts are published
#: (istio/release-builder f7799ccf, pkg/publish).
DEFAULT: Final = "1.31.4"

#: The first release whose CNI plugin the program installs: istiod is told by `pilot.cni.enabled`, its agent is not
#: privileged and repairs Pods without a right in the API (istio.io/istio 1.24.0, manifests/charts/istio-cni, and
#: istio-control/istio-discovery/files/injection-template.yaml; 1.20.0 has none of it).
FIRST_WITH_CNI: Final = Version("1.24.0")

#: The newest release with native mode whose own proxy images have the tracer for it.
NEWEST_NATIVE: Final = "1.14.6"


class UnsupportedVersionError(ValueError):
    """An Istio version that no row of the table covers.

    Attributes:
        allowed: the versions that are covered, in words.
    """

    def __init__(self, version: Version) -> None:
        self.allowed = f"Istio {TABLE[0].since} or newer"
        super().__init__(
            f"Istio {version} is older than any that this program installs; docs/tracing.md has the values for it"
        )


def parse_version(text: str) -> Version:
    """Read an exact Istio version such as `1.27.0` or `1.28.0-rc.1`.

    Raises:
        ValueError: for anything else: a leading `v`, a missing patch number, a word such as `latest`.
    """
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise ValueError(f"{text!r} is not a version") from error
    if text.startswith("v") or len(version.release) != 3:
        raise ValueError(f"{text!r} is not an exact version")
    return version


def row_for(version: Version) -> VersionRow:
    """Return the row of the table that covers `version`.

    Raises:
        UnsupportedVersionError: if the version is older than the first row.
    """
    release = Version(version.base_version)  # a release candidate has what its release will have
    covering = [row for row in TABLE if row.since <= release]
    if not covering:
        raise UnsupportedVersionError(version)
    return covering[-1]


def first_with(mode: TracingMode) -> Version:
    """Return the first Istio release that has a mode and can be installed."""
    return next(row.since for row in TABLE if mode in row.modes and row.installable)


def first_without(mode: TracingMode) -> Version | None:
    """Return the first Istio release that has a mode no more; `None` if the newest one has it."""
    last = max(position for position, row in enumerate(TABLE) if mode in row.modes)
    return TABLE[last + 1].since if last + 1 < len(TABLE) else None


def why_not(version: Version, mode: TracingMode) -> str:
    """Return why a mode does not work with an Istio version; empty if it does. Raises as `row_for` does."""
    if mode in row_for(version).modes:
        return ""
    gone = first_without(mode)
    if gone is None or version < gone:
        return f"Istio {version} has no {mode} provider; it works from {first_with(mode)} on"
    since = f"{gone.major}.{gone.minor}"
    if mode is TracingMode.NATIVE:
        return (
            f"Envoy's own Lightstep tracer is gone since Istio {since}, so that sidecars of {version} would not start"
        )
    return f"the lightstep provider sends nothing since Istio {since}, and this is {version}"
