"""From Pulumi's wire format to what rules see."""

from collections.abc import Collection
from typing import Any, Final, cast

from google.protobuf import json_format
from pulumi_policy import proxy
from pulumi_policy.deserialize import SPECIAL_SECRET_SIG, SPECIAL_SIG_KEY

from policy.leaks import Secret, leaks, readable
from policy.reading import UNKNOWN
from policy.resource import Resource

#: What stands on the wire for values of each kind that are not known yet.
_UNKNOWN: Final = frozenset(
    {
        proxy.UNKNOWN_ARCHIVE_VALUE,
        proxy.UNKNOWN_ARRAY_VALUE,
        proxy.UNKNOWN_ASSET_VALUE,
        proxy.UNKNOWN_BOOLEAN_VALUE,
        proxy.UNKNOWN_NUMBER_VALUE,
        proxy.UNKNOWN_OBJECT_VALUE,
        proxy.UNKNOWN_STRING_VALUE,
    }
)


def resource(message: Any, searched: Collection[str]) -> Resource:
    """Return the resource of a request.

    Arguments:
        message: an `AnalyzeRequest` or an `AnalyzerResource`.
        searched: texts to look for in it; see `leaks.secret_texts`.
    """
    marked = data(cast("Any", json_format).MessageToDict(message.properties))
    return Resource(
        type=message.type,
        name=message.name,
        properties=readable(marked),
        protected=message.options.protect,
        leaks=tuple(leaks(marked, searched)),
        urn=message.urn,
    )


def holds(message: Any, searched: Collection[str]) -> bool:
    """Tell whether any of the texts may stand in a message; much faster than reading it."""
    if not searched:
        return False
    raw: bytes = message.SerializeToString()
    return any(text.encode() in raw for text in searched)


def data(value: Any) -> Any:
    """Return what a value of the wire format means, secrets inside `Secret`, `UNKNOWN` for what is not known.

    Arguments:
        value: plain data, as protobuf's JSON has it.
    """
    if isinstance(value, dict):
        found = {key: data(item) for key, item in cast("dict[str, Any]", value).items()}
        return Secret(found.get("value")) if found.get(SPECIAL_SIG_KEY) == SPECIAL_SECRET_SIG else found
    if isinstance(value, list):
        return [data(item) for item in cast("list[Any]", value)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if isinstance(value, str) and value in _UNKNOWN else value
