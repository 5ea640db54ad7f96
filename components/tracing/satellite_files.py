"""The files that sidecars need to send to the satellites themselves: the CA, and in some versions the token."""

from dataclasses import dataclass
from typing import Any, Final

from components.backends.presets import Backend
from components.constants.choices import TracingMode
from components.constants.files import CA_FOLDER, CA_SECRET, TOKEN_FOLDER, TOKEN_SECRET
from components.versions.istio import ProviderToken, VersionRow


@dataclass(frozen=True)
class SecretMount:
    """A Secret that is mounted as files.

    Arguments:
        name: name of the volume.
        secret: name of the Secret.
        folder: where its keys appear as files.
    """

    name: str
    secret: str
    folder: str

    def volume(self) -> dict[str, Any]:
        """Return the Pod's volume, as Kubernetes takes it."""
        return {"name": self.name, "secret": {"secretName": self.secret}}

    def mount(self) -> dict[str, Any]:
        """Return the container's mount, as Kubernetes takes it."""
        return {"name": self.name, "mountPath": self.folder, "readOnly": True}


CA: Final = SecretMount("lightstep-certs", CA_SECRET, CA_FOLDER)
TOKEN: Final = SecretMount("lightstep-token", TOKEN_SECRET, TOKEN_FOLDER)


@dataclass(frozen=True)
class SatelliteFiles:
    """What every sidecar mounts, gateways included.

    Arguments:
        mounts: the Secrets; each stands in every namespace with sidecars.
    """

    mounts: tuple[SecretMount, ...] = ()

    @classmethod
    def needed(cls, row: VersionRow, mode: TracingMode, backend: Backend) -> "SatelliteFiles":
        """Return what sidecars need; nothing in mode `opentelemetry`, where only the Collector knows the backend."""
        if mode is TracingMode.OPENTELEMETRY:
            return cls()
        token = mode is TracingMode.LIGHTSTEP_PROVIDER and row.provider_token is ProviderToken.FILE
        return cls((*((CA,) if backend.tls else ()), *((TOKEN,) if token else ())))

    @property
    def ca(self) -> bool:
        """Whether the CA is among them."""
        return CA in self.mounts

    @property
    def token(self) -> bool:
        """Whether the access token is among them."""
        return TOKEN in self.mounts
