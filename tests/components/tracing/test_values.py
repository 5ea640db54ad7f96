"""The istiod chart's values with an extension provider, and what holds for every row of the table and its modes."""

from decimal import Decimal
from typing import Any, Final

import pytest
import yaml
from pydantic import SecretStr

from components.constants.choices import TracingMode
from components.constants.names import FILES_TEMPLATE
from components.kubernetes.secret_values import has_secret
from components.model.spans import LiteralTag
from components.tracing.plan import TracingPlan
from components.versions.istio import TABLE, VersionRow
from tests.components.tracing.tracing_support import OPENTELEMETRY, PROVIDER, TOKEN, satellites, values_for

EVERY_MODE: Final = [(row, mode) for row in TABLE for mode in row.modes]
EVERY_ROW_AND_MODE = pytest.mark.parametrize(
    ("row", "mode"), EVERY_MODE, ids=[f"{row.since}-{mode}" for row, mode in EVERY_MODE]
)

CA_MOUNT: Final = {"name": "lightstep-certs", "mountPath": "/etc/lightstep", "readOnly": True}
CA_VOLUME: Final = {"name": "lightstep-certs", "secret": {"secretName": "lightstep.cacert"}}
TOKEN_MOUNT: Final = {"name": "lightstep-token", "mountPath": "/etc/lightstep-token", "readOnly": True}
TOKEN_VOLUME: Final = {"name": "lightstep-token", "secret": {"secretName": "lightstep.access-token"}}


def provider_of(values: dict[str, Any]) -> dict[str, Any]:
    (provider,) = values["meshConfig"]["extensionProviders"]
    return provider


def template_of(values: dict[str, Any]) -> dict[str, Any]:
    return yaml.safe_load(values["sidecarInjectorWebhook"]["templates"][FILES_TEMPLATE])


@pytest.mark.parametrize("version", ["1.12.0", "1.14.6", "1.15.0", "1.15.7"])
def test_provider_before_1_16_reads_the_token_from_a_file(version: str) -> None:
    values = values_for(version, PROVIDER)

    assert provider_of(values) == {
        "name": "lightstep-satellites",
        "lightstep": {
            "service": "lightstep-satellite.lightstep",
            "port": 9292,
            "accessToken": "/etc/lightstep-token/token",
        },
    }
    assert values["meshConfig"]["enableTracing"] is True
    assert not has_secret(values)


@pytest.mark.parametrize("version", ["1.16.1", "1.21.6", "1.22.0", "1.26.8"])
def test_provider_from_1_16_on_is_given_the_token_itself(version: str) -> None:
    assert provider_of(values_for(version, PROVIDER)) == {
        "name": "lightstep-satellites",
        "lightstep": {
            "service": "lightstep-satellite.lightstep",
            "port": 9292,
            "accessToken": SecretStr(TOKEN),
        },
    }


@pytest.mark.parametrize("token", ["12345", "true", "*x", "y"])
def test_provider_is_given_the_token_as_it_is_since_its_chart_quotes(token: str) -> None:
    assert provider_of(values_for("1.26.8", PROVIDER, token=token))["lightstep"]["accessToken"] == SecretStr(token)


@pytest.mark.parametrize("address", ["192.0.2.7:9292", "[2001:db8::1]:9292"])
@pytest.mark.parametrize("version", ["1.15.0", "1.26.8"])
def test_provider_names_satellites_at_an_ip_address_by_a_host_of_ours(version: str, address: str) -> None:
    lightstep = provider_of(values_for(version, PROVIDER, satellites(address)))["lightstep"]

    assert lightstep["service"] == "satellites.traced-mesh.internal"
    assert lightstep["port"] == 9292


@pytest.mark.parametrize(
    ("version", "tls", "mounts", "volumes"),
    [
        ("1.15.0", True, [CA_MOUNT, TOKEN_MOUNT], [CA_VOLUME, TOKEN_VOLUME]),
        ("1.12.0", False, [TOKEN_MOUNT], [TOKEN_VOLUME]),
        ("1.26.8", True, [CA_MOUNT], [CA_VOLUME]),
    ],
)
def test_sidecars_get_their_files_from_an_injection_template_behind_istios(
    version: str, tls: bool, mounts: list[Any], volumes: list[Any]
) -> None:
    values = values_for(version, PROVIDER, satellites(tls=tls))

    assert template_of(values) == {
        "spec": {"containers": [{"name": "istio-proxy", "volumeMounts": mounts}], "volumes": volumes}
    }
    assert values["sidecarInjectorWebhook"]["defaultTemplates"] == ["sidecar", "tracing-files"]


def test_without_files_there_is_no_injection_template() -> None:
    assert values_for("1.26.8", PROVIDER, satellites(tls=False)).keys() == {"meshConfig"}


@pytest.mark.parametrize("version", ["1.16.1", "1.21.6", "1.22.0", "1.26.8", "1.27.0", "1.31.0"])
def test_opentelemetry_knows_the_collector_and_neither_backend_nor_token(version: str) -> None:
    assert values_for(version, OPENTELEMETRY) == {
        "meshConfig": {
            "enableTracing": True,
            "extensionProviders": [
                {
                    "name": "otel-collector",
                    "opentelemetry": {"service": "otel-collector.observability.svc.cluster.local", "port": 4317},
                }
            ],
        }
    }


@EVERY_ROW_AND_MODE
def test_sampling_and_tags_stand_in_the_values_only_where_there_is_no_telemetry(
    row: VersionRow, mode: TracingMode
) -> None:
    plain = values_for(row, mode)
    other = values_for(row, mode, sampling_percentage=Decimal(1), custom_tags={"team": LiteralTag("shop")})

    assert (plain == other) is row.telemetry_in(mode)


@EVERY_ROW_AND_MODE
def test_token_is_said_to_be_in_the_mesh_configuration_where_it_is(row: VersionRow, mode: TracingMode) -> None:
    values = values_for(row, mode)

    assert TracingPlan(row.since, mode, satellites()).token_is_in_the_mesh_configuration is has_secret(values)
    assert TOKEN not in str(values)
