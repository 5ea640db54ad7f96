"""What differs between two sets of inputs, and whether it makes another resource necessary."""

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, cast

from pulumi.provider.experimental.provider import DiffResponse, PropertyDiff, PropertyDiffKind

from tests.gcp.double.values import UNKNOWN

_MISSING: Final = object()

_KINDS: Final = {
    (True, False): PropertyDiffKind.ADD,
    (True, True): PropertyDiffKind.ADD_REPLACE,
    (False, False): PropertyDiffKind.UPDATE,
    (False, True): PropertyDiffKind.UPDATE_REPLACE,
}


def compared(
    old: Mapping[str, Any], new: Mapping[str, Any], replaced_by: AbstractSet[str], *, is_autonamed: bool
) -> DiffResponse:
    """Compare inputs as the genuine provider's bridge does.

    Arguments:
        old: the inputs that the resource was made or last changed with.
        new: the inputs now.
        replaced_by: see `Kind`.
        is_autonamed: whether the name was filled in. Otherwise the old resource must go first, since two of the same
            name can't be.
    """
    diffs = {path: _kind(path, given, replaced_by) for path, given in _changed(old, new, "")}
    replacing = {path for path, kind in diffs.items() if kind.name.endswith("_REPLACE")}
    return DiffResponse(
        changes=bool(diffs),
        replaces=sorted({_top(path) for path in replacing}),
        diffs=sorted({_top(path) for path in diffs}),
        detailed_diff={path: PropertyDiff(kind, input_diff=True) for path, kind in diffs.items()},
        delete_before_replace=bool(replacing) and not is_autonamed,
    )


def changed_inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the names of the inputs that differ, sorted; of nodes `nodeConfig.<input>`."""
    differing = {each for each in old.keys() | new.keys() if old.get(each, _MISSING) != new.get(each, _MISSING)}
    if "nodeConfig" not in differing:
        return sorted(differing)
    below = changed_inputs(old.get("nodeConfig", {}), new.get("nodeConfig", {}))
    return sorted((differing - {"nodeConfig"}) | {f"nodeConfig.{each}" for each in below})


def _changed(old: Any, new: Any, path: str) -> Iterator[tuple[str, tuple[bool, bool]]]:
    """Yield the path of each difference, and whether it was there before and is there now."""
    if isinstance(old, dict) and isinstance(new, dict):
        before, now = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for key in sorted(before.keys() | now.keys()):
            below = f"{path}.{key}" if path else key
            yield from _changed(before.get(key, _MISSING), now.get(key, _MISSING), below)
    elif isinstance(old, list) and isinstance(new, list):
        before_list, now_list = cast("list[Any]", old), cast("list[Any]", new)
        for index in range(max(len(before_list), len(now_list))):
            before = before_list[index] if index < len(before_list) else _MISSING
            now = now_list[index] if index < len(now_list) else _MISSING
            yield from _changed(before, now, f"{path}[{index}]")
    elif new is UNKNOWN or old != new:
        yield path, (old is not _MISSING, new is not _MISSING)


def _kind(path: str, given: tuple[bool, bool], replaced_by: AbstractSet[str]) -> PropertyDiffKind:
    was_there, is_there = given
    names = re.sub(r"\[\d+]", "", path).split(".")
    replaces = any(".".join(names[:length]) in replaced_by for length in range(1, len(names) + 1))
    if not is_there:
        return PropertyDiffKind.DELETE_REPLACE if replaces else PropertyDiffKind.DELETE
    return _KINDS[not was_there, replaces]


def _top(path: str) -> str:
    return re.split(r"[.\[]", path)[0]
