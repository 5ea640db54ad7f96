"""The Gateway API's CRDs as plain data: what a cluster has of them, and how they are marked."""

from dataclasses import dataclass
from typing import Final

from packaging.version import Version

#: The group of the Gateway API, and the version in which Gateway and HTTPRoute are stable.
GROUP: Final = "gateway.networking.k8s.io"
API: Final = f"{GROUP}/v1"

#: The CRD that stands for all of them.
GATEWAYS: Final = f"gateways.{GROUP}"

#: Annotation on each of the CRDs that says of which release it is.
BUNDLE_VERSION: Final = f"{GROUP}/bundle-version"

#: Labels of the CRDs that this program has installed; whoever installs others has others.
OURS: Final = {"app.kubernetes.io/part-of": "traced-mesh", "app.kubernetes.io/managed-by": "pulumi"}


@dataclass(frozen=True)
class InstalledCrds:
    """The Gateway API's CRDs in a cluster.

    Arguments:
        version: their release; `None` if there are none.
        ours: whether this program has installed them.
    """

    version: Version | None = None
    ours: bool = False


def release_of(annotation: str | None) -> Version:
    """Read the annotation `BUNDLE_VERSION`, for example `v1.6.0`; a release candidate has what its release has.

    Raises:
        ValueError: if it names no version.
    """
    return Version(Version(annotation or "").base_version)
