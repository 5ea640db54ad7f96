"""Types of configuration values: how the text that Pulumi hands over becomes a checked value.

Each type takes the text, or a finished value as tests and other programs give it, and raises a `ValueError` that says
what is wrong without repeating the text, which may hold a credential. Where the type's words say it all, the
`ValueError` is empty.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, TypeAlias, TypeVar, cast, get_args, get_origin

from pydantic import BeforeValidator, GetCoreSchemaHandler, ValidationInfo
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from components.configuration.machinery.key import ReadingContext

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Allowed:
    """Which values a type allows: in words for people, and as what reads and checks them. It stands in `Annotated`.

    Arguments:
        words: which values are allowed; empty where the key says it.
        read: turns text into a value; `None` (default) leaves text as it is.
        check: returns the value, or raises `ValueError`; `None` (default) lets every value pass.
    """

    words: str
    read: Callable[[str], object] | None = None
    check: Callable[[Any], object] | None = None

    def allows(self, value: object) -> bool:
        """Tell whether a value passes the check."""
        try:
            if self.check:
                self.check(value)
        except ValueError:
            return False
        return True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return what pydantic runs."""
        schema, read = handler(source), self.read
        if self.check:
            schema = core_schema.no_info_after_validator_function(self.check, schema)
        if read:
            schema = core_schema.no_info_before_validator_function(
                lambda value: read(value) if isinstance(value, str) else value, schema
            )
        return schema


def words_of(info: FieldInfo) -> str:
    """Return which values a field's type allows, in words; empty if it has none."""
    everything = (*reversed(info.metadata), *_metadata(info.annotation))  # the outermost comes last
    return next((each.words for each in everything if isinstance(each, Allowed) and each.words), "")


def _metadata(annotation: object) -> Iterator[object]:
    """Yield what stands in every `Annotated` of a type, those inside of it included."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__  # type: ignore[attr-defined] - typing documents it, and declares it nowhere
    for part in get_args(annotation):
        yield from _metadata(part)


def either(names: Iterable[str]) -> str:
    """Return names as a sentence lists them: `a, b or c`."""
    *others, last = names
    return f"{', '.join(others)} or {last}" if others else last


def from_text(read: Callable[[str], object], words: str = "") -> Allowed:
    """Return the type of values that `read` makes of their text; other values are left alone."""
    return Allowed(words, read=read)


def from_file(read: Callable[[str, ReadingContext], object]) -> BeforeValidator:
    """Return the validator that turns a path into a value by `read` and leaves other values alone."""

    def validate(value: object, info: ValidationInfo) -> object:
        around = info.context
        if not isinstance(around, ReadingContext):
            around = ReadingContext(Path.cwd(), datetime.now(UTC))
        return read(value, around) if isinstance(value, str) else value

    return BeforeValidator(validate)


def one_of(choices: type[StrEnum], notes: Mapping[StrEnum, str] | None = None) -> Allowed:
    """Return the type of the members of `choices`, by their exact text.

    Arguments:
        choices: the words that are allowed.
        notes: under which condition single ones are, in words. Default: always.
    """
    remarks = notes or {}
    words = either(f"{each} ({remarks[each]})" if each in remarks else each for each in choices)
    return Allowed(words, read=lambda text: member(choices, text))


def member(choices: type[Choice], text: object) -> Choice:
    """Return the member of `choices` that text means.

    Raises:
        ValueError: if it is none of them.
    """
    if text not in list(choices):
        raise ValueError
    return choices(text)


def matching(pattern: str, words: str = "") -> Allowed:
    """Return the type of text that matches `pattern` as a whole."""
    compiled = re.compile(pattern, re.ASCII)

    def check(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError
        return text

    return Allowed(words, check=check)


def characters(least: int, most: int, kind: str, words: str) -> Allowed:
    """Return the type of text of so many characters.

    Arguments:
        least: how many there are at least.
        most: how many there are at most.
        kind: one of them, as a regular expression.
        words: what they are called.
    """
    return matching(f"{kind}{{{least},{most}}}", f"{f'{least} to' if least else 'at most'} {most} {words}")


def dns_label(most: int, words: str = "", first: str = "a-z0-9") -> Allowed:
    """Return the type of names as DNS takes them, which neither begin nor end with a hyphen.

    Arguments:
        most: how many characters they have at most.
        words: what is said besides their characters.
        first: the characters that they may begin with, as in a regular expression.
    """
    rest = f"([-a-z0-9]{{0,{most - 2}}}[a-z0-9])?"
    return matching(f"[{first}]{rest}", f"at most {most} lower-case letters, digits and hyphens{words}")


def between(least: int, most: int) -> Allowed:
    """Return the type of whole numbers from `least` to `most`, in objects and lists."""

    def check(number: int) -> int:
        if not least <= number <= most:
            raise ValueError
        return number

    return Allowed(f"a whole number from {least} to {most}", check=check)


def whole(least: int, most: int) -> Allowed:
    """Return the type of whole numbers from `least` to `most`, written in decimal digits."""
    numbers = between(least, most)
    return Allowed(numbers.words, read=_whole, check=numbers.check)


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise ValueError
    return int(text)


def true_or_false(note: str = "") -> Allowed:
    """Return the type of `true` and `false`; `note` says under which condition `false` is allowed."""
    return Allowed(f"true or false ({note})" if note else "true or false", read=_switch)


def _switch(text: str) -> bool:
    if text not in {"true", "false"}:
        raise ValueError
    return text == "true"


Switch: TypeAlias = Annotated[bool, true_or_false()]


def read_json(text: str, **options: Any) -> object:
    """Read JSON; `options` are those of `json.loads`.

    Raises:
        ValueError: if it is none.
    """
    try:
        return json.loads(text, **options)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is not JSON") from error


def json_object(text: str) -> dict[str, object]:
    """Read a JSON object.

    Raises:
        ValueError: if it is none.
    """
    return plain_object(read_json(text))


def plain_object(value: object) -> dict[str, object]:
    """Return `value`, as read from JSON, if it is an object.

    Raises:
        ValueError: if it is not.
    """
    if not isinstance(value, dict):
        raise ValueError("it is not an object")
    return cast("dict[str, object]", value)


def json_list(text: str, **options: Any) -> tuple[object, ...]:
    """Read a JSON list; `options` are those of `json.loads`.

    Raises:
        ValueError: if it is none.
    """
    value = read_json(text, **options)
    if not isinstance(value, list):
        raise ValueError("it is not a list")
    return tuple(cast("list[object]", value))


def cidr(text: str) -> IPv4Network | IPv6Network:
    """Read a network in CIDR notation, strictly: no bits below its length.

    Raises:
        ValueError: if it is none.
    """
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError("it is no network in CIDR notation such as 10.0.0.0/20") from error


def project_path(text: str, root: Path) -> Path:
    """Return the path that `text` means: `~` is the home folder, anything relative starts at the project's folder.

    Raises:
        ValueError: if it has a null character, or there is no home folder of that name.
    """
    if "\0" in text:
        raise ValueError("no path has a null character")
    try:
        return root / Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home folder") from error
