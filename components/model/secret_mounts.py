"""Secrets that Pods with sidecars mount as files."""

from dataclasses import dataclass
from typing import Any, Final

from components.constants.files import CA_FOLDER, CA_SECRET, TOKEN_FOLDER, TOKEN_SECRET


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


#: The CA of the satellites, and the access token.
CA: Final = SecretMount("lightstep-certs", CA_SECRET, CA_FOLDER)
TOKEN: Final = SecretMount("lightstep-token", TOKEN_SECRET, TOKEN_FOLDER)
