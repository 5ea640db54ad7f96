"""What each Istio version needs in order to trace: one table and the functions that read it.

Nothing here makes a resource or knows Pulumi, so the decisions are tested without an engine.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from packaging.version import InvalidVersion, Version


class TracingMode(StrEnum):
    """How a mesh hands its spans on.

    `OPENTELEMETRY`: sidecars send OTLP to the in-cluster Collector through Istio's `opentelemetry` extension provider.
    """

    OPENTELEMETRY = "opentelemetry"


@dataclass(frozen=True)
class VersionRow:
    """One row of the table: what holds from one Istio minor version on, until the next row.

    Arguments:
        since: first Istio version of the row, for example `1.27`.
        mode: the tracing mode that works there.
        telemetry_api: `apiVersion` of the Telemetry resource.
        source: where the facts of the row come from.
    """

    since: Version
    mode: TracingMode
    telemetry_api: str
    source: str


#: Oldest version first. Modes for older versions are rows to add in front.
TABLE: Final = (
    VersionRow(
        since=Version("1.27"),
        mode=TracingMode.OPENTELEMETRY,
        telemetry_api="telemetry.istio.io/v1",
        source="istio.io/istio 1.27.0, pilot/pkg/networking/core/tracing.go: the lightstep provider sends nothing",
    ),
)


class UnsupportedVersionError(ValueError):
    """An Istio version that no row of the table covers.

    Attributes:
        allowed: the versions that are covered, in words.
    """

    def __init__(self, version: Version) -> None:
        self.allowed = f"Istio {TABLE[0].since} or newer"
        super().__init__(f"Istio {version} is older than any version that tracing is known to work with here")


def parse_version(text: str) -> Version:
    """Read an exact Istio version such as `1.27.0` or `1.28.0-rc.1`.

    Raises:
        ValueError: for anything else: a leading `v`, a missing patch number, a word such as `latest`.
    """
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise ValueError(f"{text!r} is not a version") from error
    if text.startswith("v") or len(version.release) != 3:
        raise ValueError(f"{text!r} is not an exact version")
    return version


def row_for(version: Version) -> VersionRow:
    """Return the row of the table that covers `version`.

    Raises:
        UnsupportedVersionError: if the version is older than the first row.
    """
    minor = Version(f"{version.major}.{version.minor}")
    covering = [row for row in TABLE if row.since <= minor]
    if not covering:
        raise UnsupportedVersionError(version)
    return covering[-1]


def tracing_mode(version: Version) -> TracingMode:
    """Return the tracing mode that `version` needs; raises as `row_for` does."""
    return row_for(version).mode
