"""How the mesh reaches satellites that sidecars send to themselves."""

from typing import Any

import pytest
from packaging.version import Version

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.constants.choices import TracingMode
from components.tracing.plan import TracingPlan
from components.tracing.satellite_route import destination_rule_spec, service_entry_spec
from components.tracing.values import tracing_values


def satellites(address: str, *, tls: bool = True) -> TracingPlan:
    backend = Backend(BackendAddress.parse(address), tls=tls, token_header=LIGHTSTEP_HEADER)
    return TracingPlan(Version("1.26.0"), TracingMode.LIGHTSTEP_PROVIDER, backend)


def service_entry(address: str) -> dict[str, Any]:
    spec = service_entry_spec(satellites(address))
    assert spec is not None
    return spec


def test_satellites_with_a_name_are_looked_up() -> None:
    assert service_entry("collector-grpc.lightstep.com:443") == {
        "hosts": ["collector-grpc.lightstep.com"],
        "location": "MESH_EXTERNAL",
        "ports": [{"number": 443, "name": "grpc-satellite", "protocol": "GRPC"}],
        "resolution": "DNS",
    }


@pytest.mark.parametrize(
    ("address", "endpoint"), [("192.0.2.7:9292", "192.0.2.7"), ("[2001:db8::1]:9292", "2001:db8::1")]
)
def test_satellites_at_an_ip_address_are_an_endpoint_of_a_host_of_ours(address: str, endpoint: str) -> None:
    assert service_entry(address) == {
        "hosts": ["satellites.traced-mesh.internal"],
        "location": "MESH_EXTERNAL",
        "ports": [{"number": 9292, "name": "grpc-satellite", "protocol": "GRPC"}],
        "resolution": "STATIC",
        "endpoints": [{"address": endpoint}],
    }


def test_service_of_the_cluster_is_known_to_the_mesh_already() -> None:
    assert service_entry_spec(satellites("lightstep-satellite.lightstep.svc.cluster.local:9292")) is None


def test_name_that_only_looks_like_the_clusters_is_looked_up() -> None:
    assert service_entry("satellite.svc.cluster.local.example.com:9292")["resolution"] == "DNS"
    assert service_entry("lightstep-satellite.lightstep:9292")["resolution"] == "DNS"


@pytest.mark.parametrize(
    "host", ["collector-grpc.lightstep.com", "lightstep-satellite.lightstep.svc.cluster.local", "satellite.lightstep"]
)
def test_satellites_with_a_name_are_recognized_by_it(host: str) -> None:
    assert destination_rule_spec(satellites(f"{host}:443")) == {
        "host": host,
        "trafficPolicy": {
            "tls": {
                "mode": "SIMPLE",
                "caCertificates": "/etc/lightstep/cacert.pem",
                "subjectAltNames": [host],
                "sni": host,
            }
        },
    }


@pytest.mark.parametrize(("address", "ip"), [("192.0.2.7:9292", "192.0.2.7"), ("[2001:db8::1]:9292", "2001:db8::1")])
def test_satellites_at_an_ip_address_are_recognized_by_it_and_asked_for_no_name(address: str, ip: str) -> None:
    assert destination_rule_spec(satellites(address)) == {
        "host": "satellites.traced-mesh.internal",
        "trafficPolicy": {
            "tls": {"mode": "SIMPLE", "caCertificates": "/etc/lightstep/cacert.pem", "subjectAltNames": [ip]}
        },
    }


@pytest.mark.parametrize(
    ("address", "host"),
    [("satellite.lightstep:8184", "satellite.lightstep"), ("192.0.2.7:8184", "satellites.traced-mesh.internal")],
)
def test_without_tls_the_mesh_adds_none_of_its_own(address: str, host: str) -> None:
    assert destination_rule_spec(satellites(address, tls=False)) == {
        "host": host,
        "trafficPolicy": {"tls": {"mode": "DISABLE"}},
    }


@pytest.mark.parametrize(
    "address", ["satellite.lightstep:9292", "192.0.2.7:9292", "[2001:db8::1]:9292", "a.b.svc.cluster.local:9292"]
)
def test_provider_service_entry_and_destination_rule_agree_on_the_host(address: str) -> None:
    plan = satellites(address)
    (provider,) = tracing_values(plan)["meshConfig"]["extensionProviders"]
    entry = service_entry_spec(plan)

    assert destination_rule_spec(plan)["host"] == provider["lightstep"]["service"]
    assert entry is None or entry["hosts"] == [provider["lightstep"]["service"]]
    assert entry is None or entry["ports"][0]["number"] == provider["lightstep"]["port"]
