"""Right configurations of the tracing backend, and the backend that they describe."""

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import Backend, OtlpProtocol
from components.backends.presets import BackendPreset
from components.configuration.settings import Settings
from tests.components.configuration.settings_support import (
    OTLP,
    RIGHT,
    SATELLITES,
    TOKEN,
    client_files,
    private_key_pem,
    read,
)

CLIENT = {"backendClientCertificateFile": "client-chain.pem", "backendClientKey": private_key_pem()}


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({}, "ingest.lightstep.com:443"),
        ({"backend": "lightstep-eu"}, "ingest.eu.lightstep.com:443"),
        ({"backend": "lightstep-public-satellites"}, "collector-grpc.lightstep.com:443"),
        ({"backend": "lightstep-us", "backendAddress": "ingest.lightstep.com:443"}, "ingest.lightstep.com:443"),
        ({"backend": "lightstep-satellites", "backendAddress": "10.0.0.7:9292"}, "10.0.0.7:9292"),
        ({"backend": "lightstep-microsatellites", "backendAddress": "[2001:db8::1]:8184"}, "[2001:db8::1]:8184"),
    ],
)
def test_lightstep_takes_the_token_in_its_own_header(changes: dict[str, str], address: str, project: Path) -> None:
    settings = read({**RIGHT, **changes}, project)

    assert replace(settings.backend_target, ca_certificate=None) == Backend(
        address=BackendAddress.parse(address), tls=True, token_header="lightstep-access-token"
    )


def test_satellites_may_be_reached_without_tls(project: Path) -> None:
    settings = read({**RIGHT, **SATELLITES, "backendTls": "false"}, project)

    assert settings.backend_target.tls is False
    assert settings.backend_target.ca_certificate is None


def test_otlp_endpoint_needs_nothing_but_an_address(project: Path) -> None:
    settings = read(OTLP, project)

    expected = Backend(BackendAddress("otlp.example.com", 4317), tls=True, token_header=None)
    assert replace(settings.backend_target, ca_certificate=None) == expected
    assert settings.access_token is None


def test_otlp_endpoint_takes_a_token_in_the_header_that_is_named(project: Path) -> None:
    settings = read({**OTLP, "accessToken": TOKEN, "accessTokenHeader": "api-key"}, project)

    assert settings.backend_target.token_header == "api-key"
    assert settings.access_token == SecretStr(TOKEN)


@pytest.mark.parametrize(("region", "address"), [("us", "api.honeycomb.io:443"), ("eu", "api.eu1.honeycomb.io:443")])
def test_region_is_a_part_of_the_address(region: str, address: str, project: Path) -> None:
    settings = read({**RIGHT, "backend": "honeycomb", "backendRegion": region}, project)

    assert str(settings.backend_target.address) == address
    assert settings.backend_target.token_header == "x-honeycomb-team"


def test_backend_with_a_certificate_of_a_public_ca_is_recognized_by_those_in_the_image(project: Path) -> None:
    honeycomb = {**RIGHT, "backend": "honeycomb", "backendRegion": "us"}

    assert read(honeycomb, project).backend_target.ca_certificate is None
    assert read({**honeycomb, "backendCaFile": "good-ca.pem"}, project).backend_target.ca_certificate


@pytest.mark.parametrize(("changes", "path"), [({}, "/v1/traces"), ({"backendPath": "/otlp/traces"}, "/otlp/traces")])
def test_otlp_over_http_has_a_path(changes: dict[str, str], path: str, project: Path) -> None:
    settings = read({**OTLP, "backendProtocol": "http", **changes}, project)

    assert (settings.backend_target.protocol, settings.backend_target.path) == (OtlpProtocol.HTTP, path)


def test_headers_are_known_by_name_and_kept_as_secrets(project: Path) -> None:
    headers = '{"authorization":"Bearer hunter2","x-tenant":"shop"}'

    settings = read({**OTLP, "backendHeaders": headers}, project)

    assert settings.backend_target.header_names == ("authorization", "x-tenant")
    assert settings.backend_headers["authorization"].get_secret_value() == "Bearer hunter2"
    assert "hunter2" not in repr(settings)


def test_client_certificate_comes_with_the_chain_above_it(project: Path) -> None:
    settings = read({**RIGHT, **CLIENT}, project)

    chain = x509.load_pem_x509_certificates((settings.backend_target.client_certificate or "").encode())
    assert [each.subject.rfc4514_string() for each in chain] == ["CN=mesh", "CN=Clients' CA", "CN=Root CA"]


@pytest.mark.parametrize("name", ["client-key.pem", "client-key-sec1.pem"])
def test_client_key_is_kept_as_a_secret_in_one_form(name: str, project: Path) -> None:
    given = client_files()[name]

    settings = read({**RIGHT, **CLIENT, "backendClientKey": given.strip()}, project)

    kept = settings.backend_client_key.get_secret_value() if settings.backend_client_key else ""
    assert kept == private_key_pem()
    assert load_pem_private_key(kept.encode(), password=None)
    assert kept.splitlines()[1] not in repr(settings)


def test_backend_of_settings_without_an_address_is_an_error() -> None:
    settings = Settings(cluster_name="mesh", backend=BackendPreset.OTLP)

    with pytest.raises(ValueError, match="nothing says where backend otlp is"):
        _ = settings.backend_target
