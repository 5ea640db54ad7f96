"""The keys of a tracing backend by their part in it, and what a configuration gives for each.

The subject `backend` declares the keys, `backend_constraints` judges what is given for them.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr
from pydantic.alias_generators import to_camel

from components.backends.address import BackendAddress
from components.backends.backend import DEFAULT_TRACES_PATH, Backend, OtlpProtocol
from components.backends.preset import ByRegion, Preset
from components.backends.presets import PRESETS, BackendPreset
from components.configuration.gke import GkeSettings
from components.configuration.machinery.certificates import CertificateFile, default_root_pem


@dataclass(frozen=True)
class BackendKeys:
    """Names of the fields that describe one backend."""

    backend: str
    region: str
    address: str
    protocol: str
    path: str
    tls: str
    ca_file: str
    client_certificate_file: str
    client_key: str
    headers: str
    access_token: str
    access_token_header: str

    @classmethod
    def of(cls, backend: str, credential: str) -> "BackendKeys":
        """Return the names that begin with `backend`, and those of the token, which begin with `credential`."""
        return cls(
            backend,
            f"{backend}_region",
            f"{backend}_address",
            f"{backend}_protocol",
            f"{backend}_path",
            f"{backend}_tls",
            f"{backend}_ca_file",
            f"{backend}_client_certificate_file",
            f"{backend}_client_key",
            f"{backend}_headers",
            f"{credential}access_token",
            f"{credential}access_token_header",
        )

    def key(self, part: str) -> str:
        """Return the key of one of the attributes, as people write it."""
        return to_camel(getattr(self, part))


#: The backend of every environment.
MAIN: BackendKeys = BackendKeys.of("backend", credential="")


@dataclass(frozen=True)
class GivenBackend:
    """What a configuration gives for one backend; it reads a field no sooner than it is asked for it.

    Arguments:
        settings: the configuration.
        keys: the names of the backend's fields.
    """

    settings: GkeSettings
    keys: BackendKeys

    @property
    def backend(self) -> BackendPreset:
        """Its kind."""
        return getattr(self.settings, self.keys.backend)

    @property
    def region(self) -> str | None:
        """The part of its address that is the team's own."""
        return getattr(self.settings, self.keys.region)

    @property
    def address(self) -> BackendAddress | None:
        """Its host and port."""
        return getattr(self.settings, self.keys.address)

    @property
    def protocol(self) -> OtlpProtocol:
        """How OTLP reaches it."""
        return getattr(self.settings, self.keys.protocol)

    @property
    def path(self) -> str | None:
        """The path of the traces, where one is asked for."""
        return getattr(self.settings, self.keys.path)

    @property
    def tls(self) -> bool:
        """Whether it is reached over TLS."""
        return getattr(self.settings, self.keys.tls)

    @property
    def ca_file(self) -> CertificateFile | None:
        """The CA certificates by which it is recognized."""
        return getattr(self.settings, self.keys.ca_file)

    @property
    def client_certificate_file(self) -> CertificateFile | None:
        """The client certificate that it is shown."""
        return getattr(self.settings, self.keys.client_certificate_file)

    @property
    def client_key(self) -> SecretStr | None:
        """The private key of that."""
        return getattr(self.settings, self.keys.client_key)

    @property
    def headers(self) -> dict[str, SecretStr]:
        """Further headers."""
        return getattr(self.settings, self.keys.headers)

    @property
    def access_token(self) -> SecretStr | None:
        """The access token."""
        return getattr(self.settings, self.keys.access_token)

    @property
    def access_token_header(self) -> str | None:
        """The header that carries the token."""
        return getattr(self.settings, self.keys.access_token_header)

    @property
    def preset(self) -> Preset:
        """What is known of the kind of backend."""
        return PRESETS[self.backend]

    @property
    def ca_certificate(self) -> str | None:
        """The CA certificates by which the backend is recognized, PEM; `None` for public ones, and without TLS."""
        if not self.tls:
            return None
        if self.ca_file:
            return self.ca_file.pem
        return None if self.preset.public_ca else default_root_pem()

    @property
    def google_project(self) -> str | None:
        """The Google Cloud project that takes the spans; `None` with a backend elsewhere."""
        return self.settings.gcp_project if self.preset.google_identity else None

    def target(self) -> Backend:
        """Return the backend, without its secrets.

        Raises:
            ValueError: if nothing says where it is, which `reading.parse_settings` refuses.
        """
        if self.address is None:
            raise ValueError(f"nothing says where backend {self.backend} is")
        client = self.client_certificate_file
        return Backend(
            address=self.address,
            tls=self.tls,
            token_header=self.access_token_header,
            token_scheme=self.preset.token_scheme,
            protocol=self.protocol,
            path=self.path or self.preset.path or DEFAULT_TRACES_PATH,
            headers=self.preset.headers,
            header_names=tuple(self.headers),
            ca_certificate=self.ca_certificate,
            client_certificate=client.pem if client else None,
            in_cluster=self.preset.in_cluster,
            google_project=self.google_project,
        )


def address_of_preset(backend: BackendPreset, region: str | None) -> BackendAddress | None:
    """Return the address that a kind of backend has in a region; `None` where each team has its own."""
    address = PRESETS[backend].address
    if isinstance(address, BackendAddress):
        return address
    if isinstance(address, ByRegion) and region is not None and address.allows(region):
        return address.address(region)
    return None


def default_address(keys: BackendKeys, data: dict[str, Any]) -> BackendAddress | None:
    """Return the address where none is given."""
    backend = data[keys.backend]
    return address_of_preset(backend, data[keys.region]) if backend else None


def default_protocol(keys: BackendKeys, data: dict[str, Any]) -> OtlpProtocol:
    """Return the protocol where none is given."""
    backend = data[keys.backend]
    return PRESETS[backend].protocols[0] if backend else OtlpProtocol.GRPC


def default_tls(keys: BackendKeys, data: dict[str, Any]) -> bool:
    """Return whether a backend is reached over TLS where nothing is said of it."""
    backend = data[keys.backend]
    return not backend or not PRESETS[backend].in_cluster


def default_header(keys: BackendKeys, data: dict[str, Any]) -> str | None:
    """Return the header of the access token where none is given."""
    backend = data[keys.backend]
    return PRESETS[backend].token_header if backend else None
