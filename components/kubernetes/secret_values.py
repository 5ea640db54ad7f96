"""Secrets inside plain data: a `SecretStr` in chart values, made into a Pulumi secret on its way to the engine."""

from collections.abc import Mapping, Sequence
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
    return {key: _converted(value) for key, value in values.items()}


def revealed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of plain data with each `SecretStr` as the text that it hides."""
    return {key: _revealed(value) for key, value in values.items()}


def _revealed(value: object) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return revealed(cast("Mapping[str, Any]", value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_revealed(each) for each in cast("Sequence[object]", value)]
    return value


def _converted(value: object) -> Any:
    if isinstance(value, SecretStr):
        return pulumi.Output.secret(value.get_secret_value())
    if isinstance(value, Mapping):
        return with_pulumi_secrets(cast("Mapping[str, Any]", value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_converted(each) for each in cast("Sequence[object]", value)]
    return value
