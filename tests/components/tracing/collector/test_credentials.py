"""The Collector's credentials: files from one Secret, readable nowhere else, and Pods that roll when they change."""

import json
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components.backends.address import BackendAddress
from components.backends.backend import Backend
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
from tests.support.mocks import Secret

MUTUAL = replace(PLAIN, tls=True, client_certificate=CERTIFICATE)


@pytest.mark.parametrize("secret", [TOKEN, TENANT, KEY])
def test_credentials_are_a_pulumi_secret_in_one_kubernetes_secret(secret: str) -> None:
    made = collector(EVERYTHING)

    assert isinstance(made.only("Secret").inputs["stringData"], Secret)
    assert [each.kind for each in made.resources if secret in str(each.plain)] == ["Secret"]


@pytest.mark.parametrize("secret", [TOKEN, TENANT, KEY])
def test_credentials_are_nowhere_readable(secret: str) -> None:
    made = collector(EVERYTHING)

    assert [text for text in made.texts(with_secrets=True) if secret in text]
    assert not [text for text in made.texts() if secret in text]


def test_credentials_given_in_the_clear_become_secret() -> None:
    changes: dict[str, Any] = {"access_token": TOKEN, "headers": {"x-tenant": TENANT}, "client_key": KEY}
    made = collector(EVERYTHING, **changes)

    for secret in (TOKEN, TENANT, KEY):
        assert [text for text in made.texts(with_secrets=True) if secret in text]
        assert not [text for text in made.texts() if secret in text]


def test_secret_holds_one_file_with_the_headers_and_a_client_certificate_with_its_key() -> None:
    secret = collector(EVERYTHING).only("Secret").plain

    assert secret["metadata"]["name"] == "otel-collector-credentials"
    files = secret["stringData"]
    assert set(files) == {"credentials.yaml", "tls.crt", "tls.key"}
    assert json.loads(files["credentials.yaml"]) == {
        "exporters": {"otlp_http": {"headers": {"authorization": TOKEN, "x-tenant": TENANT}}}
    }
    assert (files["tls.crt"], files["tls.key"]) == (CERTIFICATE, KEY)


def test_pod_reads_the_headers_after_the_configuration_and_from_no_variable() -> None:
    made = collector()

    (container,) = pod(made)["containers"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert container["args"] == [
        f"--config={mounts['config']}/config.yaml",
        f"--config={mounts['credentials']}/credentials.yaml",
    ]
    assert {"name": "credentials", "secret": {"secretName": "otel-collector-credentials"}} in pod(made)["volumes"]
    assert not [variable for variable in container["env"] if "valueFrom" in variable]


def test_client_certificate_without_headers_needs_no_second_configuration() -> None:
    made = collector(MUTUAL)

    (container,) = pod(made)["containers"]
    assert set(made.only("Secret").plain["stringData"]) == {"tls.crt", "tls.key"}
    assert len(container["args"]) == 1
    assert "credentials" in {mount["name"] for mount in container["volumeMounts"]}


def test_backend_without_credentials_has_no_secret() -> None:
    assert collector(PLAIN).of_kind("Secret") == []


def test_same_inputs_leave_the_pods_alone() -> None:
    assert checksum(collector(EVERYTHING)) == checksum(collector(EVERYTHING))


@pytest.mark.parametrize(
    ("backend", "changes"),
    [
        (EVERYTHING, {"access_token": lambda: pulumi.Output.secret("another")}),
        (EVERYTHING, {"headers": lambda: {"x-tenant": pulumi.Output.secret("another")}}),
        (EVERYTHING, {"client_key": lambda: pulumi.Output.secret("another")}),
        (replace(EVERYTHING, ca_certificate="another"), {}),
        (replace(EVERYTHING, client_certificate="another"), {}),
        (replace(EVERYTHING, address=BackendAddress("ingest.eu.lightstep.com", 443)), {}),
    ],
    ids=["token", "header", "key", "ca", "client-certificate", "address"],
)
def test_pods_roll_when_what_they_read_at_start_changes(backend: Backend, changes: dict[str, Any]) -> None:
    assert checksum(collector(backend, **changes)) != checksum(collector(EVERYTHING))


@pytest.mark.parametrize("backend", [PLAIN, POOL, EVERYTHING])
def test_a_preview_shows_the_checksum(backend: Backend) -> None:
    shown = checksum(collector(backend))

    assert isinstance(shown, str)
    assert len(bytes.fromhex(shown)) == 16
