"""Who reaches the Collector, and whom it reaches."""

from dataclasses import replace
from typing import Any

import pytest

from components.backends.address import BackendAddress
from components.mesh.namespaces import injection_label
from tests.components.tracing.collector.collector_support import GOOGLE, PLAIN, POOL, collector


def policy(**changes: Any) -> dict[str, Any]:
    return collector(**changes).only("NetworkPolicy").inputs["spec"]


def to_backend(host: str, port: int) -> dict[str, Any]:
    return policy(backend=replace(POOL, address=BackendAddress(host, port)))["egress"][0]


def test_nothing_passes_that_is_not_named() -> None:
    assert policy()["policyTypes"] == ["Ingress", "Egress"]


@pytest.mark.parametrize("revision", [None, "1-27-0"])
def test_only_the_meshs_namespaces_come_in_and_only_with_spans(revision: str | None) -> None:
    label = injection_label(revision)

    (rule,) = policy(injection_labels=[label])["ingress"]
    assert rule == {
        "from": [{"namespaceSelector": {"matchLabels": label}}],
        "ports": [{"protocol": "TCP", "port": 4317}, {"protocol": "TCP", "port": 4318}],
    }


def test_jaeger_in_the_cluster_is_the_only_one_reached() -> None:
    plain = replace(PLAIN, address=BackendAddress("jaeger.observability.svc.cluster.local", 4317), in_cluster=True)

    assert collector(plain).only("NetworkPolicy").inputs["spec"]["egress"][0] == {
        "to": [
            {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}},
                "podSelector": {"matchLabels": {"app.kubernetes.io/name": "jaeger"}},
            }
        ],
        "ports": [{"protocol": "TCP", "port": 4317}],
    }


@pytest.mark.parametrize(
    ("host", "block"), [("192.0.2.7", "192.0.2.7/32"), ("2001:db8::1", "2001:db8::1/128")], ids=["IPv4", "IPv6"]
)
def test_backend_with_an_ip_address_is_the_only_one_reached(host: str, block: str) -> None:
    assert to_backend(host, 8184) == {
        "to": [{"ipBlock": {"cidr": block}}],
        "ports": [{"protocol": "TCP", "port": 8184}],
    }


def test_backend_with_a_name_is_reached_wherever_it_is_on_its_port() -> None:
    assert to_backend("ingest.lightstep.com", 443) == {"ports": [{"protocol": "TCP", "port": 443}]}


def test_googles_metadata_server_is_reached_where_the_identity_is_shown_and_nowhere_else() -> None:
    way = {"to": [{"ipBlock": {"cidr": "169.254.169.254/32"}}], "ports": [{"protocol": "TCP", "port": 80}]}

    assert way in collector(GOOGLE).only("NetworkPolicy").inputs["spec"]["egress"]
    assert way not in policy()["egress"]


def test_dns_and_the_sidecars_istiod_are_reached() -> None:
    assert policy()["egress"][1:] == [
        {"ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]},
        {
            "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "istio-system"}}}],
            "ports": [{"protocol": "TCP", "port": 15012}],
        },
    ]
