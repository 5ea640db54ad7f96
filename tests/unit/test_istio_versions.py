"""What each Istio version needs in order to trace."""

import pytest
from packaging.version import Version

from components.istio_versions import (
    TABLE,
    TracingMode,
    UnsupportedVersionError,
    parse_version,
    row_for,
    tracing_mode,
)


@pytest.mark.parametrize("text", ["1.27.0", "1.27.9", "1.28.0", "1.30.0", "1.28.0-rc.1", "2.0.0"])
def test_opentelemetry_from_1_27_on(text: str) -> None:
    assert tracing_mode(parse_version(text)) is TracingMode.OPENTELEMETRY


@pytest.mark.parametrize("text", ["1.26.8", "1.16.0", "1.0.0", "0.8.0"])
def test_version_older_than_the_table_is_refused_with_what_is_supported(text: str) -> None:
    with pytest.raises(UnsupportedVersionError, match=rf"Istio {text} is older") as refusal:
        row_for(parse_version(text))

    assert refusal.value.allowed == "Istio 1.27 or newer"


def test_candidate_for_a_row_is_of_that_row() -> None:
    assert row_for(parse_version("1.27.0-beta.1")) is TABLE[0]


@pytest.mark.parametrize("text", ["v1.27.0", "1.27", "1", "latest", "", "1.27.0.1", "1.27.x"])
def test_inexact_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_version(text)


def test_exact_version_is_read() -> None:
    assert parse_version("1.28.0-rc.1") == Version("1.28.0rc1")


def test_rows_stand_from_oldest_to_newest_and_each_names_its_source() -> None:
    since = [row.since for row in TABLE]

    assert since == sorted(set(since))
    assert all(row.source for row in TABLE)


def test_telemetry_api_is_the_stable_one() -> None:
    assert row_for(Version("1.27.0")).telemetry_api == "telemetry.istio.io/v1"
