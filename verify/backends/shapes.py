"""Reading JSON of which only the shape is known: what is not there counts as empty."""

from typing import Any, TypeAlias, cast

#: An object of JSON.
Object: TypeAlias = "dict[str, Any]"


def table(value: Any) -> Object:
    """Return an object; empty if it is none."""
    return cast("Object", value) if isinstance(value, dict) else {}


def rows(value: Any) -> list[Object]:
    """Return the objects of a list; empty if it is none."""
    return [table(each) for each in cast("list[Any]", value)] if isinstance(value, list) else []


def texts(value: Any) -> dict[str, str]:
    """Return an object with its values as text."""
    return {name: str(each) for name, each in table(value).items()}
