"""What is known of tracing backends."""

from components.backends.address import BackendAddress
from components.backends.presets import PRESETS, Backend, BackendPreset, OtlpProtocol


def test_public_endpoints_of_lightstep_have_a_fixed_address() -> None:
    assert {name.value: str(preset.address) for name, preset in PRESETS.items() if preset.address} == {
        "lightstep-us": "ingest.lightstep.com:443",
        "lightstep-eu": "ingest.eu.lightstep.com:443",
        "lightstep-public-satellites": "collector-grpc.lightstep.com:443",
    }


def test_every_preset_is_described() -> None:
    assert list(PRESETS) == list(BackendPreset)
    assert all(preset.title for preset in PRESETS.values())


def test_satellites_take_the_token_in_lightsteps_header_and_any_other_backend_in_its_own() -> None:
    headers = {name.value: preset.token_header for name, preset in PRESETS.items()}

    assert headers.pop("otlp") is None
    assert set(headers.values()) == {"lightstep-access-token"}


def test_only_lightsteps_own_take_what_sidecars_send_themselves() -> None:
    assert [name.value for name, preset in PRESETS.items() if not preset.speaks_lightstep] == ["otlp"]


def test_backend_takes_otlp_over_grpc_unless_it_says_otherwise() -> None:
    backend = Backend(BackendAddress("otlp.example.com", 4317), tls=True, token_header=None)

    assert (backend.protocol, backend.path) == (OtlpProtocol.GRPC, "/v1/traces")
    assert (backend.header_names, backend.client_certificate) == ((), None)
