"""Reading JSON of which only the shape is known: what is not there counts as empty."""

from collections.abc import Mapping
from typing import Any, cast

from common.plain import map_at


def rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list; empty if it is none."""
    return [map_at(each) for each in cast("list[Any]", value)] if isinstance(value, list) else []


def texts(value: Any) -> dict[str, str]:
    """Return an object with its values as text; empty if it is none."""
    return {name: str(each) for name, each in map_at(value).items()}
