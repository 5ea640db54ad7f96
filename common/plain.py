"""Looking into plain data, such as objects of the Kubernetes API, where any part may be missing or null."""

from collections.abc import Iterator, Mapping
from typing import Any, cast


def at(node: object, *path: str) -> Any:
    """Return what stands at a path of keys; `None` if any of them is missing."""
    for key in path:
        node = cast("Mapping[str, object]", node).get(key) if isinstance(node, Mapping) else None
    return node


def map_at(node: object, *path: str) -> Mapping[str, Any]:
    """Return the object at a path; empty if there is none."""
    found = at(node, *path)
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def list_at(node: object, *path: str) -> list[Any]:
    """Return the list at a path; empty if there is none."""
    found = at(node, *path)
    return cast("list[Any]", found) if isinstance(found, list) else []


def texts_in(node: object) -> Iterator[str]:
    """Yield every text in plain data, in no order; keys are not among them."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            waiting += cast("Mapping[str, object]", part).values()
        elif isinstance(part, list):
            waiting += cast("list[object]", part)
