"""Lists that a test goes through: none of them may be empty, and no name in them may stand twice."""

from collections import Counter
from collections.abc import Iterable, Sized
from typing import TypeVar

_Items = TypeVar("_Items", bound=Sized)
_Value = TypeVar("_Value")


def non_empty(items: _Items, name: str) -> _Items:
    """Return `items`, so that a loop over them has something to check.

    Arguments:
        items: what a test goes through.
        name: what they are, for the message.

    Raises:
        AssertionError: if there are none.
    """
    assert len(items) > 0, f"there are no {name}, so nothing would be checked"
    return items


def by_name(pairs: Iterable[tuple[str, _Value]]) -> dict[str, _Value]:
    """Return named values as a dictionary that has lost none of them.

    Raises:
        AssertionError: if a name stands twice.
    """
    named = list(pairs)
    twice = [name for name, count in Counter(name for name, _ in named).items() if count > 1]
    assert twice == [], f"names that stand more than once: {twice}"
    return dict(named)
