"""What containers may use."""

import re

import pytest

from components.kubernetes.resources import QUOTAS, Quota


def millis(cpu: str) -> int:
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else int(cpu) * 1000


def mebibytes(memory: str) -> int:
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", memory).groups()  # type: ignore[union-attr] - the test fails without a match
    return int(number) * (1024 if unit == "Gi" else 1)


@pytest.mark.parametrize("quota", QUOTAS.values(), ids=QUOTAS)
def test_no_container_is_promised_more_than_it_may_take(quota: Quota) -> None:
    assert 0 < millis(quota.cpu) <= millis(quota.cpu_limit)
    assert 0 < mebibytes(quota.memory) <= mebibytes(quota.memory_limit)


def test_chart_values_say_the_same_as_typed_arguments() -> None:
    quota = Quota("1", "2Gi", "3", "4Gi")

    assert quota.values() == {
        "requests": {"cpu": "1", "memory": "2Gi"},
        "limits": {"cpu": "3", "memory": "4Gi"},
    }
    assert quota.args().requests == {"cpu": "1", "memory": "2Gi"}
    assert quota.args().limits == {"cpu": "3", "memory": "4Gi"}
