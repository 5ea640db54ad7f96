"""Holds inputs against the types of Google's genuine SDK (`pulumi_gcp`)."""

import inspect
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from importlib import import_module
from types import NoneType
from typing import Any, Final, Union, cast, get_args, get_origin

import pulumi

from tests.gcp.double.values import UNKNOWN

#: What Pulumi's SDK itself reads the types of inputs with; it has no public name.
_types: Final[Any] = import_module("pulumi._types")

_PLAIN: Final[Mapping[type, tuple[str, tuple[type, ...]]]] = {
    str: ("a string", (str,)),
    bool: ("a boolean", (bool,)),
    int: ("an integer", (int,)),
    float: ("a number", (int, float)),
}


def problems(arguments: type, inputs: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield what is wrong with inputs, as the property's path and the reason.

    It is stricter than the genuine provider, which takes the string `"3"` for a number.

    Arguments:
        arguments: a class of inputs of the SDK, for example `pulumi_gcp.container.NodePoolArgs`.
        inputs: the inputs, with the provider's names (camel case).
        path: where they stand; default: at the top.
    """
    types: Mapping[str, Any] = _types.input_type_types(arguments)
    for name, value in inputs.items():
        if name not in types:
            yield f"{path}{name}", f"{arguments.__name__} has no such property"
        else:
            yield from _problems_of(types[name], value, f"{path}{name}")
    for name in required(arguments) - inputs.keys():
        yield f"{path}{name}", f"{arguments.__name__} requires it"


def required(arguments: type) -> set[str]:
    """Return the names of the inputs that a class of inputs can't do without."""
    names: Mapping[str, str] = _types.input_type_py_to_pulumi_names(arguments)
    parameters = list(inspect.signature(arguments.__init__).parameters.values())[1:]
    return {names[each.name] for each in parameters if each.default is inspect.Parameter.empty}


def _problems_of(expected: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    expected = _without_wrappers(expected)
    if value is UNKNOWN:
        return
    wanted, accepted = _accepted(expected)
    if not isinstance(value, accepted) or (isinstance(value, bool) and expected is not bool):
        yield path, f"is {value!r}; it must be {wanted}"
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _problems_of(get_args(expected)[0], item, f"{path}[{index}]")
    elif isinstance(value, dict) and _types.is_input_type(expected):
        yield from problems(expected, cast("dict[str, Any]", value), f"{path}.")
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _problems_of(get_args(expected)[1], item, f"{path}.{key}")


def _accepted(expected: Any) -> tuple[str, tuple[type, ...]]:
    """Return what a value of a type of the SDK must be: in words, and in Python."""
    if expected in _PLAIN:
        return _PLAIN[expected]
    if _types.is_input_type(expected) or get_origin(expected) is Mapping:
        return "an object", (dict,)
    if get_origin(expected) is Sequence:
        return "a list", (list,)
    raise AssertionError(f"the double knows no inputs of type {expected}")


def _without_wrappers(expected: Any) -> Any:
    """Return `T` of `Input[T]` and `Optional[T]`."""
    while get_origin(expected) is Union:
        expected = next(it for it in get_args(expected) if not _is_wrapper(it))
    return expected


def _is_wrapper(candidate: Any) -> bool:
    origin: Any = get_origin(candidate) or candidate
    return candidate is NoneType or origin is Awaitable or origin is pulumi.Output
