"""A call of one of Google's APIs, and how inputs of Pulumi become its body."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from tests.gcp.api.descriptions import method

Inputs = Mapping[str, Any]
Body = dict[str, Any]

#: Values that the provider's client leaves out of JSON, unless it is told to send them (`omitempty`).
_EMPTY: Final[tuple[Any, ...]] = (None, False, 0, "", [], {})


@dataclass(frozen=True)
class Call:
    """A call of a method.

    Arguments:
        method: the method's id.
        parameters: what stands in its URL.
        body: its JSON; `None` (default): none.
    """

    method: str
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Body | None = None

    @property
    def url(self) -> str:
        """Its URL, with parameters that are missing left as they are."""
        return re.sub(r"{\+?(\w+)}", lambda found: self.parameters.get(found[1], found[0]), method(self.method).url)

    @property
    def line(self) -> str:
        """Its verb and URL."""
        return f"{method(self.method).verb} {self.url}"


def _as_it_is(value: Any, _: Inputs) -> Any:
    return value


@dataclass(frozen=True)
class Field:
    """Where an input stands in a request.

    Arguments:
        to: path in the body.
        convert: makes the value of the API out of the input and all inputs; default: it is the same.
        is_forced: whether it is sent even if it is `false`, 0 or empty.
    """

    to: str
    convert: Callable[[Any, Inputs], Any] = _as_it_is
    is_forced: bool = False


#: An input that stands in the URL, or that only the provider itself uses: not in the body.
UNSENT: Final = Field("")

#: Path of an input -> where it stands in a request. What stands below a path goes with it.
Fields = Mapping[str, Field]


class UnknownInputError(Exception):
    """An input of which no table says what becomes of it; the message names it."""


def body(fields: Fields, inputs: Inputs) -> Body:
    """Return the JSON that the provider makes of inputs.

    Raises:
        UnknownInputError: if `fields` lacks one of the inputs, since it would be missing in the request unnoticed.
    """
    made: Body = {}
    _fill(made, fields, inputs, inputs, "")
    return made


def at(value: Any, path: str) -> Any:
    """Return what stands at a path of plain data; `None` if nothing does."""
    for name in path.split("."):
        value = cast("Inputs", value).get(name) if isinstance(value, Mapping) else None
    return value


def put(made: Body, path: str, value: Any) -> None:
    """Set what stands at a path of a body."""
    *above, last = path.split(".")
    for name in above:
        made = made.setdefault(name, {})
    made[last] = value


def is_empty(value: Any) -> bool:
    """Tell whether the provider's client leaves a value out of JSON."""
    return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in _EMPTY)


def _fill(made: Body, fields: Fields, inputs: Inputs, all_inputs: Inputs, above: str) -> None:
    for name, value in inputs.items():
        path = f"{above}{name}"
        if path in fields:
            known = fields[path]
            converted = known.convert(value, all_inputs)
            if known.to and (known.is_forced or not is_empty(converted)):
                put(made, known.to, converted)
        elif isinstance(value, Mapping):
            _fill(made, fields, cast("Inputs", value), all_inputs, f"{path}.")
        else:
            raise UnknownInputError(f"no table of requests says what becomes of the input {path}")
