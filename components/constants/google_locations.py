"""Google's regions and their zones, as far as they were known when this list was made.

It was compared with public copies of Google's table in November 2026. Zones for accelerators alone, such as
`us-west4-ai2b`, are left out.
"""

from collections.abc import Mapping
from typing import Final

#: The year of the list.
AS_OF: Final = "2026"

_ABC: Final = (
    "africa-south1",
    "asia-east1",
    "asia-east2",
    "asia-northeast1",
    "asia-northeast2",
    "asia-northeast3",
    "asia-south1",
    "asia-south2",
    "asia-southeast1",
    "asia-southeast2",
    "asia-southeast3",
    "australia-southeast1",
    "australia-southeast2",
    "europe-central2",
    "europe-north1",
    "europe-north2",
    "europe-southwest1",
    "europe-west10",
    "europe-west12",
    "europe-west2",
    "europe-west3",
    "europe-west4",
    "europe-west6",
    "europe-west8",
    "europe-west9",
    "me-central1",
    "me-central2",
    "me-west1",
    "northamerica-northeast1",
    "northamerica-northeast2",
    "northamerica-south1",
    "southamerica-east1",
    "southamerica-west1",
    "us-east4",
    "us-east5",
    "us-south1",
    "us-west1",
    "us-west2",
    "us-west3",
    "us-west4",
)

#: Region -> the letters of its zones (https://cloud.google.com/compute/docs/regions-zones#available).
ZONES: Final[Mapping[str, str]] = {
    **dict.fromkeys(_ABC, "abc"),
    "europe-west1": "bcd",
    "us-central1": "abcf",
    "us-east1": "bcd",
}


def is_known(location: str) -> bool:
    """Tell whether a region or a zone is in the list."""
    region, _, zone = location.rpartition("-")
    return location in ZONES or (len(zone) == 1 and zone in ZONES.get(region, ""))
