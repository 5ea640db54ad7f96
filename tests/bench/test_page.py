"""The measured part of docs/performance.md and its pictures, from made-up records."""

import xml.etree.ElementTree as ET

import pytest

from bench.contenders import Helm
from bench.cost import Cost
from bench.floor import PROGRAMS
from bench.page import GROWTH_PICTURE, RATIOS_PICTURE, Conditions, measured_part, pictures
from bench.rounds import LIMIT, Operation, Record
from tests.support.lists import non_empty

CONDITIONS = Conditions("make bench ARGS='--rounds 2'", "2026-11-28", 2, 24, (0.5, 1.5))


def cost(cpu: float) -> Cost:
    return Cost(wall=2 * cpu, cpu=cpu, memory=100 * cpu, programs={"pulumi": cpu / 2, "program": cpu / 2}, servers=cpu)


def records() -> list[Record]:
    everyday = [
        Record(number, contender, operation, cost(cpu * number))
        for number in (1, 2)
        for contender, cpu in (("traced-mesh", 6.0), (LIMIT, 2.0), (Helm.name, 4.0))
        for operation in Operation
    ]
    floor = [
        Record(number, contender, Operation.FIRST_UP, cost(cpu * number))
        for number in (1, 2)
        for contender, cpu in zip(PROGRAMS, (1.0, 2.0), strict=True)
    ]
    growing = [
        Record(1, contender, operation, cost(cpu + each * size), size, resources=100 + size)
        for size in (1, 11)
        for contender, cpu, each in (("traced-mesh", 6.0, 3.0), (LIMIT, 2.0, 0.01))
        for operation in (Operation.FIRST_UP, Operation.NOTHING_CHANGED)
    ]
    return everyday + floor + growing


def test_ratios_stand_beside_the_limits_own_figure() -> None:
    part = measured_part(records(), CONDITIONS)

    assert "| first up | 3.0 (3.0 to 3.0) | 2.0 (2.0 to 2.0) | 3.0 s |" in part


def test_every_operation_has_a_row_in_each_of_four_tables() -> None:
    part = measured_part(records(), CONDITIONS)

    part = part.partition("### Pulumi's own part")[0]
    assert [part.count(f"\n| {operation} |") for operation in Operation] == [4] * len(Operation)


def test_pulumis_own_part_stands_beside_helm() -> None:
    part = measured_part(records(), CONDITIONS).partition("### Pulumi's own part")[2]

    assert "| first up | 0.2 (0.2 to 0.2) | 0.5 (0.5 to 0.5) | 1.5 (1.5 to 1.5) | 6.0 s |" in part


def test_the_command_the_machine_and_its_load_are_named() -> None:
    part = measured_part(records(), CONDITIONS)

    assert "on 2026-11-28 by `make bench ARGS='--rounds 2'`, 2 rounds: 2 processors and 24 GiB" in part
    assert "load average 0.5 before and 1.5 after" in part


def test_the_slope_and_the_verdict_are_said_for_each_curve() -> None:
    part = measured_part(records(), CONDITIONS)

    assert "| 11 | 111 | 39.0, slope 3.000 |" in part
    assert "- traced-mesh, first up: 3.000 s of CPU time for each new namespace by least squares; grows faster" in part
    assert f"- {LIMIT}, first up: 0.010 s of CPU time for each new namespace by least squares; grows no faster" in part


def test_programs_share_the_whole() -> None:
    assert "| pulumi | 50% |" in measured_part(records(), CONDITIONS)


@pytest.mark.parametrize("name", [RATIOS_PICTURE, GROWTH_PICTURE])
def test_a_picture_is_svg_inside_its_frame(name: str) -> None:
    picture = ET.fromstring(pictures(records())[name])

    width, height = (float(each) for each in picture.attrib["viewBox"].split()[2:])
    texts = non_empty([each for each in picture if each.tag.endswith("text")], "texts")
    assert all(0 <= float(each.attrib["x"]) <= width for each in texts)
    assert all(0 <= float(each.attrib["y"]) <= height for each in texts)


def test_bars_are_as_long_as_their_ratio() -> None:
    picture = ET.fromstring(pictures(records())[RATIOS_PICTURE])

    lengths = {each.attrib["width"] for each in picture if each.tag.endswith("rect") and each.attrib.get("x") == "150"}
    assert lengths == {"550.0", "366.7"}  # the ratios are 3, the largest, which fills the picture, and 2
