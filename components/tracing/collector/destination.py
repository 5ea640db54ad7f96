"""Where the Collector sends spans: a backend, what it is shown there, and the names under which that stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi

from components.backends.backend import Backend, OtlpProtocol
from components.constants.files import CA_FILE, CA_KEY, CREDENTIALS_FOLDER


@dataclass(frozen=True)
class Credentials:
    """What a tracing backend is shown; all but names are secrets.

    Arguments:
        access_token: the access token; `None` (default) if the backend wants none.
        headers: further headers, name -> value. Default: none.
        client_key: private key of the client certificate, PEM; `None` (default) without one.
    """

    access_token: pulumi.Input[str] | None = None
    headers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    client_key: pulumi.Input[str] | None = None


@dataclass(frozen=True)
class Destination:
    """One backend to which the Collector sends every span, by an exporter with a queue of its own.

    Arguments:
        backend: the backend.
        credentials: what it is shown. Default: nothing.
        name: tells a further destination from the first, which has none.

    Raises:
        ValueError: if the backend asks for something that is missing, or something is given that it does not ask for.
    """

    backend: Backend
    credentials: Credentials = Credentials()
    name: str = ""

    def __post_init__(self) -> None:
        backend, given = self.backend, self.credentials
        if (backend.token_header is None) != (given.access_token is None):
            raise ValueError("backend.token_header and access_token go together: set both or neither")
        if set(backend.header_names) != set(given.headers):
            raise ValueError("headers must have exactly the names in backend.header_names")
        if (backend.client_certificate is None) != (given.client_key is None):
            raise ValueError("backend.client_certificate and client_key go together: set both or neither")
        if (backend.ca_certificate or backend.client_certificate) and not backend.tls:
            raise ValueError("backend.ca_certificate and backend.client_certificate need backend.tls")

    @property
    def exporter(self) -> str:
        """Name of its exporter in the Collector's configuration, log and counters: `<type>[/<name>]`."""
        kind = "otlp_http" if self.backend.protocol is OtlpProtocol.HTTP else "otlp_grpc"
        return f"{kind}/{self.name}" if self.name else kind

    @property
    def headers(self) -> dict[str, pulumi.Input[str]]:
        """Header -> value, secrets: the access token's among them."""
        headers, token = dict(self.credentials.headers), self.credentials.access_token
        if self.backend.token_header is not None and token is not None:
            headers[self.backend.token_header] = pulumi.Output.secret(token).apply(self.backend.token_value)
        return headers

    @property
    def ca_file(self) -> str:
        """Where the Pods have its CA: the first one's is in the CA Secret, as the guides have it."""
        return f"{CREDENTIALS_FOLDER}/{self.key(CA_KEY)}" if self.name else CA_FILE

    def key(self, key: str) -> str:
        """Return the name that a file of one destination has in the credentials' Secret."""
        return f"{self.name}.{key}" if self.name else key
