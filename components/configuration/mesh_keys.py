"""The configuration keys of Istio."""

from typing import Annotated, Any, Final

from pydantic import Field

from components.configuration import fields
from components.configuration.chart_location import ChartLocation
from components.configuration.fields import ExactVersion
from components.configuration.key import Key, SettingsPart
from components.constants.choices import MutualTlsMode
from components.versions.istio import TABLE

#: The Istio version that is installed unless another is configured.
DEFAULT_VERSION: Final = "1.30.2"

_OLDEST: Final = next(row for row in TABLE if row.installable)
_CHART_VALUES: Final = "an object of chart values, without those that have a configuration key of their own"


class IstioSettings(SettingsPart):
    """Which Istio is installed, and from where."""

    istio_version: Annotated[
        fields.IstioVersion,
        Key(
            "Istio",
            "Version of Istio.",
            f"an exact version such as {DEFAULT_VERSION}, without a leading v; {_OLDEST.since} or newer",
            DEFAULT_VERSION,
        ),
    ] = ExactVersion(DEFAULT_VERSION)
    istio_charts: Annotated[
        fields.IstioCharts,
        Key(
            "Istio",
            "Where Istio's charts come from.",
            "oci://<registry>/<path>, https://<repository>, or a folder (relative to the project) that holds base/ and "
            "istiod/ of istioVersion",
            "oci://ghcr.io/istio/release/charts",
        ),
    ] = ChartLocation("oci://ghcr.io/istio/release/charts")
    istio_hub: Annotated[
        fields.ImagePrefix,
        Key(
            "Istio",
            "Registry and path of Istio's images.",
            "<registry>/<path>, without a scheme, tag or slash at the end",
            "docker.io/istio",
        ),
    ] = "docker.io/istio"
    istio_revision: Annotated[
        fields.Revision | None,
        Key(
            "Istio",
            "Revision of the control plane, for running two versions side by side.",
            "at most 63 lower-case letters, digits and hyphens",
            "canary",
            default="none: the default revision",
        ),
    ] = None
    istiod_replicas: Annotated[
        int,
        fields.from_text(fields.whole),
        Field(ge=1, le=50),
        Key(
            "Istio",
            "Number of istiod's Pods that there are at least; more are made under load. From 2 on one of them stays up "
            "while nodes are drained.",
            "a whole number from 1 to 50",
            "2",
        ),
    ] = 2
    mutual_tls: Annotated[
        MutualTlsMode,
        fields.one_of(MutualTlsMode),
        Key(
            "Istio",
            "What sidecars take in. strict: mutual TLS only, so that callers without a sidecar reach nothing in "
            "namespaces that have them. permissive: plain text too.",
            "strict or permissive",
            "strict",
        ),
    ] = MutualTlsMode.STRICT
    base_values: Annotated[
        fields.ChartValues,
        Key("Istio", "Extra values for Istio's base chart.", _CHART_VALUES, '{"base":{"enableIstioConfigCRDs":true}}'),
    ] = Field(default_factory=dict[str, Any])
    istiod_values: Annotated[
        fields.ChartValues,
        Key("Istio", "Extra values for the istiod chart.", _CHART_VALUES, '{"pilot":{"autoscaleMax":9}}'),
    ] = Field(default_factory=dict[str, Any])
