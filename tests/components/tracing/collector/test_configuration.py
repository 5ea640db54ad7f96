"""The Collector's configuration as data; that the genuine Collector takes it is proved in tests/collector."""

import json
from dataclasses import replace
from typing import Any

import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.tracing.collector.configuration import collector_configuration, credentials_configuration
from tests.components.tracing.collector.collector_support import EVERYTHING, GOOGLE, PLAIN, POOL, destination


def exporter(backend: Backend) -> tuple[str, dict[str, Any]]:
    ((name, settings),) = collector_configuration([destination(backend)])["exporters"].items()
    return name, settings


def test_grpc_goes_to_host_and_port_over_tls() -> None:
    name, settings = exporter(POOL)

    assert name == "otlp_grpc"
    assert settings["endpoint"] == "ingest.lightstep.com:443"
    assert settings["tls"] == {"ca_file": "/etc/lightstep/cacert.pem"}


def test_without_tls_spans_leave_in_the_clear() -> None:
    assert exporter(PLAIN)[1]["tls"] == {"insecure": True}


@pytest.mark.parametrize(
    ("backend", "endpoint"),
    [
        (EVERYTHING, "https://[2001:db8::1]:4318/otlp/v1/traces"),
        (replace(PLAIN, protocol=OtlpProtocol.HTTP), "http://tempo.tempo:4317/v1/traces"),
        (replace(PLAIN, protocol=OtlpProtocol.HTTP, path="/${x}"), "http://tempo.tempo:4317/$${x}"),
    ],
)
def test_http_goes_to_a_url(backend: Backend, endpoint: str) -> None:
    name, settings = exporter(backend)

    assert name == "otlp_http"
    assert settings["traces_endpoint"] == endpoint


def test_client_certificate_is_shown_with_its_key() -> None:
    assert exporter(EVERYTHING)[1]["tls"] == {
        "ca_file": "/etc/lightstep/cacert.pem",
        "cert_file": "/etc/otelcol-credentials/tls.crt",
        "key_file": "/etc/otelcol-credentials/tls.key",
    }


def test_google_is_shown_an_identity_and_told_the_project() -> None:
    configuration = collector_configuration([destination(GOOGLE)])

    assert exporter(GOOGLE)[1]["auth"] == {"authenticator": "googleclientauth"}
    assert configuration["extensions"]["googleclientauth"] == {"project": "my-project"}
    assert configuration["processors"]["resource"] == {
        "attributes": [{"key": "gcp.project_id", "value": "my-project", "action": "upsert"}]
    }


def test_configuration_holds_no_headers() -> None:
    assert "headers" not in exporter(EVERYTHING)[1]


@pytest.mark.parametrize("backend", [POOL, PLAIN, EVERYTHING, GOOGLE])
def test_configuration_uses_everything_that_it_defines_and_nothing_else(backend: Backend) -> None:
    configuration = collector_configuration([destination(backend)])

    pipeline = configuration["service"]["pipelines"]["traces"]
    for part in ("receivers", "processors", "exporters"):
        assert set(pipeline[part]) == set(configuration[part])
    assert configuration["service"]["extensions"] == list(configuration["extensions"])
    assert pipeline["processors"] == ["memory_limiter", *(["resource"] if backend.google_project else []), "batch"]


def test_full_queue_fits_below_the_memory_limiters_soft_limit() -> None:
    configuration = collector_configuration([destination(POOL)])
    limiter, batch = configuration["processors"]["memory_limiter"], configuration["processors"]["batch"]
    queue = exporter(POOL)[1]["sending_queue"]

    soft_limit_mib = 512 * (limiter["limit_percentage"] - limiter["spike_limit_percentage"]) / 100
    heap_of_a_span = 2742  # bytes, measured with 23 tags
    spans = (queue["queue_size"] + queue["num_consumers"]) * batch["send_batch_max_size"]
    assert spans * heap_of_a_span / 2**20 + 50 < soft_limit_mib


def test_backend_may_be_away_for_as_long_as_the_collector_tries() -> None:
    configuration = collector_configuration([destination(POOL)])
    settings = exporter(POOL)[1]

    seconds = float(configuration["processors"]["batch"]["timeout"].removesuffix("s"))
    trying = float(settings["retry_on_failure"]["max_elapsed_time"].removesuffix("s"))
    assert settings["sending_queue"]["queue_size"] * seconds >= trying


def test_headers_are_added_to_the_exporter_that_is_used() -> None:
    for backend in (POOL, EVERYTHING, replace(PLAIN, address=BackendAddress("10.0.0.1", 4317))):
        name = exporter(backend)[0]
        text = credentials_configuration({name: {"a": "$b", "c": "$$"}})

        assert json.loads(text) == {"exporters": {name: {"headers": {"a": "$$b", "c": "$$$$"}}}}


def test_counters_are_served_to_the_pod_itself_only() -> None:
    (reader,) = collector_configuration([destination(POOL)])["service"]["telemetry"]["metrics"]["readers"]

    prometheus = reader["pull"]["exporter"]["prometheus"]
    assert (prometheus["host"], prometheus["port"]) == ("localhost", 8888)
