"""The configuration keys of the tracing backend: where spans go, and what opens it."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from pydantic import Field, SecretStr

from components.backends.address import BackendAddress
from components.backends.presets import DEFAULT_TRACES_PATH, LIGHTSTEP_HEADER, PRESETS
from components.configuration import backend_fields, fields
from components.configuration.key import Key, SettingsPart
from components.constants.choices import BackendPreset, OtlpProtocol

#: Values that would be accepted where each team has its own; the last two are files.
EXAMPLE_ADDRESS: Final = "backend.example.com:443"
EXAMPLE_HEADER: Final = "api-key"
EXAMPLE_CERTIFICATE: Final = "backend-client.pem"
EXAMPLE_KEY: Final = "backend-client-key.pem"


def _one_of(names: Iterable[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} or {last}"


def _address_of_preset(data: dict[str, Any]) -> BackendAddress | None:
    return PRESETS[data["backend"]].address


def _header_of_preset(data: dict[str, Any]) -> str | None:
    return PRESETS[data["backend"]].token_header


class BackendSettings(SettingsPart):
    """Where spans go, and what opens it."""

    backend: Annotated[
        BackendPreset,
        fields.one_of(BackendPreset),
        Key(
            "Backend",
            "Kind of tracing backend: "
            + "; ".join(f"{name} is {preset.title}" for name, preset in PRESETS.items())
            + ". ServiceNow has announced the end of Lightstep's service, and an OTLP endpoint can take its place.",
            _one_of(PRESETS),
            BackendPreset.LIGHTSTEP_US,
        ),
    ] = BackendPreset.LIGHTSTEP_US
    backend_address: Annotated[
        backend_fields.Address | None,
        Key(
            "Backend",
            "Address of the tracing backend. Microsatellites take gRPC on port 9292 with TLS and on 8184 without.",
            "<host>:<port> without a scheme, an IPv6 address in brackets; required with backend "
            + _one_of([name for name, preset in PRESETS.items() if preset.address is None])
            + ", and the preset's own with any other",
            EXAMPLE_ADDRESS,
            default=", ".join(f"`{preset.address}` with {name}" for name, preset in PRESETS.items() if preset.address)
            + "; none with any other backend",
        ),
    ] = Field(default_factory=_address_of_preset)
    backend_protocol: Annotated[
        OtlpProtocol,
        fields.one_of(OtlpProtocol),
        Key(
            "Backend",
            "How OTLP reaches the backend: over gRPC, or in HTTP requests.",
            "grpc, or http with backend otlp",
            "grpc",
        ),
    ] = OtlpProtocol.GRPC
    backend_path: Annotated[
        backend_fields.TracesPath | None,
        Key(
            "Backend",
            "Path to which the Collector posts spans.",
            "a path that begins with /, of letters, digits and ._~%:@!&+,;=/-; only with backendProtocol http",
            DEFAULT_TRACES_PATH,
            default=f"`{DEFAULT_TRACES_PATH}` with backendProtocol http",
        ),
    ] = None
    backend_tls: Annotated[
        bool,
        fields.from_text(fields.switch),
        Key(
            "Backend",
            "Whether spans travel to the backend over TLS.",
            "true, or false with a backend that needs a backendAddress",
            "true",
        ),
    ] = True
    backend_ca_file: Annotated[
        backend_fields.CaFile | None,
        Key(
            "Backend",
            "CA certificates by which the backend is recognized.",
            "the path of a PEM file, relative to the project, with CA certificates valid for 30 days or longer; "
            "not together with backendTls false",
            "backend-ca.pem",
            default="ISRG Root X1",
        ),
    ] = None
    backend_client_certificate_file: Annotated[
        backend_fields.ClientCertificateFile | None,
        Key(
            "Backend",
            "Client certificate that the Collector shows to the backend.",
            "the path of a PEM file, relative to the project, with certificates valid for 30 days or longer, the "
            "client's own first and each issued by the next; together with backendClientKey; not with backendTls false "
            "and only where tracingMode is opentelemetry",
            EXAMPLE_CERTIFICATE,
            default="none",
        ),
    ] = None
    backend_client_key: Annotated[
        backend_fields.PrivateKey | None,
        Key(
            "Backend",
            "Private key of the client certificate.",
            "an RSA, ECDSA or Ed25519 key in PEM, unencrypted and stored with --secret, that belongs to "
            "backendClientCertificateFile; only together with it",
            EXAMPLE_KEY,
            default="none",
            secret=True,
        ),
    ] = None
    backend_headers: Annotated[
        backend_fields.Headers,
        Key(
            "Backend",
            "Further request headers with which the Collector sends spans, for example a tenant or an authorization.",
            "an object of lower-case header name to printable ASCII text, stored with --secret; not the header in "
            "accessTokenHeader; only where tracingMode is opentelemetry",
            "",
            secret=True,
        ),
    ] = Field(default_factory=dict[str, SecretStr])
    access_token: Annotated[
        backend_fields.AccessToken | None,
        Key(
            "Backend",
            "Access token of the tracing backend.",
            "a token stored with --secret: printable ASCII without white space; required with every backend but otlp, "
            "and with accessTokenHeader",
            "",
            default="none",
            secret=True,
        ),
    ] = None
    access_token_header: Annotated[
        backend_fields.HeaderName | None,
        Key(
            "Backend",
            "Request header that carries the access token to an OTLP endpoint.",
            f"a lower-case header name with backend otlp; {LIGHTSTEP_HEADER} with any other",
            EXAMPLE_HEADER,
            default=f"`{LIGHTSTEP_HEADER}`; none with backend otlp",
        ),
    ] = Field(default_factory=_header_of_preset)
