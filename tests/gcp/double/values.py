"""Pulumi's property values as plain data, and back."""

from collections.abc import Mapping
from typing import Any, Final, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "<unknown>"


#: A value that is not known before the resource that it comes from is made: it is there in a preview only.
UNKNOWN: Final = _Unknown()


def plain(value: PropertyValue) -> Any:
    """Return what a property value holds; that it is secret is not kept."""
    inner = value.value
    if isinstance(inner, Computed):
        return UNKNOWN
    if isinstance(inner, Mapping):
        return plain_map(inner)
    if isinstance(inner, tuple):
        return [plain(item) for item in inner]
    if isinstance(inner, float) and inner.is_integer():
        return int(inner)
    return inner


def plain_map(values: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Return a map of property values as plain data; what is null is left out."""
    return {key: plain(value) for key, value in values.items() if value.value is not None}


def wrapped(value: Any) -> PropertyValue:
    """Return plain data as a property value."""
    if value is UNKNOWN:
        return PropertyValue.computed()
    if isinstance(value, Mapping):
        return PropertyValue(wrapped_map(cast("Mapping[str, Any]", value)))
    if isinstance(value, list):
        return PropertyValue([wrapped(item) for item in cast("list[Any]", value)])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def wrapped_map(values: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Return a map of plain data as property values."""
    return {key: wrapped(value) for key, value in values.items()}
