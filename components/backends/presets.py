"""The tracing backends that are known: one row each, with where its facts stand.

The pages were read as public copies of the vendors' documentation, on the day in the row. Left out on purpose: regions
that a vendor may add, which a pattern allows and nobody has to list.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from components.backends.address import BackendAddress
from components.backends.backend import DEFAULT_TRACES_PATH, LIGHTSTEP_HEADER, AuthScheme, OtlpProtocol
from components.backends.preset import ByRegion, OwnAddress, Preset, Source
from components.constants.names import COLLECTOR_NAMESPACE, JAEGER
from components.constants.ports import OTLP_PORT


class BackendPreset(StrEnum):
    """Kinds of tracing backends; `PRESETS` says what each means."""

    IN_CLUSTER = "in-cluster"
    LIGHTSTEP_US = "lightstep-us"
    LIGHTSTEP_EU = "lightstep-eu"
    LIGHTSTEP_PUBLIC_SATELLITES = "lightstep-public-satellites"
    LIGHTSTEP_SATELLITES = "lightstep-satellites"
    LIGHTSTEP_MICROSATELLITES = "lightstep-microsatellites"
    GOOGLE_CLOUD = "google-cloud"
    HONEYCOMB = "honeycomb"
    DATADOG = "datadog"
    GRAFANA_CLOUD = "grafana-cloud"
    ELASTIC = "elastic"
    NEW_RELIC = "new-relic"
    DYNATRACE = "dynatrace"
    DASH0 = "dash0"
    SPLUNK = "splunk"
    TEMPO = "tempo"
    JAEGER = "jaeger"
    OTLP = "otlp"


_BOTH: Final = (OtlpProtocol.GRPC, OtlpProtocol.HTTP)


def _lightstep(title: str, address: BackendAddress | OwnAddress, page: str) -> Preset:
    source = Source(f"https://docs.lightstep.com/docs/{page}", "2026-11-28")
    return Preset(title, address, LIGHTSTEP_HEADER, "an access token of the project", (source,), speaks_lightstep=True)


PRESETS: Final[Mapping[BackendPreset, Preset]] = {
    BackendPreset.IN_CLUSTER: Preset(
        "a Jaeger that is made in the cluster",
        BackendAddress(f"{JAEGER}.{COLLECTOR_NAMESPACE}.svc.cluster.local", OTLP_PORT),
        None,
        "nothing, not even an account",
        (Source("https://github.com/jaegertracing/jaeger/blob/v1.76.0/cmd/jaeger/config.yaml", "2026-11-28"),),
        in_cluster=True,
    ),
    BackendPreset.LIGHTSTEP_US: _lightstep(
        "Lightstep's public ingest, US", BackendAddress("ingest.lightstep.com", 443), "about-public-micro-satellites"
    ),
    BackendPreset.LIGHTSTEP_EU: _lightstep(
        "Lightstep's public ingest, EU", BackendAddress("ingest.eu.lightstep.com", 443), "about-public-micro-satellites"
    ),
    BackendPreset.LIGHTSTEP_PUBLIC_SATELLITES: _lightstep(
        "Lightstep's public satellite pool",
        BackendAddress("collector-grpc.lightstep.com", 443),
        "about-public-satellites",
    ),
    BackendPreset.LIGHTSTEP_SATELLITES: _lightstep(
        "an on-premise satellite pool", OwnAddress("backend.example.com:443"), "satellite-configuration-parameters"
    ),
    BackendPreset.LIGHTSTEP_MICROSATELLITES: _lightstep(
        "Lightstep microsatellites", OwnAddress("backend.example.com:443"), "micro-satellite-configuration-parameters"
    ),
    # Google's example for a Collector sends over HTTP.
    BackendPreset.GOOGLE_CLOUD: Preset(
        "Google Cloud's Cloud Trace, on a GKE cluster that the program makes",
        BackendAddress("telemetry.googleapis.com", 443),
        None,
        "nothing but the cluster: no key is made or given",
        (
            Source("https://docs.cloud.google.com/stackdriver/docs/reference/telemetry/overview", "2026-11-28"),
            Source("https://docs.cloud.google.com/iam/docs/roles-permissions/telemetry", "2026-11-28"),
            Source("https://github.com/GoogleCloudPlatform/otlp-k8s-ingest", "2026-11-28"),
        ),
        protocols=(OtlpProtocol.HTTP, OtlpProtocol.GRPC),
        path=DEFAULT_TRACES_PATH,
        public_ca=True,
        google_identity=True,
    ),
    BackendPreset.HONEYCOMB: Preset(
        "Honeycomb",
        ByRegion("region", "us", known={"us": "api.honeycomb.io", "eu": "api.eu1.honeycomb.io"}),
        "x-honeycomb-team",
        "an ingest key of the environment",
        (Source("https://docs.honeycomb.io/send-data/opentelemetry/collector", "2026-11-28"),),
        protocols=_BOTH,
        public_ca=True,
    ),
    # compute_stats asks for the metrics of services, which are else made by Datadog's own agent.
    BackendPreset.DATADOG: Preset(
        "Datadog",
        ByRegion(
            "site",
            "datadoghq.eu",
            host="otlp.{}",
            pattern=r"([a-z]+[0-9]\.)?datadoghq\.(com|eu)",
            described="the site, for example datadoghq.com, us5.datadoghq.com or datadoghq.eu",
        ),
        "dd-api-key",
        "an API key of the organization",
        (
            Source("https://docs.datadoghq.com/opentelemetry/setup/otlp_ingest/traces/", "2026-11-28"),
            Source("https://github.com/DataDog/documentation/pull/32808", "2026-11-28"),
        ),
        protocols=(OtlpProtocol.HTTP,),
        path=DEFAULT_TRACES_PATH,
        headers={"compute_stats": "true"},
        public_ca=True,
    ),
    BackendPreset.GRAFANA_CLOUD: Preset(
        "Grafana Cloud",
        ByRegion(
            "zone",
            "prod-us-east-0",
            host="otlp-gateway-{}.grafana.net",
            pattern=r"[a-z0-9]+(-[a-z0-9]+)*",
            described="what stands between otlp-gateway- and .grafana.net in the stack's OTLP endpoint",
        ),
        "authorization",
        "the OTLP instance id and a token of an access policy with traces:write, joined by a colon",
        (
            Source(
                "https://grafana.com/docs/grafana-cloud/observe-and-act/send-data/otlp/send-data-otlp/", "2026-11-28"
            ),
            Source(
                "https://grafana.com/docs/learning-hub/intro-to-agent-observability/07-add-traces-and-metrics/"
                "32-direct-export-or-a-collector/",
                "2026-11-28",
            ),
        ),
        token_scheme=AuthScheme.BASIC,
        protocols=(OtlpProtocol.HTTP,),
        path="/otlp/v1/traces",
        public_ca=True,
    ),
    BackendPreset.ELASTIC: Preset(
        "Elastic's managed OTLP endpoint",
        OwnAddress("my-project-a1b2c3.ingest.us-east-1.aws.elastic.cloud:443", ".elastic.cloud"),
        "authorization",
        "the endpoint of the project or deployment, and an API key",
        (Source("https://www.elastic.co/docs/reference/opentelemetry/motlp", "2026-11-28"),),
        token_scheme=AuthScheme.API_KEY,
        protocols=_BOTH,
        path=DEFAULT_TRACES_PATH,
        public_ca=True,
    ),
    # New Relic recommends HTTP.
    BackendPreset.NEW_RELIC: Preset(
        "New Relic",
        ByRegion("region", "us", known={"us": "otlp.nr-data.net", "eu": "otlp.eu01.nr-data.net"}),
        "api-key",
        "a license key of the account",
        (Source("https://docs.newrelic.com/docs/opentelemetry/best-practices/opentelemetry-otlp/", "2026-11-28"),),
        protocols=(OtlpProtocol.HTTP, OtlpProtocol.GRPC),
        path=DEFAULT_TRACES_PATH,
        public_ca=True,
    ),
    BackendPreset.DYNATRACE: Preset(
        "Dynatrace SaaS",
        ByRegion(
            "environment",
            "abc12345",
            host="{}.live.dynatrace.com",
            pattern=r"[a-z0-9]+(-[a-z0-9]+)*",
            described="the environment's id, for example abc12345",
        ),
        "authorization",
        "an access token with the scope openTelemetryTrace.ingest",
        (
            Source(
                "https://docs.dynatrace.com/docs/ingest-from/opentelemetry/getting-started/otlp-export", "2026-11-28"
            ),
            Source(
                "https://docs.dynatrace.com/docs/discover-dynatrace/references/dynatrace-api/environment-api/opentelemetry/"
                "post-traces",
                "2026-11-28",
            ),
        ),
        token_scheme=AuthScheme.API_TOKEN,
        protocols=(OtlpProtocol.HTTP,),
        path="/api/v2/otlp/v1/traces",
        public_ca=True,
    ),
    BackendPreset.DASH0: Preset(
        "Dash0",
        ByRegion(
            "region",
            "eu-west-1.aws",
            host="ingress.{}.dash0.com",
            port=4317,
            pattern=r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z]+",
            described="what stands between ingress. and .dash0.com in the organization's endpoint",
        ),
        "authorization",
        "an auth token, and where it is for one dataset that as header dash0-dataset in backendHeaders",
        (
            Source("https://www.dash0.com/hub/integrations/int_otlp/overview", "2026-11-28"),
            Source(
                "https://tessl.io/registry/dash0/agent-skills/files/skills/otel-collector/rules/exporters.md",
                "2026-11-28",
            ),
        ),
        token_scheme=AuthScheme.BEARER,
        public_ca=True,
    ),
    BackendPreset.SPLUNK: Preset(
        "Splunk Observability Cloud",
        ByRegion(
            "realm",
            "us1",
            host="ingest.{}.signalfx.com",
            pattern=r"[a-z]+[0-9]+",
            described="the realm, for example us1 or eu0",
        ),
        "x-sf-token",
        "an access token of the organization for ingest",
        (
            Source(
                "https://help.splunk.com/splunk-observability-cloud/manage-data/other-data-ingestion-methods/"
                "other-data-ingestion-methods/send-traces-to-splunk-observability-cloud-using-the-grpc-endpoint",
                "2026-11-28",
            ),
            Source("https://docs.splunk.com/observability/en/apm/apm-spans-traces/span-formats.html", "2026-11-28"),
        ),
        protocols=_BOTH,
        path="/v2/trace/otlp",
        public_ca=True,
    ),
    BackendPreset.TEMPO: Preset(
        "Grafana Tempo of one's own",
        OwnAddress("tempo.tempo:4317"),
        None,
        "its address, and where it has no TLS `backendTls` false",
        (Source("https://grafana.com/docs/tempo/latest/configuration/", "2026-11-28"),),
        protocols=_BOTH,
    ),
    BackendPreset.JAEGER: Preset(
        "Jaeger of one's own",
        OwnAddress("jaeger-collector.jaeger:4317"),
        None,
        "its address, and where it has no TLS `backendTls` false",
        (Source("https://github.com/orgs/jaegertracing/discussions/4283", "2026-11-28"),),
        protocols=_BOTH,
    ),
    BackendPreset.OTLP: Preset(
        "any OTLP endpoint",
        OwnAddress("backend.example.com:443"),
        None,
        "its address",
        (Source("https://opentelemetry.io/docs/specs/otlp/", "2026-11-28"),),
        protocols=_BOTH,
    ),
}
