"""The configuration keys of Istio and of the tracing backend that it sends spans to."""

from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import Field

from components.configuration import fields
from components.configuration.addresses import BackendAddress
from components.configuration.chart_location import ChartLocation
from components.configuration.fields import ExactVersion
from components.configuration.key import Key, SettingsPart

_CHART_VALUES: Final = "an object of chart values, without those that have a configuration key of their own"


class IstioSettings(SettingsPart):
    """Which Istio is installed, and from where."""

    istio_version: Annotated[
        fields.IstioVersion,
        Key("Istio", "Version of Istio.", "an exact version such as 1.30.0, without a leading v", "1.30.0"),
    ] = ExactVersion("1.30.0")
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
    base_values: Annotated[
        fields.ChartValues,
        Key("Istio", "Extra values for Istio's base chart.", _CHART_VALUES, '{"base":{"enableIstioConfigCRDs":true}}'),
    ] = Field(default_factory=dict[str, Any])
    istiod_values: Annotated[
        fields.ChartValues,
        Key("Istio", "Extra values for the istiod chart.", _CHART_VALUES, '{"pilot":{"autoscaleMin":2}}'),
    ] = Field(default_factory=dict[str, Any])


class TracingSettings(SettingsPart):
    """Which requests are traced, and where their spans go."""

    backend_address: Annotated[
        fields.Address,
        Key(
            "Tracing",
            "Address of the tracing backend: the public satellite pool, an on-premise pool, or any OTLP/gRPC endpoint.",
            "<host>:<port> without a scheme, an IPv6 address in brackets",
            "ingest.lightstep.com:443",
        ),
    ] = BackendAddress("ingest.lightstep.com", 443)
    backend_tls: Annotated[
        bool,
        fields.from_text(fields.switch),
        Key("Tracing", "Whether spans travel to the backend over TLS.", "true or false", "true"),
    ] = True
    backend_ca_file: Annotated[
        fields.CaFilePath | None,
        Key(
            "Tracing",
            "CA certificates by which the backend is recognized.",
            "the path of a PEM file, relative to the project, with CA certificates valid for 30 days or longer; "
            "not together with backendTls false",
            "backend-ca.pem",
            default="ISRG Root X1",
        ),
    ] = None
    access_token: Annotated[
        fields.AccessToken | None,
        Key(
            "Tracing",
            "Access token of the tracing backend.",
            "a token stored with --secret: printable ASCII without white space; required unless accessTokenHeader is "
            "empty",
            "",
            default="none",
            secret=True,
        ),
    ] = None
    access_token_header: Annotated[
        fields.HeaderName,
        Key(
            "Tracing",
            "Request header that carries the access token. Empty: no header is sent.",
            "a lower-case header name, or empty",
            "lightstep-access-token",
        ),
    ] = "lightstep-access-token"  # noqa: S105 - the name of a header, not a token
    sampling_percentage: Annotated[
        fields.Percentage,
        Key(
            "Tracing",
            "Share of requests that are traced. Below 100 the satellites' statistics are incomplete.",
            "a percentage from 0 to 100 with at most two decimals",
            "100",
        ),
    ] = Decimal(100)
    collector_image: Annotated[
        fields.Image,
        Key(
            "Tracing",
            "Image of the OpenTelemetry Collector.",
            "an image with a tag other than latest, or with a digest",
            "docker.io/otel/opentelemetry-collector:0.120.0",
        ),
    ] = "docker.io/otel/opentelemetry-collector:0.120.0"
    collector_replicas: Annotated[
        int,
        fields.from_text(fields.whole),
        Field(ge=1, le=20),
        Key("Tracing", "Number of Collector Pods.", "a whole number from 1 to 20", "2"),
    ] = 2
