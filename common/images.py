"""What the name of one of Istio's images tells."""

import re
from typing import Final

from packaging.version import InvalidVersion, Version

#: Variants of Istio's images (https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/).
_VARIANT: Final = re.compile(r"-(?:distroless|debug)$")


def release_of(image: str) -> str:
    """Return the release in an image's tag: `1.26.0` of `docker.io/istio/pilot:1.26.0-debug`; empty without a tag."""
    name = image.partition("@")[0].rpartition("/")[2]
    return _VARIANT.sub("", name.partition(":")[2])


def version_of(image: str) -> Version | None:
    """Return that release as a version; `None` where it is none: without a tag, or of one such as `latest`."""
    try:
        return Version(release_of(image))
    except InvalidVersion:
        return None
