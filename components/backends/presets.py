"""Tracing backends as plain data: where spans go, how, and what is known of Lightstep's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from components.backends.address import BackendAddress

#: Header in which Lightstep's satellites expect the access token.
LIGHTSTEP_HEADER: Final = "lightstep-access-token"

#: Path at which an OTLP/HTTP endpoint takes traces (https://opentelemetry.io/docs/specs/otlp/#otlphttp-request).
DEFAULT_TRACES_PATH: Final = "/v1/traces"


class OtlpProtocol(StrEnum):
    """How OTLP is carried to the backend (https://opentelemetry.io/docs/specs/otlp/)."""

    GRPC = "grpc"
    HTTP = "http"


class BackendPreset(StrEnum):
    """Kinds of tracing backends; `PRESETS` says what each means."""

    LIGHTSTEP_US = "lightstep-us"
    LIGHTSTEP_EU = "lightstep-eu"
    LIGHTSTEP_PUBLIC_SATELLITES = "lightstep-public-satellites"
    LIGHTSTEP_SATELLITES = "lightstep-satellites"
    LIGHTSTEP_MICROSATELLITES = "lightstep-microsatellites"
    OTLP = "otlp"


@dataclass(frozen=True)
class Preset:
    """What is known of a kind of backend.

    Arguments:
        title: what it is, in words.
        address: its address; `None` if each team has its own.
        token_header: header that carries the access token; `None` if that differs.
        speaks_lightstep: whether Envoy's own Lightstep tracer and Istio's `lightstep` provider can send to it.
        takes_http: whether it takes OTLP over HTTP as well as over gRPC. Default `False`.
    """

    title: str
    address: BackendAddress | None
    token_header: str | None
    speaks_lightstep: bool
    takes_http: bool = False


PRESETS: Final[Mapping[BackendPreset, Preset]] = {
    BackendPreset.LIGHTSTEP_US: Preset(
        "Lightstep's public ingest, US", BackendAddress("ingest.lightstep.com", 443), LIGHTSTEP_HEADER, True
    ),
    BackendPreset.LIGHTSTEP_EU: Preset(
        "Lightstep's public ingest, EU", BackendAddress("ingest.eu.lightstep.com", 443), LIGHTSTEP_HEADER, True
    ),
    BackendPreset.LIGHTSTEP_PUBLIC_SATELLITES: Preset(
        "Lightstep's public satellite pool",
        BackendAddress("collector-grpc.lightstep.com", 443),
        LIGHTSTEP_HEADER,
        True,
    ),
    BackendPreset.LIGHTSTEP_SATELLITES: Preset("an on-premise satellite pool", None, LIGHTSTEP_HEADER, True),
    BackendPreset.LIGHTSTEP_MICROSATELLITES: Preset("Lightstep microsatellites", None, LIGHTSTEP_HEADER, True),
    BackendPreset.OTLP: Preset("any OTLP endpoint", None, None, speaks_lightstep=False, takes_http=True),
}


@dataclass(frozen=True)
class Backend:
    """The tracing backend of an environment.

    Arguments:
        address: its host and port.
        tls: whether the connection is encrypted and the backend verified.
        token_header: name of the header that carries the access token; `None` sends no token.
        protocol: how OTLP is carried. Default gRPC.
        path: path of the traces, with `OtlpProtocol.HTTP` only. Default `/v1/traces`.
        header_names: names of further headers, whose values are secrets. Default: none.
        client_certificate: client certificate chain, PEM; `None` (default) shows none.
    """

    address: BackendAddress
    tls: bool
    token_header: str | None
    protocol: OtlpProtocol = OtlpProtocol.GRPC
    path: str = DEFAULT_TRACES_PATH
    header_names: tuple[str, ...] = ()
    client_certificate: str | None = None
