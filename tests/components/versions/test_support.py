"""Which Istio versions are supported, until when, and on which Kubernetes versions."""

from datetime import date, timedelta

import pytest
from packaging.version import Version

from components.constants.choices import ReleaseChannel
from components.versions.istio import DEFAULT, TABLE
from components.versions.support import (
    GKE_CHANNELS,
    GKE_LATEST,
    LIMITS,
    NEWEST_TESTED,
    SUPPORT,
    concerns,
    gke_kubernetes,
    minor,
    refusal,
    support_of,
)
from local.toolchain.programs import ISTIO_TOOLS
from tests.support.lists import non_empty

WHILE_SUPPORTED = date(2026, 6, 1)

#: The day on which the default was chosen.
RELEASED = date(2026, 11, 28)

#: Version -> first release, end of support, Kubernetes versions: copied by hand from Istio's own tables, as an oracle.
PUBLISHED = {
    "1.15": ("2022-08-31", "2023-04-04", "1.22", "1.25"),
    "1.22": ("2024-05-13", "2025-01-22", "1.27", "1.30"),
    "1.27": ("2025-08-11", "2026-04-07", "1.29", "1.33"),
    "1.28": ("2025-11-05", "2026-07-01", "1.30", "1.34"),
    "1.31": ("2026-08-31", "None", "1.32", "1.37"),
}


def of(istio: str, kubernetes: str | None = "1.33", today: date = WHILE_SUPPORTED) -> list[str]:
    return concerns(Version(istio), Version(kubernetes) if kubernetes else None, today)


def test_every_minor_version_has_a_row_and_they_stand_from_oldest_to_newest() -> None:
    assert [str(row.istio) for row in SUPPORT] == [f"1.{number}" for number in range(12, 12 + len(SUPPORT))]


def test_newest_tested_version_is_the_newest_whose_programs_are_built() -> None:
    assert max(map(Version, ISTIO_TOOLS)) == NEWEST_TESTED


def test_default_is_a_supported_release_of_the_newest_minor_version_that_runs_here() -> None:
    supported = {row.istio for row in SUPPORT if row.kubernetes and (row.ends is None or row.ends >= RELEASED)}
    run = {minor(Version(release)) for release in ISTIO_TOOLS}

    assert minor(Version(DEFAULT)) == max(supported & run)


def test_newest_tested_version_and_all_that_the_table_of_tracing_begins_with_are_covered() -> None:
    assert support_of(NEWEST_TESTED) is not None
    assert all(support_of(row.since) for row in TABLE)


def test_rows_are_in_order_of_time() -> None:
    released = [row.released for row in SUPPORT if row.released]
    ends = [row.ends for row in SUPPORT if row.ends]
    assert released == sorted(set(released))
    assert ends == sorted(set(ends))
    for row in SUPPORT:
        assert row.ends is None or (row.released and row.released < row.ends)
        assert row.kubernetes is None or row.kubernetes[0] <= row.kubernetes[1]


def test_what_no_source_tells_is_missing_for_the_newest_version_only() -> None:
    assert [str(row.istio) for row in SUPPORT if not (row.released and row.kubernetes)] == ["1.32"]


def test_kubernetes_that_no_source_tells_is_no_concern() -> None:
    assert not [concern for concern in of("1.32.0", "1.40") if "supported on" in concern]


def test_versions_without_an_announced_end_are_the_newest() -> None:
    announced = [row.ends is not None for row in SUPPORT]

    assert announced == sorted(announced, reverse=True)


@pytest.mark.parametrize(("istio", "facts"), PUBLISHED.items())
def test_row_says_what_istio_publishes(istio: str, facts: tuple[str, str, str, str]) -> None:
    row = support_of(Version(f"{istio}.0"))

    assert row is not None
    assert row.kubernetes is not None
    assert (str(row.released), str(row.ends), *map(str, row.kubernetes)) == facts


@pytest.mark.parametrize("version", ["1.27.0", "1.27.9", "1.27.0-rc.1"])
def test_row_is_found_whatever_the_patch(version: str) -> None:
    row = support_of(Version(version))

    assert row is not None
    assert (row.released, row.ends) == (date(2025, 8, 11), date(2026, 4, 7))
    assert row.kubernetes == (Version("1.29"), Version("1.33"))


def test_version_newer_than_the_table_has_no_row() -> None:
    assert support_of(Version("1.99.0")) is None


@pytest.mark.parametrize(
    ("istio", "kubernetes"),
    [
        ("1.13.9", "1.25"),
        ("1.22.0", "1.22"),
        ("1.29.0", "1.22"),
    ],
)
def test_version_whose_charts_that_kubernetes_cannot_take_is_refused_with_the_reason(
    istio: str, kubernetes: str
) -> None:
    reason = refusal(Version(istio), Version(kubernetes))

    assert reason.startswith(f"Istio {istio} can't be installed on Kubernetes {kubernetes}: its charts make ")


@pytest.mark.parametrize(
    ("istio", "kubernetes"),
    [
        ("1.13.9", "1.24"),
        ("1.14.0", "1.33"),
        ("1.15.0", "1.33.5"),
        ("1.21.6", "1.22"),
        ("1.22.0", "1.23"),
        ("1.31.4", "1.35"),
        ("1.31.4", "1.99"),
    ],
)
def test_version_that_can_be_installed_is_not_refused(istio: str, kubernetes: str) -> None:
    assert refusal(Version(istio), Version(kubernetes)) == ""


def test_patch_of_kubernetes_is_left_out_of_the_reason() -> None:
    assert "on Kubernetes 1.22:" in refusal(Version("1.29.0"), Version("1.22.17"))


def test_limits_hold_from_the_oldest_version_on_in_order_and_say_why() -> None:
    since = [row.since for row in LIMITS]

    assert since == sorted(set(since))
    assert since[0] == SUPPORT[0].istio
    assert all(bool(row.reason) is bool(row.oldest or row.newest) for row in LIMITS)


def test_no_version_is_refused_on_a_kubernetes_that_its_maintainers_support() -> None:
    for row in non_empty(SUPPORT, "versions"):
        for kubernetes in row.kubernetes or ():
            assert refusal(row.istio, kubernetes) == ""


@pytest.mark.parametrize("kubernetes", ["1.30", "1.34.9"])
def test_both_ends_of_the_supported_kubernetes_versions_are_supported(kubernetes: str) -> None:
    assert of("1.28.0", kubernetes) == []


@pytest.mark.parametrize(("kubernetes", "shown"), [("1.29", "1.29"), ("1.35.0", "1.35")])
def test_kubernetes_version_outside_is_a_concern(kubernetes: str, shown: str) -> None:
    (concern,) = of("1.28.0", kubernetes)

    assert concern == f"Istio 1.28 is supported on Kubernetes 1.30 to 1.34, and the cluster has {shown}."


def test_old_version_may_stay_on_a_kubernetes_that_it_was_never_supported_on() -> None:
    found = of("1.15.0", "1.33", date(2022, 12, 1))

    assert refusal(Version("1.15.0"), Version("1.33")) == ""
    assert found == ["Istio 1.15 is supported on Kubernetes 1.22 to 1.25, and the cluster has 1.33."]


def test_ended_support_is_a_concern_from_the_day_after() -> None:
    last_day = date(2026, 7, 1)

    assert of("1.28.0", today=last_day) == []
    assert of("1.28.0", today=last_day + timedelta(days=1)) == [
        "Istio 1.28 has had no support since 2026-07-01, so no security fixes either."
    ]


def test_end_that_nobody_has_announced_is_no_concern() -> None:
    newest = SUPPORT[-1]
    assert newest.ends is None

    assert not [concern for concern in of(str(newest.istio), None, date(2099, 1, 1)) if "no support" in concern]


def test_version_newer_than_any_tested_is_a_concern_that_names_the_newest_tested() -> None:
    newer = Version(f"{NEWEST_TESTED.major}.{NEWEST_TESTED.minor + 1}.0")

    concern, *_ = of(str(newer))

    assert f"Istio {newer} is newer than any" in concern
    assert f"the newest is {NEWEST_TESTED.major}.{NEWEST_TESTED.minor}, by its main branch" in concern


def test_newer_patch_of_the_newest_tested_version_is_none() -> None:
    newer = f"{NEWEST_TESTED.major}.{NEWEST_TESTED.minor}.{NEWEST_TESTED.micro + 1}"

    assert not [concern for concern in of(newer) if "newer than any" in concern]


def test_version_newer_than_the_table_is_a_concern_for_that_reason_only() -> None:
    (concern,) = of("1.99.0", "1.35")

    assert "newer than any" in concern


def test_unknown_kubernetes_version_is_a_concern() -> None:
    assert of("1.28.0", None) == ["The cluster's Kubernetes version is not known, so it was not compared with Istio's."]


def test_concerns_add_up() -> None:
    assert len(of("1.26.0", "1.35", date(2027, 1, 1))) == 2


@pytest.mark.parametrize(
    ("channel", "version"),
    [
        (ReleaseChannel.RAPID, "1.36"),
        (ReleaseChannel.REGULAR, "1.35"),
        (ReleaseChannel.STABLE, "1.35"),
        (ReleaseChannel.EXTENDED, "1.35"),
    ],
)
def test_gke_cluster_gets_the_version_of_its_channel(channel: ReleaseChannel, version: str) -> None:
    assert gke_kubernetes(channel, None) == Version(version)


def test_every_channel_has_a_version() -> None:
    assert set(GKE_CHANNELS) == set(ReleaseChannel)


@pytest.mark.parametrize("version", ["1.33", "1.33.5", "1.33.5-gke.100"])
def test_gke_cluster_gets_the_version_that_is_asked_for(version: str) -> None:
    assert gke_kubernetes(None, version) == Version("1.33")


def test_latest_of_gke_is_no_older_than_its_newest_channel() -> None:
    assert gke_kubernetes(None, "latest") == Version("1.36")
    assert max(GKE_CHANNELS.values()) <= GKE_LATEST


def test_gke_cluster_without_channel_and_version_gets_nobody_knows_what() -> None:
    assert gke_kubernetes(None, None) is None


@pytest.mark.parametrize(("version", "expected"), [("1.33.5", "1.33"), ("1.30", "1.30"), ("1.27.0rc1", "1.27")])
def test_minor_version_has_no_patch(version: str, expected: str) -> None:
    assert str(minor(Version(version))) == expected
