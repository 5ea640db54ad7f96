"""What each Istio version needs in order to trace."""

import re
from typing import Any

import pytest
from packaging.version import Version

from components.constants.choices import TracingMode
from components.versions.istio import (
    TABLE,
    ProviderToken,
    UnsupportedVersionError,
    parse_version,
    row_for,
    why_not,
)

NATIVE, PROVIDER, OPENTELEMETRY = TracingMode.NATIVE, TracingMode.LIGHTSTEP_PROVIDER, TracingMode.OPENTELEMETRY

#: Version -> its modes, the default first: both ends of every row, and what lies about a release.
MODES: dict[str, tuple[TracingMode, ...]] = {
    "1.12.0-beta.0": (NATIVE, PROVIDER),
    "1.12.0": (NATIVE, PROVIDER),
    "1.14.9": (NATIVE, PROVIDER),
    "1.15.0": (NATIVE, PROVIDER),
    "1.15.7": (NATIVE, PROVIDER),
    "1.16.0": (OPENTELEMETRY, PROVIDER),
    "1.16.1": (OPENTELEMETRY, PROVIDER),
    "1.21.6": (OPENTELEMETRY, PROVIDER),
    "1.22.0": (OPENTELEMETRY, PROVIDER),
    "1.26.8": (OPENTELEMETRY, PROVIDER),
    "1.27.0-beta.1": (OPENTELEMETRY,),
    "1.27.0": (OPENTELEMETRY,),
    "1.31.0": (OPENTELEMETRY,),
    "2.0.0": (OPENTELEMETRY,),
}
VERSIONS = pytest.mark.parametrize("text", MODES)


@pytest.mark.parametrize(("text", "modes"), MODES.items())
def test_version_has_its_modes_and_takes_the_first_unless_another_is_asked_for(
    text: str, modes: tuple[TracingMode, ...]
) -> None:
    row = row_for(parse_version(text))

    assert row.modes == modes
    assert row.default_mode is modes[0]


@pytest.mark.parametrize(
    ("first", "last", "facts"),
    [
        ("1.12.0", "1.15.7", {"provider_token": ProviderToken.FILE, "telemetry_api": "telemetry.istio.io/v1alpha1"}),
        ("1.16.0", "1.21.6", {"provider_token": ProviderToken.TEXT, "telemetry_api": "telemetry.istio.io/v1alpha1"}),
        ("1.22.0", "1.26.8", {"provider_token": ProviderToken.TEXT, "telemetry_api": "telemetry.istio.io/v1"}),
        ("1.27.0", "1.31.0", {"provider_token": None, "telemetry_api": "telemetry.istio.io/v1"}),
        ("1.12.0", "1.21.6", {"networking_api": "networking.istio.io/v1beta1"}),
        ("1.22.0", "1.31.0", {"networking_api": "networking.istio.io/v1"}),
        ("1.12.0", "1.14.9", {"proxy_lacks_tracer": False}),
        ("1.15.0", "1.15.7", {"proxy_lacks_tracer": True}),
        ("1.16.1", "1.31.0", {"proxy_lacks_tracer": False}),
        ("1.12.0", "1.15.7", {"installable": True}),
        ("1.16.0", "1.16.0", {"installable": False}),
        ("1.16.1", "1.31.0", {"installable": True}),
    ],
)
def test_fact_holds_for_a_range_of_versions(first: str, last: str, facts: dict[str, Any]) -> None:
    within = [text for text in MODES if Version(first) <= Version(text) <= Version(last)]

    assert {first, last} <= set(within)
    for text in within:
        row = row_for(parse_version(text))
        assert {name: getattr(row, name) for name in facts} == facts


@VERSIONS
@pytest.mark.parametrize("mode", TracingMode)
def test_impossible_mode_and_no_other_has_a_reason_that_names_the_version_of_the_change(
    text: str, mode: TracingMode
) -> None:
    version = parse_version(text)

    reason = why_not(version, mode)

    assert bool(reason) is (mode not in MODES[text])
    if reason:
        assert str(version) in reason
        assert set(re.findall(r"\d+(?:\.\d+)+", reason)) - {str(version)}


@pytest.mark.parametrize(
    ("text", "mode", "change"),
    [
        ("1.15.7", OPENTELEMETRY, "1.16.1"),
        ("1.16.1", NATIVE, "1.16"),
        ("1.31.0", NATIVE, "1.16"),
        ("1.27.0", PROVIDER, "1.27"),
    ],
)
def test_reason_names_the_version_in_which_the_mode_came_or_went(text: str, mode: TracingMode, change: str) -> None:
    assert re.search(rf"(since Istio|from|with) {re.escape(change)}(?![.\d]*\d)", why_not(parse_version(text), mode))


@VERSIONS
def test_telemetry_resources_stand_beside_providers_and_never_beside_native_mode(text: str) -> None:
    row = row_for(parse_version(text))

    assert {mode: row.telemetry_in(mode) for mode in row.modes} == {mode: mode is not NATIVE for mode in row.modes}


def test_version_that_cannot_be_installed_says_what_is_in_the_way() -> None:
    assert "1.16.1" in row_for(Version("1.16.0")).obstacle


@pytest.mark.parametrize("text", ["1.11.8", "1.1.5", "0.8.0"])
def test_version_older_than_the_table_is_refused_with_what_is_supported(text: str) -> None:
    with pytest.raises(UnsupportedVersionError, match=rf"Istio {text} is older") as refusal:
        row_for(parse_version(text))

    assert refusal.value.allowed == "Istio 1.12.0 or newer"


@pytest.mark.parametrize("text", ["v1.27.0", "1.27", "1", "latest", "", "1.27.0.1", "1.27.x"])
def test_inexact_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_version(text)


def test_rows_stand_from_oldest_to_newest_and_each_names_its_source() -> None:
    since = [row.since for row in TABLE]

    assert since == sorted(set(since))
    assert all(re.search(r"istio/\w+ \w+", row.source) for row in TABLE)


def test_every_row_is_covered_by_these_tests() -> None:
    assert {row_for(parse_version(text)).since for text in MODES} == {row.since for row in TABLE}
