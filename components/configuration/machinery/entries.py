"""Entries of lists and objects in configuration: how they become checked values, and how a wrong one is named.

As in `types`, a `ValueError` never repeats what was given.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails, to_json

from components.configuration.machinery.types import Allowed, plain_object, words_of

Value = TypeVar("Value")
Read = TypeVar("Read")


class Entry(BaseModel):
    """An object in configuration. The words of each field's type end the sentence "it is not ..."."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


Kind = TypeVar("Kind", bound=Entry)


def by_name(given: Mapping[str, object], name: Allowed, read: Callable[[object], Read]) -> dict[str, Read]:
    """Read an object whose entries people name.

    Arguments:
        given: the object, as read from JSON.
        name: what a name may be.
        read: reads the value of an entry.

    Raises:
        ValueError: naming the first wrong entry as `each` does.
    """

    def item(pair: tuple[str, object]) -> tuple[str, Read]:
        if not name.allows(pair[0]):
            raise ValueError(f"its name is not {name.words}")
        return pair[0], read(pair[1])

    return dict(each(given.items(), item))


def text_of(kind: Allowed, value: object) -> str:
    """Return a value of an entry that is text of some kind.

    Raises:
        ValueError: if it is not.
    """
    if not isinstance(value, str) or not kind.allows(value):
        raise ValueError(f"its value is not {kind.words}")
    return value


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
        try:
            result = read(value)
        except ValueError as error:
            raise ValueError(of_entry(position, str(error) or unsaid)) from error
        yield result


def of_entry(position: int, reason: str) -> str:
    """Say of the entry at `position`, counted from 1, what is wrong with it."""
    return f"entry {position}: {reason}"


def entry(kind: type[Kind], value: object) -> Kind:
    """Return `value`, as read from JSON, as an entry.

    Raises:
        ValueError: saying which field is wrong and what it may be.
    """
    try:
        return kind.model_validate_json(to_json(plain_object(value)))
    except ValidationError as error:
        raise ValueError(_missing(error) or _fault(kind, error.errors()[0])) from error


def _missing(error: ValidationError) -> str:
    fields = [str(each["loc"][0]) for each in error.errors() if each["type"] == "missing" and len(each["loc"]) == 1]
    return f"it lacks {' and '.join(fields)}" if fields else ""


def _fault(kind: type[Entry], details: ErrorDetails) -> str:
    names = {info.alias or name: info for name, info in kind.model_fields.items()}
    field = str(details["loc"][0]) if details["loc"] else ""
    cause = details.get("ctx", {}).get("error")
    reason = str(cause) if isinstance(cause, ValueError) else ""
    if field and field not in names:
        return f"it may hold nothing but {', '.join(names)}"
    if not field:
        return reason
    return f"{field}: {reason}" if reason else f"{field} is not {words_of(names[field])}"
