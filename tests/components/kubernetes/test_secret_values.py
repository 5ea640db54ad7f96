"""Secrets inside plain data."""

from typing import Any

import pytest
from pydantic import SecretStr

from components.kubernetes.secret_values import has_secret, with_pulumi_secrets
from tests.support.mocks import Secret, record

VALUES: dict[str, Any] = {
    "text": "plain",
    "number": 9292,
    "nothing": None,
    "token": SecretStr("correct-horse-battery"),
    "below": {"token": SecretStr("deeper"), "other": True},
    "list": ["first", SecretStr("in a list"), {"token": SecretStr("deepest")}, []],
}


@pytest.mark.parametrize(
    ("values", "there"),
    [
        ({}, False),
        ({"a": "correct-horse-battery", "b": [1, {"c": None}]}, False),
        ({"a": SecretStr("it")}, True),
        ({"a": {"b": SecretStr("it")}}, True),
        ({"a": [{"b": ["c", SecretStr("it")]}]}, True),
        ({"a": ("b", SecretStr("it"))}, True),
    ],
)
def test_secret_is_found_wherever_it_stands(values: object, there: bool) -> None:
    assert has_secret(values) is there


def test_each_secret_becomes_one_of_pulumis_and_the_rest_stays() -> None:
    assert record(lambda: {"it": with_pulumi_secrets(VALUES)["below"]["token"]}).outputs == {"it": Secret("deeper")}

    outputs = record(lambda: with_pulumi_secrets(VALUES)).outputs

    assert outputs["text"] == "plain"
    assert outputs["number"] == 9292
    assert outputs["nothing"] is None
    assert outputs["token"] == Secret("correct-horse-battery")
    assert outputs["below"] == Secret({"token": "deeper", "other": True})
    assert outputs["list"] == Secret(["first", "in a list", {"token": "deepest"}, []])


def test_values_themselves_are_not_changed() -> None:
    values = {"below": {"token": SecretStr("it")}, "list": [SecretStr("it")]}

    record(lambda: with_pulumi_secrets(values))

    assert values == {"below": {"token": SecretStr("it")}, "list": [SecretStr("it")]}
