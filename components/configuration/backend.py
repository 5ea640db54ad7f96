"""The tracing backend: where spans go, and what opens it."""

from functools import partial
from typing import Annotated, Any, Final

from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import DEFAULT_TRACES_PATH, Backend, OtlpProtocol
from components.backends.preset import ByRegion
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.backend_keys import (
    MAIN,
    GivenBackend,
    default_address,
    default_header,
    default_protocol,
    default_tls,
)
from components.configuration.backend_values import (
    AccessToken,
    Address,
    CaFile,
    ClientCertificateFile,
    HeaderName,
    Headers,
    PrivateKey,
    TracesPath,
)
from components.configuration.machinery.certificates import PEM_FILE, REST_OF_LIFE
from components.configuration.machinery.key import key
from components.configuration.machinery.types import either, one_of, true_or_false
from components.configuration.tracing import TracingSettings

#: Values that would be accepted where each team has its own; the last two are files.
EXAMPLE_ADDRESS: Final = "backend.example.com:443"
EXAMPLE_HEADER: Final = "api-key"
EXAMPLE_CERTIFICATE: Final = "backend-client.pem"
EXAMPLE_KEY: Final = "backend-client-key.pem"

_BY_REGION: Final = {name: preset.address for name, preset in PRESETS.items() if isinstance(preset.address, ByRegion)}
_FIXED: Final = {name: preset.address for name, preset in PRESETS.items() if isinstance(preset.address, BackendAddress)}
_PUBLIC_CA: Final = [name for name, preset in PRESETS.items() if preset.public_ca]


def _backend_of_environment(_: dict[str, Any]) -> BackendPreset:
    """Return what holds where none is named; `backend_constraints` refuses it in staging and prod."""
    return BackendPreset.IN_CLUSTER


class BackendSettings(TracingSettings):
    """Where spans go, and what opens it."""

    subject = "Backend"

    backend: Annotated[BackendPreset, one_of(BackendPreset)] = key(
        "Kind of tracing backend: "
        + "; ".join(f"{name} is {preset.title}" for name, preset in PRESETS.items())
        + ". ServiceNow has announced the end of Lightstep's service; docs/moving-from-lightstep.md leads to another.",
        BackendPreset.OTLP,
        default_text=f"`{BackendPreset.IN_CLUSTER}` where environment is dev; staging and prod must name one",
        default_factory=_backend_of_environment,
    )
    backend_region: str | None = key(
        "The part of the backend's address that is the team's own: what the backend calls its region or site.",
        next(iter(_BY_REGION.values())).example,
        allowed="what docs/tracing.md says of the backend; required where it asks for one, and only there",
        default_text="none",
        default=None,
    )
    backend_address: Address | None = key(
        "Address of the tracing backend. Microsatellites take gRPC on port 9292 with TLS and on 8184 without.",
        EXAMPLE_ADDRESS,
        allowed="<host>:<port> without a scheme, an IPv6 address in brackets; required with a backend that has no "
        "address of its own, and the backend's own with any other",
        default_text=", ".join(f"`{address}` with {name}" for name, address in _FIXED.items())
        + f"; what follows from backendRegion with {either(_BY_REGION)}; none with any other backend",
        default_factory=partial(default_address, MAIN),
    )
    backend_protocol: Annotated[OtlpProtocol, one_of(OtlpProtocol)] = key(
        "How OTLP reaches the backend: over gRPC, or in HTTP requests.",
        "grpc",
        allowed="{type}, where the backend takes it",
        default_text="`grpc` where the backend takes it",
        default_factory=partial(default_protocol, MAIN),
    )
    backend_path: TracesPath | None = key(
        "Path to which the Collector posts spans.",
        DEFAULT_TRACES_PATH,
        allowed="{type}; only with backendProtocol http, and a backend that has no path of its own",
        default_text=f"the backend's own, or `{DEFAULT_TRACES_PATH}`, with backendProtocol http",
        default=None,
    )
    backend_tls: Annotated[bool, true_or_false("with a backend that has no address of its own")] = key(
        "Whether spans travel to the backend over TLS.",
        "true",
        default_text=f"`true`; `false` with backend {BackendPreset.IN_CLUSTER}, which is reached inside mutual TLS",
        default_factory=partial(default_tls, MAIN),
    )
    backend_ca_file: CaFile | None = key(
        "CA certificates by which the backend is recognized.",
        "backend-ca.pem",
        allowed=f"{PEM_FILE} CA certificates valid for {REST_OF_LIFE}; not together with backendTls false",
        default_text="the public ones in the Collector's image with backend "
        f"{either(_PUBLIC_CA)}; ISRG Root X1 with any other",
        default=None,
    )
    backend_client_certificate_file: ClientCertificateFile | None = key(
        "Client certificate that the Collector shows to the backend.",
        EXAMPLE_CERTIFICATE,
        allowed=f"{PEM_FILE} certificates valid for {REST_OF_LIFE}, the "
        "client's own first and each issued by the next; together with backendClientKey; not with backendTls false "
        "and only where tracingMode is opentelemetry",
        default_text="none",
        default=None,
    )
    backend_client_key: PrivateKey | None = key(
        "Private key of the client certificate.",
        EXAMPLE_KEY,
        allowed="an RSA, ECDSA or Ed25519 key in PEM, unencrypted and stored with --secret, that belongs to "
        "backendClientCertificateFile; only together with it",
        default_text="none",
        secret=True,
        default=None,
    )
    backend_headers: Headers = key(
        "Further request headers with which the Collector sends spans, for example a tenant or an authorization.",
        "",
        allowed="an object of lower-case header name to printable ASCII text, stored with --secret; not the header "
        "in accessTokenHeader, nor one that the backend's own form has; only where tracingMode is opentelemetry",
        secret=True,
        default_factory=dict[str, SecretStr],
    )
    access_token: AccessToken | None = key(
        "Access token of the tracing backend, without Bearer and the like in front of it.",
        "",
        allowed="a token stored with --secret: printable ASCII without white space, <user>:<token> where the backend "
        "asks for Basic; required with a backend that has a header for it, and with accessTokenHeader",
        default_text="none",
        secret=True,
        default=None,
    )
    access_token_header: HeaderName | None = key(
        "Request header that carries the access token to a backend that has none of its own for it.",
        EXAMPLE_HEADER,
        allowed="a lower-case header name with a backend that has none of its own; the backend's own with any other",
        default_text="the backend's own, where it has one",
        default_factory=partial(default_header, MAIN),
    )

    @property
    def backend_target(self) -> Backend:
        """The tracing backend, without its secrets.

        Raises:
            ValueError: if a backend without an address of its own was given none, which `parse` refuses.
        """
        return GivenBackend(self, MAIN).target()
