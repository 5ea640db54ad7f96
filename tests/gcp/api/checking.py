"""Holds a call and its answer against Google's description of the API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from tests.gcp.api.calls import Call
from tests.gcp.api.descriptions import method, schema

#: Fields that the API calls deprecated or output only, and that the genuine provider sends all the same, each with the
#: reason.
SENT_ALL_THE_SAME: Final[Mapping[str, str]] = {
    "Cluster.initialNodeCount": "the size of the first pool, which `removeDefaultNodePool` deletes: the provider "
    "sends `nodePools` only for pools that are a part of the cluster resource",
    "Cluster.nodeConfig": "the nodes of that first pool",
    "PrivateClusterConfig.enablePrivateNodes": "the provider sends it beside `networkConfig.defaultEnablePrivateNodes`,"
    " which has taken its place, wherever there is a `masterIpv4CidrBlock`",
    "BinaryAuthorization.enabled": "the provider says by it that there is none; with an `evaluationMode` it leaves it "
    "out",
    "Router.region": "the provider sends it beside the region in the URL; Google takes the URL's",
}

#: Field and value that the API calls deprecated and that the program asks for, with the reason.
VALUES_ALL_THE_SAME: Final[Mapping[tuple[str, str], str]] = {
    ("ReleaseChannel.channel", "UNSPECIFIED"): "`gkeVersion` fixes a version, which no channel allows; Google means to "
    "remove it some day",
}

#: Marks of what only Google fills in, in descriptions that lack `readOnly`.
_OUTPUT_ONLY: Final = re.compile(r"(Output only\.|\[Output Only\])", re.IGNORECASE)

_NUMBERS: Final[Mapping[str, tuple[float, float]]] = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Examined:
    """A field that was held against the description.

    Arguments:
        path: where it stands; parameters of the URL stand in braces.
        field: its name in Google's description, `<schema>.<field>`.
        limit: what is checked besides the type: `enum`, `pattern`, or empty.
        problem: what is wrong with it; empty: nothing.
    """

    path: str
    field: str
    limit: str = ""
    problem: str = ""


def problems(call: Call) -> list[str]:
    """Return what is wrong with a call, each with its path; empty: nothing."""
    return [f"{call.method}: {each.path}: {each.problem}" for each in examined(call) if each.problem]


def examined(call: Call) -> Iterator[Examined]:
    """Yield every field of a call, its parameters first, with what is wrong with it."""
    known = method(call.method)
    for name, described in known.parameters.items():
        if described.get("required") and not call.parameters.get(name):
            yield Examined(f"{{{name}}}", call.method, problem="is missing, and the URL needs it")
    for name, value in call.parameters.items():
        if name not in known.parameters:
            yield Examined(f"{{{name}}}", call.method, problem="is no parameter of this method")
        else:
            yield from _value(known.parameters[name], value, f"{{{name}}}", call.method)
    if known.request and call.body is None:
        yield Examined("body", call.method, problem=f"is missing; it must be a {known.request}")
    elif call.body is not None and not known.request:
        yield Examined("body", call.method, problem="is given, and this method takes none")
    elif call.body is not None:
        yield from _missing(call, known.request)
        yield from _object(_Reader(known.api, is_request=True), known.request, call.body, "")


def answer_problems(id_: str, answer: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the answer of a method."""
    known = method(id_)
    found = _object(_Reader(known.api, is_request=False), known.response, answer, "")
    return [f"{id_}: {each.path}: {each.problem}" for each in found if each.problem]


@dataclass(frozen=True)
class _Reader:
    api: str
    is_request: bool


def _missing(call: Call, name: str) -> Iterator[Examined]:
    """Yield what a creation needs; where a resource is changed, its name stands in the URL."""
    known = method(call.method)
    if known.verb != "POST":
        return
    for field, described in schema(known.api, name)["properties"].items():
        if call.method in described.get("annotations", {}).get("required", ()) and field not in (call.body or {}):
            yield Examined(field, f"{name}.{field}", problem="is missing, and this method requires it")


def _object(reader: _Reader, name: str, value: Any, path: str) -> Iterator[Examined]:
    known: Mapping[str, Any] = schema(reader.api, name).get("properties", {})
    yield from _fields(reader, name, known, value, path)


def _fields(reader: _Reader, name: str, known: Mapping[str, Any], value: Any, path: str) -> Iterator[Examined]:
    if not isinstance(value, Mapping):
        yield Examined(path, name, problem=f"is {value!r}; it must be a {name}")
        return
    for field, item in cast("Mapping[str, Any]", value).items():
        below, full = f"{path}.{field}" if path else field, f"{name}.{field}"
        if field not in known:
            yield Examined(below, full, problem=f"{name} has no such field")
            continue
        described = known[field]
        refusal = _refusal(described) if reader.is_request and full not in SENT_ALL_THE_SAME else ""
        if refusal:
            yield Examined(below, full, problem=refusal)
        else:
            yield from _nested(reader, described, item, below, full)


def _refusal(described: Mapping[str, Any]) -> str:
    """Return why a field has no place in a request; empty: it has."""
    if described.get("readOnly") or _OUTPUT_ONLY.match(described.get("description", "")):
        return "is output only"
    return "is deprecated" if described.get("deprecated") else ""


def _nested(reader: _Reader, described: Mapping[str, Any], value: Any, path: str, full: str) -> Iterator[Examined]:
    """Yield what is examined of a value: of an object, a list or a map what is in it."""
    if "$ref" in described:
        yield from _object(reader, described["$ref"], value, path)
    elif described["type"] == "array":
        if not isinstance(value, list):
            yield Examined(path, full, problem=f"is {value!r}; it must be a list")
            return
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _nested(reader, described["items"], item, f"{path}[{index}]", full)
    elif "properties" in described:
        yield from _fields(reader, full, described["properties"], value, path)
    elif described["type"] == "object":
        if not isinstance(value, Mapping):
            yield Examined(path, full, problem=f"is {value!r}; it must be an object")
            return
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from _nested(reader, described["additionalProperties"], item, f"{path}.{key}", full)
    else:
        yield from _value(described, value, path, full)


def _value(described: Mapping[str, Any], value: Any, path: str, full: str) -> Iterator[Examined]:
    limit = next((each for each in ("enum", "pattern") if each in described), "")
    yield Examined(path, full, limit, _wrong_type(described, value) or _not_allowed(described, value, full))


def _wrong_type(described: Mapping[str, Any], value: Any) -> str:
    type_, form = described["type"], described.get("format", "")
    if type_ == "boolean":
        return "" if isinstance(value, bool) else f"is {value!r}; it must be a boolean"
    if form in _NUMBERS:
        return _wrong_number(form, value)
    if type_ == "number":
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if is_number else f"is {value!r}; it must be a number"
    if not isinstance(value, str):
        return f"is {value!r}; it must be a string"
    if form == "google-datetime" and not _TIME.fullmatch(value):
        return f"is {value!r}; it must be a time as 2026-01-31T06:00:00Z"
    return ""


def _wrong_number(form: str, value: Any) -> str:
    """Return what is wrong with an integer; JSON has one of 64 bits as a string, and Google takes both."""
    least, most = _NUMBERS[form]
    given = int(value) if isinstance(value, str) and form.endswith("64") and value.lstrip("-").isdigit() else value
    if not isinstance(given, int) or isinstance(given, bool):
        return f"is {value!r}; it must be an integer"
    return "" if least <= given <= most else f"is {value}; it must be from {least:.0f} to {most:.0f}"


def _not_allowed(described: Mapping[str, Any], value: Any, full: str) -> str:
    if "enum" in described:
        if value not in described["enum"]:
            return f"is {value!r}; it must be one of {', '.join(described['enum'])}"
        deprecated = described.get("enumDeprecated", [False] * len(described["enum"]))
        if deprecated[described["enum"].index(value)] and (full, value) not in VALUES_ALL_THE_SAME:
            return f"is {value!r}, which is deprecated"
    if "pattern" in described and not re.fullmatch(described["pattern"], value):
        return f"is {value!r}; it must match {described['pattern']}"
    return ""
