"""The tracing backends that are known: one row each, with where its facts stand.

The pages were read as public copies of the vendors' documentation, on the day in the row. Left out on purpose: regions
that a vendor may add, which a pattern allows and nobody has to list.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, OtlpProtocol
from components.backends.preset import ByRegion, OwnAddress, Preset, Source


class BackendPreset(StrEnum):
    """Kinds of tracing backends; `PRESETS` says what each means."""

    LIGHTSTEP_US = "lightstep-us"
    LIGHTSTEP_EU = "lightstep-eu"
    LIGHTSTEP_PUBLIC_SATELLITES = "lightstep-public-satellites"
    LIGHTSTEP_SATELLITES = "lightstep-satellites"
    LIGHTSTEP_MICROSATELLITES = "lightstep-microsatellites"
    HONEYCOMB = "honeycomb"
    OTLP = "otlp"


_BOTH: Final = (OtlpProtocol.GRPC, OtlpProtocol.HTTP)


def _lightstep(title: str, address: BackendAddress | OwnAddress, page: str) -> Preset:
    source = Source(f"https://docs.lightstep.com/docs/{page}", "2026-11-28")
    return Preset(title, address, LIGHTSTEP_HEADER, "an access token of the project", (source,), speaks_lightstep=True)


PRESETS: Final[Mapping[BackendPreset, Preset]] = {
    BackendPreset.LIGHTSTEP_US: _lightstep(
        "Lightstep's public ingest, US", BackendAddress("ingest.lightstep.com", 443), "about-public-micro-satellites"
    ),
    BackendPreset.LIGHTSTEP_EU: _lightstep(
        "Lightstep's public ingest, EU", BackendAddress("ingest.eu.lightstep.com", 443), "about-public-micro-satellites"
    ),
    BackendPreset.LIGHTSTEP_PUBLIC_SATELLITES: _lightstep(
        "Lightstep's public satellite pool",
        BackendAddress("collector-grpc.lightstep.com", 443),
        "about-public-satellites",
    ),
    BackendPreset.LIGHTSTEP_SATELLITES: _lightstep(
        "an on-premise satellite pool", OwnAddress("backend.example.com:443"), "satellite-configuration-parameters"
    ),
    BackendPreset.LIGHTSTEP_MICROSATELLITES: _lightstep(
        "Lightstep microsatellites", OwnAddress("backend.example.com:443"), "micro-satellite-configuration-parameters"
    ),
    BackendPreset.HONEYCOMB: Preset(
        "Honeycomb",
        ByRegion("region", "us", known={"us": "api.honeycomb.io", "eu": "api.eu1.honeycomb.io"}),
        "x-honeycomb-team",
        "an ingest key of the environment",
        (Source("https://docs.honeycomb.io/send-data/opentelemetry/collector", "2026-11-28"),),
        protocols=_BOTH,
        public_ca=True,
    ),
    BackendPreset.OTLP: Preset(
        "any OTLP endpoint",
        OwnAddress("backend.example.com:443"),
        None,
        "its address",
        (Source("https://opentelemetry.io/docs/specs/otlp/", "2026-11-28"),),
        protocols=_BOTH,
    ),
}
