"""The generated part of the page about tracing."""

import re
from typing import Any, Final

import pytest
import yaml
from pydantic import SecretStr

from components.backends.address import BackendAddress
from components.backends.backend import LIGHTSTEP_HEADER, Backend
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from components.versions.istio import TABLE, VersionRow
from components.versions.support import LIMITS, SUPPORT
from reference.tracing import tables

#: Heading of each example -> its values.
EXAMPLE: Final = re.compile(r"<summary>Istio (\S+) [^<]*<code>([^<]*)</code></summary>\n\n```yaml\n(.*?)```", re.DOTALL)
PLACEHOLDER: Final = "<access token>"
BACKEND: Final = Backend(BackendAddress("lightstep-satellite.lightstep", 9292), tls=True, token_header=LIGHTSTEP_HEADER)
EVERY_ROW = pytest.mark.parametrize("row", TABLE, ids=lambda row: str(row.since))


def section(heading: str) -> list[str]:
    """Return the lines of the table under a heading, without its head."""
    _, _, after = tables().partition(f"### {heading}\n")
    lines = after.partition("\n##")[0].splitlines()
    return [line for line in lines if line.startswith("|")][2:]


def plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    return value


@EVERY_ROW
def test_every_row_stands_in_the_table_with_its_modes_and_its_source(row: VersionRow) -> None:
    (line,) = (line for line in section("Modes by version") if line.startswith(f"| {row.since} "))

    assert ", ".join(f"`{mode}`" for mode in row.modes) in line
    assert row.source in line
    assert row.obstacle.partition(";")[0] in line
    assert row.telemetry_api in line


def cells(heading: str, first: str) -> list[str]:
    """Return the cells of the row under a heading that begins with a text."""
    (line,) = (line for line in section(heading) if line.startswith(f"| {first} "))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("since", "versions", "place"),
    [
        (
            "1.12.0",
            "1.12.0 to 1.15.0 (not included)",
            "native: ConfigMap `istio`, plain; lightstep-provider: a Secret in each namespace with sidecars",
        ),
        (
            "1.16.1",
            "1.16.1 to 1.22.0 (not included)",
            "opentelemetry: a Secret beside the Collector; lightstep-provider: ConfigMap `istio`, plain",
        ),
        ("1.27.0", "1.27.0 and newer", "opentelemetry: a Secret beside the Collector"),
    ],
)
def test_range_of_versions_says_where_each_mode_has_the_token(since: str, versions: str, place: str) -> None:
    row = cells("Modes by version", since)

    assert row[0] == versions
    assert row[3] == place


@EVERY_ROW
def test_versions_that_do_not_work_as_they_come_are_marked(row: VersionRow) -> None:
    modes = cells("Modes by version", str(row.since))[1]

    assert ("not installed by this program" in modes) is bool(row.obstacle)
    assert ("proxy images of your own" in modes) is row.proxy_lacks_tracer


def test_support_is_told_with_what_nobody_has_announced() -> None:
    newest = SUPPORT[-1]

    assert cells("Support by Istio's maintainers", "1.27") == ["1.27", "2025-08-11", "2026-04-07", "1.29 to 1.33"]
    assert newest.ends is None
    assert cells("Support by Istio's maintainers", str(newest.istio))[2] == "not announced"


@pytest.mark.parametrize(
    ("since", "first_cells"),
    [
        ("1.12", ["1.12 to 1.14 (not included)", "no limit", "1.24"]),
        ("1.22", ["1.22 and newer", "1.23", "no limit"]),
    ],
)
def test_limits_are_told_by_ranges(since: str, first_cells: list[str]) -> None:
    assert cells("Kubernetes versions on which the charts can be installed at all", since)[:3] == first_cells


def test_every_row_has_as_many_cells_as_the_head_of_its_table() -> None:
    blocks = re.findall(r"(?:^\|.*\n)+", tables(), re.MULTILINE)

    assert len(blocks) == 5
    for block in blocks:
        assert len({line.count("|") for line in block.splitlines()}) == 1


def test_examples_are_the_values_that_the_charts_are_given() -> None:
    examples = {(since, mode): yaml.safe_load(text) for since, mode, text in EXAMPLE.findall(tables())}

    assert examples == {
        (str(row.since), str(mode)): plain(
            tracing_values(TracingPlan(row.since, mode, BACKEND, token=SecretStr(PLACEHOLDER)))
        )
        for row in TABLE
        for mode in row.modes
    }


def test_every_supported_version_and_every_limit_stands_in_a_table() -> None:
    support = [line.split("|")[1].strip() for line in section("Support by Istio's maintainers")]
    limits = section("Kubernetes versions on which the charts can be installed at all")

    assert support == [str(row.istio) for row in reversed(SUPPORT)]
    assert len(limits) == len(LIMITS)
    assert all(row.reason in line for row, line in zip(LIMITS, limits, strict=True))


def test_no_value_is_masked_and_the_token_is_a_placeholder() -> None:
    assert "*****" not in tables()
    assert "SecretStr" not in tables()
    assert f"accessToken: {PLACEHOLDER}" in tables()


def test_same_tables_come_out_every_time() -> None:
    assert tables() == tables()


def test_examples_are_folded_away_whole() -> None:
    opened, closed = (tables().count(mark) for mark in ("<details>", "</details>"))

    assert opened == closed == sum(len(row.modes) for row in TABLE)
