"""Where Istio's images and charts may be taken from."""

import pytest

from components.versions.artifacts import CHARTS, HUB, retirement


@pytest.mark.parametrize(
    "location",
    [
        HUB,
        CHARTS,
        "registry.example.com/istio",
        "registry.example.com/gcr.io/istio-release",  # a mirror
        "gcr.io/istio-release-of-ours",
        "gcr.io",
        "https://blob.istio.io/istio-release/charts",
        ".sandbox/toolchain/istio/1.31.0/charts",
    ],
)
def test_place_that_stays_is_good(location: str) -> None:
    assert not retirement(location)


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("gcr.io/istio-release", "gcr.io/istio-release"),
        ("registry.istio.io/release", "registry.istio.io"),
        ("oci://gcr.io/istio-release/charts", "gcr.io/istio-release"),
        ("oci://registry.istio.io/release/charts", "registry.istio.io"),
        ("https://istio-release.storage.googleapis.com/charts/", "istio-release.storage.googleapis.com"),
    ],
)
def test_place_that_closes_is_named(location: str, place: str) -> None:
    assert retirement(location).startswith(f"Istio's project closes {place} in December 2026")
