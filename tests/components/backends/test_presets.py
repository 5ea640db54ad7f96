"""What is known of tracing backends."""

from itertools import product

import pytest

from components.backends.address import BackendAddress
from components.backends.backend import AuthScheme, Backend, OtlpProtocol
from components.backends.preset import ByRegion, OwnAddress, Preset
from components.backends.presets import PRESETS, BackendPreset

LIGHTSTEP = {name: preset for name, preset in PRESETS.items() if name.startswith("lightstep-")}


def test_public_endpoints_of_lightstep_have_a_fixed_address() -> None:
    fixed = {name.value: str(it.address) for name, it in LIGHTSTEP.items() if isinstance(it.address, BackendAddress)}

    assert fixed == {
        "lightstep-us": "ingest.lightstep.com:443",
        "lightstep-eu": "ingest.eu.lightstep.com:443",
        "lightstep-public-satellites": "collector-grpc.lightstep.com:443",
    }


#: What the makers publish: address with the example of a region, OTLP by which protocols and where, and what the access
#: token `id:token` is sent as.
PUBLISHED = {
    "google-cloud": ("telemetry.googleapis.com:443", "http grpc", "/v1/traces", ""),
    "honeycomb": ("api.honeycomb.io:443", "grpc http", "/v1/traces", "x-honeycomb-team: id:token"),
    "datadog": ("otlp.datadoghq.eu:443", "http", "/v1/traces", "dd-api-key: id:token"),
    "grafana-cloud": (
        "otlp-gateway-prod-us-east-0.grafana.net:443",
        "http",
        "/otlp/v1/traces",
        "authorization: Basic aWQ6dG9rZW4=",
    ),
    "elastic": (
        "my-project-a1b2c3.ingest.us-east-1.aws.elastic.cloud:443",
        "grpc http",
        "/v1/traces",
        "authorization: ApiKey id:token",
    ),
    "new-relic": ("otlp.nr-data.net:443", "http grpc", "/v1/traces", "api-key: id:token"),
    "dynatrace": (
        "abc12345.live.dynatrace.com:443",
        "http",
        "/api/v2/otlp/v1/traces",
        "authorization: Api-Token id:token",
    ),
    "dash0": ("ingress.eu-west-1.aws.dash0.com:4317", "grpc", "/v1/traces", "authorization: Bearer id:token"),
    "splunk": ("ingest.us1.signalfx.com:443", "grpc http", "/v2/trace/otlp", "x-sf-token: id:token"),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_hosted_backend_is_reached_as_its_maker_says(name: str) -> None:
    preset = PRESETS[BackendPreset(name)]
    match preset.address:
        case ByRegion() as address:
            at = str(address.address(address.example))
        case other:
            at = other.example if isinstance(other, OwnAddress) else str(other)
    backend = Backend(BackendAddress.parse(at), True, preset.token_header, preset.token_scheme)
    sent = f"{preset.token_header}: {backend.token_value('id:token')}" if preset.token_header else ""

    assert (at, " ".join(preset.protocols), preset.path or "/v1/traces", sent) == PUBLISHED[name]
    assert preset.public_ca
    assert preset.tls_only


@pytest.mark.parametrize(
    ("name", "region", "address"),
    [
        ("honeycomb", "eu", "api.eu1.honeycomb.io:443"),
        ("datadog", "datadoghq.com", "otlp.datadoghq.com:443"),
        ("datadog", "ap1.datadoghq.com", "otlp.ap1.datadoghq.com:443"),
        ("new-relic", "eu", "otlp.eu01.nr-data.net:443"),
        ("dash0", "europe-west4.gcp", "ingress.europe-west4.gcp.dash0.com:4317"),
        ("splunk", "eu0", "ingest.eu0.signalfx.com:443"),
    ],
)
def test_another_region_is_another_address(name: str, region: str, address: str) -> None:
    known = PRESETS[BackendPreset(name)].address

    assert isinstance(known, ByRegion)
    assert known.allows(region)
    assert str(known.address(region)) == address


def test_datadog_is_asked_for_the_metrics_of_services_and_no_other_backend_for_anything() -> None:
    assert {name.value: preset.headers for name, preset in PRESETS.items() if preset.headers} == {
        "datadog": {"compute_stats": "true"}
    }


def test_only_google_takes_the_collectors_identity_and_no_token() -> None:
    assert [name.value for name, preset in PRESETS.items() if preset.google_identity] == ["google-cloud"]
    assert PRESETS[BackendPreset.GOOGLE_CLOUD].token_header is None


def test_every_preset_is_described() -> None:
    assert list(PRESETS) == list(BackendPreset)
    for preset in PRESETS.values():
        assert all([preset.title, preset.ready, preset.sources, preset.protocols])
        assert all(source.page.startswith("https://") for source in preset.sources)


def test_satellites_take_the_token_in_lightsteps_header() -> None:
    assert {preset.token_header for preset in LIGHTSTEP.values()} == {"lightstep-access-token"}


def test_only_lightsteps_own_take_what_sidecars_send_themselves() -> None:
    assert [name for name, preset in PRESETS.items() if preset.speaks_lightstep] == list(LIGHTSTEP)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_example_of_an_address_is_one(preset: Preset) -> None:
    match preset.address:
        case BackendAddress():
            assert preset.tls_only is not preset.in_cluster
        case ByRegion() as address:
            assert address.allows(address.example)
            assert address.words
            assert all(BackendAddress.parse(str(address.address(it))) for it in (address.example, *address.known))
            assert not address.allows("no such place")
            assert not address.allows("")
        case OwnAddress(example, domain):
            assert BackendAddress.parse(example).host.endswith(domain)
            assert preset.tls_only is bool(domain)


@pytest.mark.parametrize(
    ("scheme", "sent"),
    [
        (None, "me:hunter2"),
        (AuthScheme.BEARER, "Bearer me:hunter2"),
        (AuthScheme.BASIC, "Basic bWU6aHVudGVyMg=="),
        (AuthScheme.API_KEY, "ApiKey me:hunter2"),
        (AuthScheme.API_TOKEN, "Api-Token me:hunter2"),
    ],
)
def test_token_travels_in_the_form_that_the_backend_asks_for(scheme: AuthScheme | None, sent: str) -> None:
    backend = Backend(BackendAddress("otlp.example.com", 4317), True, "authorization", token_scheme=scheme)

    assert backend.token_value("me:hunter2") == sent


def test_no_two_presets_are_the_same() -> None:
    rows = list(PRESETS.values())

    assert [(one, other) for one, other in product(rows, rows) if one is not other and one == other] == []


def test_backend_takes_otlp_over_grpc_unless_it_says_otherwise() -> None:
    backend = Backend(BackendAddress("otlp.example.com", 4317), tls=True, token_header=None)

    assert (backend.protocol, backend.path) == (OtlpProtocol.GRPC, "/v1/traces")
    assert (backend.header_names, backend.client_certificate, backend.ca_certificate) == ((), None, None)
