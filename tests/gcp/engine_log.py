"""The order of what the engine did, from its event log."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Step:
    """What the engine did with one resource.

    Arguments:
        operation: `create`, `update`, `delete`, `same`, …
        type: the resource's type token.
        name: its name in Pulumi.
        begun: position in the log at which the engine began with it.
        ended: position at which it was done; `None` if it failed.
    """

    operation: str
    type: str
    name: str
    begun: int
    ended: int | None


def read_steps(log: Path) -> tuple[Step, ...]:
    """Return the steps that an event log holds, in the order in which they began."""
    return tuple(_steps(log))


def not_in_order(steps: tuple[Step, ...], first: Callable[[Step], bool], then: Callable[[Step], bool]) -> list[str]:
    """Return what began although something that comes first was not done yet.

    Raises:
        AssertionError: if either does not occur, since the question then has no answer.
    """
    before, after = [each for each in steps if first(each)], [each for each in steps if then(each)]
    assert before, "nothing comes first"
    assert after, "nothing comes then"
    return [
        f"{late.name} began before {early.name} was done"
        for early in before
        for late in after
        if early.ended is None or late.begun < early.ended
    ]


def _steps(log: Path) -> Iterator[Step]:
    begun: dict[tuple[str, str], int] = {}
    for position, line in enumerate(log.read_text(encoding="utf-8").splitlines()):
        event = json.loads(line)
        if "resourcePreEvent" in event:
            begun[_key(event["resourcePreEvent"])] = position
        for kind, is_done in (("resOutputsEvent", True), ("resOpFailedEvent", False)):
            if kind in event:
                operation, urn = _key(event[kind])
                metadata = event[kind]["metadata"]
                start = begun.get((operation, urn), position)
                yield Step(operation, metadata["type"], urn.split("::")[-1], start, position if is_done else None)


def _key(event: dict[str, dict[str, str]]) -> tuple[str, str]:
    return event["metadata"]["op"], event["metadata"]["urn"]
