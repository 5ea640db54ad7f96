"""What containers may use."""

import re

import pytest

from components.kubernetes.resources import RESOURCES, Resources


def millis(cpu: str) -> int:
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else int(cpu) * 1000


def mebibytes(memory: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", memory).groups()  # type: ignore[union-attr] - the test fails without a match
    return int(number) * (1024 if unit == "Gi" else 1)


@pytest.mark.parametrize("resources", RESOURCES.values(), ids=RESOURCES)
def test_no_container_is_promised_more_than_it_may_take(resources: Resources) -> None:
    assert 0 < millis(resources.cpu) <= millis(resources.cpu_limit)
    assert 0 < mebibytes(resources.memory) <= mebibytes(resources.memory_limit)


def test_chart_values_say_the_same_as_typed_arguments() -> None:
    resources = Resources("1", "2Gi", "3", "4Gi")

    assert resources.values() == {
        "requests": {"cpu": "1", "memory": "2Gi"},
        "limits": {"cpu": "3", "memory": "4Gi"},
    }
    assert resources.args().requests == {"cpu": "1", "memory": "2Gi"}
    assert resources.args().limits == {"cpu": "3", "memory": "4Gi"}
