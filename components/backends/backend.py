"""The tracing backend of an environment as plain data: where spans go, how, and by what it is recognized."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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


class AuthScheme(StrEnum):
    """What stands before the credential in a header `authorization`.

    `Bearer` and `Basic` are registered (https://www.iana.org/assignments/http-authschemes); the others are
    vendors' own.
    """

    BEARER = "Bearer"
    BASIC = "Basic"
    API_KEY = "ApiKey"
    API_TOKEN = "Api-Token"  # noqa: S105 - a word, not a secret


@dataclass(frozen=True)
class Backend:
    """The tracing backend of an environment.

    Arguments:
        address: its host and port.
        tls: whether the connection is encrypted and the backend verified.
        token_header: name of the header that carries the access token; `None` sends no token.
        token_scheme: what stands before the token in that header. Default: nothing.
        protocol: how OTLP is carried. Default gRPC.
        path: path of the traces, with `OtlpProtocol.HTTP` only. Default `/v1/traces`.
        headers: further headers that are the same for every team, name -> value; not secret. Default: none.
        header_names: names of further headers, whose values are secrets. Default: none.
        ca_certificate: the CA certificates by which the backend is recognized, PEM, with `tls` only; `None` (default)
            means the public ones in the Collector's image.
        client_certificate: client certificate chain, PEM; `None` (default) shows none.
        in_cluster: whether it is the Jaeger that the program runs in the cluster. Default `False`.
        google_project: id of the Google Cloud project that takes the spans, to which the Collector shows the identity
            that GKE gives its Pods; `None` (default): it shows none.
    """

    address: BackendAddress
    tls: bool
    token_header: str | None
    token_scheme: AuthScheme | None = None
    protocol: OtlpProtocol = OtlpProtocol.GRPC
    path: str = DEFAULT_TRACES_PATH
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    header_names: tuple[str, ...] = ()
    ca_certificate: str | None = None
    client_certificate: str | None = None
    in_cluster: bool = False
    google_project: str | None = None

    def token_value(self, token: str) -> str:
        """Return what `token_header` carries for an access token; of scheme `Basic` the token is `user:password`."""
        if self.token_scheme is None:
            return token
        sent = b64encode(token.encode()).decode() if self.token_scheme is AuthScheme.BASIC else token
        return f"{self.token_scheme} {sent}"


def google_project(backends: Iterable[Backend]) -> str | None:
    """Return the id of the Google Cloud project that takes spans of the backends; `None` if none does."""
    return next((each.google_project for each in backends if each.google_project), None)
