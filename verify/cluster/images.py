"""Versions as images carry them."""

import re
from typing import Final

from packaging.version import InvalidVersion, Version

#: Variants of Istio's images (https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/).
_VARIANT: Final = re.compile(r"-(?:distroless|debug)$")


def version_of(image: str) -> Version | None:
    """Return the version in an image's tag; `None` if it has none, or only a digest."""
    name = image.partition("@")[0].rpartition("/")[2]
    try:
        return Version(_VARIANT.sub("", name.partition(":")[2]))
    except InvalidVersion:
        return None
