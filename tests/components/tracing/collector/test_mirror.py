"""A second backend: what stands beside the first one's, and nowhere readable."""

import json

import yaml

from tests.components.tracing.collector.collector_support import (
    CERTIFICATE,
    EVERYTHING,
    KEY,
    PLAIN,
    POOL,
    TENANT,
    TOKEN,
    checksum,
    collector,
    pod,
)


def test_every_backend_has_an_exporter_of_its_own_in_the_one_pipeline() -> None:
    made = collector(POOL, EVERYTHING)

    configuration = yaml.safe_load(made.only("ConfigMap").inputs["data"]["config.yaml"])
    assert set(configuration["exporters"]) == {"otlp_grpc", "otlp_http/mirror"}
    assert configuration["service"]["pipelines"]["traces"]["exporters"] == ["otlp_grpc", "otlp_http/mirror"]
    assert configuration["exporters"]["otlp_http/mirror"]["tls"] == {
        "ca_file": "/etc/otelcol-credentials/mirror.cacert.pem",
        "cert_file": "/etc/otelcol-credentials/mirror.tls.crt",
        "key_file": "/etc/otelcol-credentials/mirror.tls.key",
    }


def test_one_secret_holds_the_credentials_of_both() -> None:
    files = collector(POOL, EVERYTHING).only("Secret").plain["stringData"]

    assert set(files) == {"credentials.yaml", "mirror.cacert.pem", "mirror.tls.crt", "mirror.tls.key"}
    assert json.loads(files["credentials.yaml"])["exporters"] == {
        "otlp_grpc": {"headers": {"lightstep-access-token": TOKEN}},
        "otlp_http/mirror": {"headers": {"authorization": TOKEN, "x-tenant": TENANT}},
    }
    assert (files["mirror.cacert.pem"], files["mirror.tls.key"]) == (CERTIFICATE, KEY)


def test_credentials_of_the_second_are_nowhere_readable() -> None:
    made = collector(PLAIN, EVERYTHING)

    for secret in (TOKEN, TENANT, KEY):
        assert [text for text in made.texts(with_secrets=True) if secret in text]
        assert not [text for text in made.texts() if secret in text]


def test_pods_reach_both() -> None:
    egress = collector(POOL, PLAIN).only("NetworkPolicy").inputs["spec"]["egress"]

    ports = [port["port"] for rule in egress[:2] for port in rule["ports"]]
    assert ports == [443, 4317]


def test_two_queues_have_twice_the_memory() -> None:
    (container,) = pod(collector(POOL, EVERYTHING))["containers"]

    assert container["resources"]["limits"]["memory"] == "1024Mi"
    assert container["env"][0] == {"name": "GOMEMLIMIT", "value": "819MiB"}


def test_pods_roll_when_a_second_backend_comes() -> None:
    assert checksum(collector(POOL, EVERYTHING)) != checksum(collector(POOL))
