"""The configuration keys of tracing: how spans leave the mesh, how many, and what they carry."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field

from components.configuration import fields, tracing_fields
from components.configuration.key import Key, SettingsPart
from components.constants.choices import TracingMode
from components.model.spans import CustomTag
from components.versions.istio import TABLE, row_for


def _with_versions(mode: TracingMode) -> str:
    """Return a mode and the Istio versions that have it, in words."""
    rows = [position for position, row in enumerate(TABLE) if mode in row.modes and row.installable]
    end = f", before {TABLE[rows[-1] + 1].since}" if rows[-1] + 1 < len(TABLE) else ""
    return f"{mode} (Istio {TABLE[rows[0]].since} or newer{end})"


def _mode_of_version(data: dict[str, Any]) -> TracingMode:
    return row_for(data["istio_version"]).default_mode


class TracingSettings(SettingsPart):
    """Which requests are traced, and how their spans leave the mesh."""

    tracing_mode: Annotated[
        TracingMode,
        fields.one_of(TracingMode),
        Key(
            "Tracing",
            "How spans leave the mesh. native: Envoy's own Lightstep tracer in each sidecar sends to the satellites. "
            "lightstep-provider: Istio's lightstep extension provider, by which each sidecar sends to the satellites. "
            "opentelemetry: sidecars send OTLP to a Collector in the cluster, and only that talks to the backend.",
            " or ".join(map(_with_versions, TracingMode)),
            TracingMode.OPENTELEMETRY,
            default="native where `istioVersion` allows it, otherwise opentelemetry",
        ),
    ] = Field(default_factory=_mode_of_version)
    lightstep_tracer_in_proxy: Annotated[
        bool,
        fields.from_text(fields.switch),
        Key(
            "Tracing",
            "Whether the proxy images in istioHub have Envoy's Lightstep tracer although Istio's own of that version "
            "do not: those of Istio 1.15 were built without it.",
            "true or false; true with Istio 1.15 only",
            "true",
        ),
    ] = False
    sampling_percentage: Annotated[
        tracing_fields.Percentage,
        Key(
            "Tracing",
            "Share of requests that are traced. Below 100 the satellites' statistics are incomplete.",
            "a percentage from 0 to 100 with at most two decimals",
            "100",
        ),
    ] = Decimal(100)
    sampling_overrides: Annotated[
        tracing_fields.SamplingOverrides,
        Key(
            "Tracing",
            "Other shares for single namespaces, or for single workloads in them. workload is the value of the label "
            "app on the workload's Pods; without it the entry is for the whole namespace.",
            'a list of objects such as {"namespace":"shop","workload":"cart","percentage":10}, workload left out for '
            "the whole namespace; percentages as in samplingPercentage; namespaces among bookinfoNamespace and "
            "injectedNamespaces; no two for the same; not where tracingMode is native",
            '[{"namespace":"bookinfo","percentage":10}]',
        ),
    ] = ()
    custom_tags: Annotated[
        tracing_fields.CustomTagsByName,
        Key(
            "Tracing",
            "Tags that every span gets. A value is the same for all (literal), or comes from a request header or from "
            "an environment variable of the sidecar, with default where there is none. Not for secrets.",
            'an object of tag name to exactly one of {"literal":"<text>"}, {"header":"<lower-case name>"} and '
            '{"environment":"<name>"}, the last two also with "default":"<text>"',
            '{"team":{"literal":"shop"},"tenant":{"header":"x-tenant","default":"none"}}',
        ),
    ] = Field(default_factory=dict[str, CustomTag])


class CollectorSettings(SettingsPart):
    """The Collector, where the tracing mode has one."""

    collector_image: Annotated[
        tracing_fields.Image,
        Key(
            "Collector",
            "Image of the OpenTelemetry Collector. There is a Collector only where tracingMode is opentelemetry.",
            "an image with a tag other than latest, or with a digest",
            "docker.io/otel/opentelemetry-collector:0.120.0",
        ),
    ] = "docker.io/otel/opentelemetry-collector:0.120.0"
    collector_replicas: Annotated[
        int,
        fields.from_text(fields.whole),
        Field(ge=1, le=20),
        Key("Collector", "Number of Collector Pods.", "a whole number from 1 to 20", "2"),
    ] = 2
