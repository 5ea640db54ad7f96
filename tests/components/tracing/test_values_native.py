"""The istiod chart's values in native mode: the six values of the guides, and what a version needs besides."""

from decimal import Decimal
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.model.spans import HeaderTag, LiteralTag
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from tests.components.tracing.tracing_support import NATIVE, POOL, TOKEN, satellites, values_for

NATIVE_VERSIONS: Final = ["1.12.0", "1.14.6", "1.15.0", "1.15.7"]


def six_values(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values that the guides name, by the paths that the guides give them."""
    lightstep = values["global"]["tracer"]["lightstep"]
    return {
        "pilot.traceSampling": values["pilot"]["traceSampling"],
        "global.proxy.tracer": values["global"]["proxy"]["tracer"],
        **{f"global.tracer.lightstep.{name}": value for name, value in lightstep.items()},
    }


def written(version: str = "1.15.0", token: str = TOKEN, address: str = POOL) -> tuple[str, str]:
    """Return address and token as the values hold them."""
    lightstep = values_for(version, NATIVE, satellites(address), token)["global"]["tracer"]["lightstep"]
    return lightstep["address"], lightstep["accessToken"].get_secret_value()


@pytest.mark.parametrize("version", NATIVE_VERSIONS)
def test_native_mode_gives_the_six_values_of_the_guides(version: str) -> None:
    assert six_values(values_for(version, NATIVE)) == {
        "pilot.traceSampling": 100,
        "global.proxy.tracer": "lightstep",
        "global.tracer.lightstep.address": "lightstep-satellite.lightstep:9292",
        "global.tracer.lightstep.accessToken": SecretStr(TOKEN),
        "global.tracer.lightstep.secure": True,
        "global.tracer.lightstep.cacertPath": "/etc/lightstep/cacert.pem",
    }


@pytest.mark.parametrize("version", NATIVE_VERSIONS)
def test_native_mode_without_tls_is_not_secure_and_names_no_ca(version: str) -> None:
    values = values_for(version, NATIVE, satellites(tls=False))

    six = six_values(values)
    assert six["global.tracer.lightstep.secure"] is False
    assert six["global.tracer.lightstep.cacertPath"] == ""
    assert "/etc/lightstep" not in str(values)
    assert "tlsSettings" not in str(values)


@pytest.mark.parametrize("version", ["1.12.0", "1.15.7"])
def test_tls_is_asked_for_in_the_mesh_configuration(version: str) -> None:
    values = values_for(version, NATIVE)

    assert values.keys() == {"pilot", "global", "meshConfig"}
    assert values["global"].keys() == {"proxy", "tracer"}
    assert values["meshConfig"] == {
        "enableTracing": True,
        "defaultConfig": {
            "tracing": {
                "tlsSettings": {
                    "mode": "SIMPLE",
                    "caCertificates": "/etc/lightstep/cacert.pem",
                    "sni": "lightstep-satellite.lightstep",
                }
            }
        },
    }


def test_without_tls_the_mesh_configuration_holds_the_switch_only() -> None:
    assert values_for("1.15.0", NATIVE, satellites(tls=False))["meshConfig"] == {"enableTracing": True}


@pytest.mark.parametrize("address", ["192.0.2.7:9292", "[2001:db8::1]:9292"])
def test_ip_address_is_no_server_name(address: str) -> None:
    tls = values_for("1.15.0", NATIVE, satellites(address))["meshConfig"]["defaultConfig"]["tracing"]["tlsSettings"]

    assert tls == {"mode": "SIMPLE", "caCertificates": "/etc/lightstep/cacert.pem"}


@pytest.mark.parametrize("version", NATIVE_VERSIONS)
@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0.01", 0.01), ("12.25", 12.25), ("100", 100)])
def test_native_mode_samples_as_asked(version: str, text: str, number: float) -> None:
    values = values_for(version, NATIVE, sampling_percentage=Decimal(text))

    assert six_values(values)["pilot.traceSampling"] == number


@pytest.mark.parametrize("token", ["correct-horse-battery", "abcDEF0123+/xyz==", "aGVsbG8_d29ybGQ", "fe45.aa"])
def test_usual_tokens_and_addresses_stand_as_the_guides_write_them(token: str) -> None:
    assert written(token=token) == (POOL, token)
    assert written(address="192.0.2.7:9292")[0] == "192.0.2.7:9292"
    assert written(address="collector-grpc.lightstep.com:443")[0] == "collector-grpc.lightstep.com:443"


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1))
def test_any_token_survives_a_chart_that_writes_it_into_yaml_without_quotes(token: str) -> None:
    _, value = written(token=token)

    assert "\n" not in value
    assert yaml.safe_load(f"key: {value}") == {"key": token}


@pytest.mark.parametrize(
    "token", ["12345", "1.5", "true", "no", "null", "~", "*x", "&x", "#x", "{x}", "a: b", "'", '"']
)
def test_token_that_yaml_would_take_for_something_else_survives_too(token: str) -> None:
    assert yaml.safe_load(f"key: {written(token=token)[1]}") == {"key": token}


@pytest.mark.parametrize("token", ['"' * 200, "*" + "x y " * 100])
def test_long_token_stays_on_one_line(token: str) -> None:
    _, value = written(token=token)

    assert "\n" not in value
    assert yaml.safe_load(f"key: {value}") == {"key": token}


@pytest.mark.parametrize("token", ["1e3", "+12e4", ".5e3", "12e45", "0o17", "y", "Y", "n", "N"])
def test_token_that_only_helms_yaml_takes_for_a_number_or_a_boolean_is_quoted(token: str) -> None:
    assert written(token=token)[1] == f'"{token}"'


@pytest.mark.parametrize("address", ["[::1]:9292", "[2001:db8::1]:443", "20:30", "192.0.2.7:59", "yes.example.com:443"])
def test_any_address_survives_a_chart_that_writes_it_into_yaml_without_quotes(address: str) -> None:
    lightstep = tracing_values(_plan_to(address))["global"]["tracer"]["lightstep"]

    assert yaml.safe_load(f"key: {lightstep['address']}") == {"key": address}


def _plan_to(address: str) -> TracingPlan:
    host, _, port = address.rpartition(":")
    backend = Backend(BackendAddress(host.strip("[]"), int(port)), tls=True, token_header=LIGHTSTEP_HEADER)
    return TracingPlan(Version("1.15.0"), NATIVE, backend, token=SecretStr(TOKEN))


def test_native_mode_puts_custom_tags_into_the_mesh_configuration() -> None:
    tags = {"team": LiteralTag("shop"), "tenant": HeaderTag("x-tenant", "none")}

    mesh = values_for("1.15.0", NATIVE, satellites(tls=False), custom_tags=tags)["meshConfig"]

    assert mesh["defaultConfig"] == {
        "tracing": {
            "customTags": {
                "team": {"literal": {"value": "shop"}},
                "tenant": {"header": {"name": "x-tenant", "defaultValue": "none"}},
            }
        }
    }


def test_custom_tags_stand_beside_tls() -> None:
    values = values_for("1.12.0", NATIVE, custom_tags={"team": LiteralTag("shop")})

    assert values["meshConfig"]["defaultConfig"]["tracing"].keys() == {"tlsSettings", "customTags"}
