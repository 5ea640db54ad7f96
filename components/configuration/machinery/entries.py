"""Entries of lists and objects in configuration: how they become checked values, and how a wrong one is named.

As in `types`, a `ValueError` never repeats what was given.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, to_json

from components.configuration.machinery.types import words_of

Value = TypeVar("Value")
Read = TypeVar("Read")


class Entry(BaseModel):
    """An object in configuration. The words of each field's type end the sentence "it is not ..."."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


Kind = TypeVar("Kind", bound=Entry)


def each(entries: Iterable[Value], read: Callable[[Value], Read], unsaid: str = "") -> Iterator[Read]:
    """Yield what `read` makes of each entry; of an object's items, `read` takes the pair of name and value.

    Arguments:
        entries: the entries, in their order.
        read: reads one of them.
        unsaid: what is wrong where `read` raises an empty `ValueError`.

    Raises:
        ValueError: naming the first wrong entry by its position: its text may be a credential in the wrong place.
    """
    for position, value in enumerate(entries, start=1):
        with named(position, unsaid):
            result = read(value)
        yield result


@contextmanager
def named(position: int, unsaid: str = "") -> Generator[None]:
    """Name the entry in whose reading a `ValueError` is raised by its position."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"entry {position}: {str(error) or unsaid}") from error


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
    return f"{field}: {reason}" if reason else f"{field} is not {words_of(names[field])}"
