"""Objects in lists and objects of configuration: how they become checked values.

As in `fields`, a `ValueError` never repeats what was given.
"""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, to_json


class Entry(BaseModel):
    """An object in configuration. Each field's description ends the sentence "it is not ..."."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


Kind = TypeVar("Kind", bound=Entry)


def entry(kind: type[Kind], value: object) -> Kind:
    """Return `value`, as read from JSON, as an entry.

    Raises:
        ValueError: saying which field is wrong and what it may be.
    """
    if not isinstance(value, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    try:
        return kind.model_validate_json(to_json(value))
    except ValidationError as error:
        raise ValueError(_fault(kind, error.errors()[0])) from error


def _fault(kind: type[Entry], details: ErrorDetails) -> str:
    names = {info.alias or name: info for name, info in kind.model_fields.items()}
    field = str(details["loc"][0]) if details["loc"] else ""
    cause = details.get("ctx", {}).get("error")
    reason = str(cause) if isinstance(cause, ValueError) else ""
    if details["type"] == "missing" and len(details["loc"]) == 1:
        return f"it lacks {field}"
    if field and field not in names:
        return f"it may hold nothing but {', '.join(names)}"
    if not field:
        return reason
    return f"{field}: {reason}" if reason else f"{field} is not {names[field].description}"
