"""Where the secrets of a stack's configuration turn up in a resource."""

import base64
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from common.plain import texts_in
from policy.resource import Leak

#: A shorter text is no secret that could be told from an ordinary word; real tokens have 20 characters and more.
_SHORTEST: Final = 12


@dataclass(frozen=True)
class Secret:
    """A value that Pulumi keeps encrypted."""

    value: Any


def secret_texts(values: Collection[str]) -> frozenset[str]:
    """Return the texts to look for, given the secret values of a configuration: each as it is, and in base64.

    Arguments:
        values: as Pulumi hands them over: texts, lists and objects as JSON; of these, every text inside counts.
    """
    found = {text.strip() for value in values for text in texts_in(_parsed(value)) if len(text.strip()) >= _SHORTEST}
    return frozenset(found | {base64.b64encode(text.encode()).decode() for text in found})


def leaks(value: Any, searched: Collection[str]) -> Iterator[Leak]:
    """Yield where any of the texts `searched` stands in data in which secrets are marked by `Secret`."""
    if searched:
        yield from _leaks(value, searched, "", encrypted=False)


def readable(value: Any) -> Any:
    """Return a copy of data without the marks."""
    if isinstance(value, Secret):
        return readable(value.value)
    if isinstance(value, dict):
        return {key: readable(item) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [readable(item) for item in cast("list[Any]", value)]
    return value


def _leaks(value: Any, searched: Collection[str], path: str, *, encrypted: bool) -> Iterator[Leak]:
    if isinstance(value, Secret):
        yield from _leaks(value.value, searched, path, encrypted=True)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            yield from _leaks(item, searched, f"{path}.{key}" if path else key, encrypted=encrypted)
    elif isinstance(value, list):
        for index, item in enumerate(cast("list[Any]", value)):
            yield from _leaks(item, searched, f"{path}[{index}]", encrypted=encrypted)
    elif isinstance(value, str) and any(text in value for text in searched):
        yield Leak(path, encrypted)


def _parsed(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return cast("Any", value) if isinstance(value, dict | list) else text
