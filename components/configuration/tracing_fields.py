"""The types of the configuration values that say which requests are traced, what their spans carry, and by which image.

As in `fields`, a `ValueError` never repeats what was given.
"""

import re
from collections.abc import Generator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from decimal import Decimal
from typing import Annotated, Final, TypeAlias, cast

from pydantic import AfterValidator, Field, InstanceOf

from components.configuration.fields import from_text, json_list, json_object
from components.model.spans import CustomTag, EnvironmentTag, HeaderTag, LiteralTag, SamplingOverride

#: Field of an entry -> what its text must match, and what is said of text that doesn't.
_FORMS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = {
    "namespace": (re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"), "is not a namespace's name"),
    "workload": (
        re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"),
        "is not a value that the label app can have",
    ),
    "header": (re.compile(r":?[a-z0-9_.-]+"), "is not a lower-case header name"),
    "environment": (re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*"), "is not the name of an environment variable"),
}
_TAG_NAME: Final = re.compile(r"[!-~]{1,128}")
_TAG_KINDS: Final = ("literal", "header", "environment")


def _percentage(text: str) -> Decimal:
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", text):
        raise ValueError
    return Decimal(text)


def _image(text: str) -> str:
    match = re.fullmatch(
        r"(?P<name>[a-z0-9][a-z0-9._-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*?)(:(?P<tag>[\w][\w.-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?",
        text,
        re.ASCII,
    )
    if not match:
        raise ValueError("it is not an image reference")
    if not match["digest"] and match["tag"] in {None, "latest"}:
        raise ValueError("it names no fixed version, so that two Pods could run different ones")
    return text


def _overrides(text: str) -> tuple[SamplingOverride, ...]:
    found: dict[tuple[str, str | None], SamplingOverride] = {}
    for position, entry in enumerate(json_list(text, parse_float=Decimal), start=1):
        with _named(position):
            override = _override(entry)
        requests = (override.namespace, override.workload)
        if requests in found:
            raise ValueError(f"entry {position}: an entry before it is for the same namespace and workload")
        found[requests] = override
    return tuple(found.values())


def _override(value: object) -> SamplingOverride:
    entry = _fields(value, {"namespace", "percentage"}, {"workload"})
    return SamplingOverride(
        namespace=_text(entry, "namespace"),
        percentage=_entry_percentage(entry["percentage"]),
        workload=_text(entry, "workload") if "workload" in entry else None,
    )


def _entry_percentage(value: object) -> Decimal:
    """Read a percentage, also from text: `pulumi config set --path` stores a number with decimals as text."""
    try:
        percentage = _percentage(str(value))
    except ValueError:
        percentage = Decimal(-1)
    if not 0 <= percentage <= 100:
        raise ValueError("percentage is not a number from 0 to 100 with at most two decimals")
    return percentage


def _tags(text: str) -> dict[str, CustomTag]:
    tags: dict[str, CustomTag] = {}
    for position, (name, value) in enumerate(json_object(text).items(), start=1):
        with _named(position):
            tags[_tag_name(name)] = _tag(value)
    return tags


def _tag_name(text: str) -> str:
    if not _TAG_NAME.fullmatch(text):
        raise ValueError("its name is not 1 to 128 printable ASCII characters without white space")
    return text


def _tag(value: object) -> CustomTag:
    kinds = [kind for kind in _TAG_KINDS if kind in _fields(value)]
    if len(kinds) != 1:
        raise ValueError("it holds not exactly one of literal, header and environment")
    entry = _fields(value, set(kinds), set() if kinds == ["literal"] else {"default"})
    default = _printable(entry, "default") if "default" in entry else None
    match kinds:
        case ["header"]:
            return HeaderTag(_text(entry, "header"), default)
        case ["environment"]:
            return EnvironmentTag(_text(entry, "environment"), default)
        case _:
            return LiteralTag(_printable(entry, "literal"))


@contextmanager
def _named(position: int) -> Generator[None, None, None]:
    """Name the entry in which something is wrong by its position; its texts may be credentials in the wrong place."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"entry {position}: {error}") from error


def _fields(
    value: object, required: AbstractSet[str] = frozenset(), optional: AbstractSet[str] | None = None
) -> Mapping[str, object]:
    """Return an object that holds all of `required`, and with `optional` nothing else but that."""
    if not isinstance(value, dict):
        raise ValueError("it is not an object")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    entry = cast("dict[str, object]", value)
    if not required <= set(entry):
        raise ValueError(f"it lacks {' and '.join(sorted(required - set(entry)))}")
    if optional is not None and set(entry) - required - optional:
        raise ValueError(f"it may hold nothing but {', '.join(sorted(required | optional))}")
    return entry


def _text(entry: Mapping[str, object], field: str) -> str:
    form, fault = _FORMS[field]
    value = entry[field]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(f"{field} {fault}")
    return value


def _printable(entry: Mapping[str, object], field: str) -> str:
    value = entry[field]
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError(f"{field} is not printable text")
    return value


Percentage: TypeAlias = Annotated[Decimal, from_text(_percentage), Field(ge=0, le=100)]
SamplingOverrides: TypeAlias = Annotated[tuple[InstanceOf[SamplingOverride], ...], from_text(_overrides)]
CustomTagsByName: TypeAlias = Annotated[
    dict[str, InstanceOf[LiteralTag] | InstanceOf[HeaderTag] | InstanceOf[EnvironmentTag]], from_text(_tags)
]
Image: TypeAlias = Annotated[str, AfterValidator(_image)]
