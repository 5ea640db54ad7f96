"""Secrets inside plain data: a `SecretStr` in chart values, made into a Pulumi secret on its way to the engine."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import pulumi
from pydantic import SecretStr


def has_secret(values: object) -> bool:
    """Tell whether there is a `SecretStr` anywhere in plain data."""
    if isinstance(values, Mapping):
        return any(has_secret(each) for each in cast("Mapping[str, object]", values).values())
    if isinstance(values, Sequence) and not isinstance(values, str):
        return any(has_secret(each) for each in cast("Sequence[object]", values))
    return isinstance(values, SecretStr)


def with_pulumi_secrets(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of plain data with each `SecretStr` as a Pulumi secret."""
    return _with_secrets(values, lambda it: pulumi.Output.secret(it.get_secret_value()))


def revealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of plain data with each `SecretStr` as the text that it hides."""
    return _with_secrets(values, SecretStr.get_secret_value)


def _with_secrets(value: object, change: Callable[[SecretStr], Any]) -> Any:
    if isinstance(value, SecretStr):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _with_secrets(each, change) for key, each in cast("Mapping[str, object]", value).items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_with_secrets(each, change) for each in cast("Sequence[object]", value)]
    return value
