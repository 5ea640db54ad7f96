"""Where Istio's project publishes images and charts, and where it no longer does.

It is the same place for every version: Docker Hub has all images, GitHub's registry all charts. What 1.30 made its
default, registry.istio.io, only forwards to gcr.io and closes with it
(https://istio.io/latest/blog/2026/retirement-of-gcr.io-follow-up/ of 23 July 2026,
https://istio.io/latest/blog/2026/retirement-of-gcp/ of 21 August 2026, and the upgrade notes of 1.31). That the charts
and the makefile of 1.31's main branch still name registry.istio.io is how its project builds itself: what it releases
names Docker Hub (istio/release-builder f7799ccf, release/build.sh).
"""

from typing import Final

from packaging.version import Version

#: Registry and path of Istio's images.
HUB: Final = "docker.io/istio"

#: Where Istio's charts are.
CHARTS: Final = "oci://ghcr.io/istio/release/charts"

#: First release that is not published at a place of `RETIRED`.
FIRST_ELSEWHERE: Final = Version("1.31.0")

#: What Istio's project closes in December 2026.
RETIRED: Final = ("gcr.io/istio-release", "registry.istio.io", "istio-release.storage.googleapis.com")


def retirement(location: str) -> str:
    """Return why images or charts are not to be taken from a place; empty if nothing speaks against it.

    Arguments:
        location: a registry's path or a repository, with its scheme if it has one.
    """
    address = location.partition("://")[2] or location
    place = next((each for each in RETIRED if f"{address}/".startswith(f"{each}/")), None)
    if place is None:
        return ""
    return f"Istio's project closes {place} in December 2026, and has published nothing there since {FIRST_ELSEWHERE}"
