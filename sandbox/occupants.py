"""One sandbox holds the environment of one stack: two would make, and remove, the same objects."""

import json
from pathlib import Path
from typing import Any

from local.errors import SandboxError
from local.target import Target


def refuse_beside_another(target: Target, state: Path) -> None:
    """Refuse to work on a stack in a sandbox that holds another stack's environment.

    Arguments:
        target: the stack, and the sandbox's name.
        state: the folder of the sandbox's file backend.

    Raises:
        SandboxError: naming the other stack, and the two ways out.
    """
    for other in _others(target, state):
        raise SandboxError(
            f"The sandbox {target.instance} holds the environment of stack '{other.stack}', and that of stack "
            f"'{target.stack}' has the same objects.\n"
            f"Take the other one down first: {other.make_by_name('down')}\n"
            f"Or bring this one up in a sandbox of its own: {Target(target.stack, target.stack).make_by_name('up')}"
        )


def refuse_to_remove_another(target: Target, state: Path) -> None:
    """Refuse to take down a sandbox that holds another stack's environment, and nothing of this one.

    Arguments:
        target: the stack, and the sandbox's name.
        state: the folder of the sandbox's file backend.

    Raises:
        SandboxError: naming the other stack, and the command that takes it down.
    """
    if _has_resources(target, state):
        return
    for other in _others(target, state):
        raise SandboxError(
            f"The sandbox {target.instance} holds the environment of stack '{other.stack}', and nothing of stack "
            f"'{target.stack}'.\n"
            f"Take that one down with: {other.make_by_name('down')}"
        )


def _others(target: Target, state: Path) -> list[Target]:
    stacks = (Target(file.stem, target.instance) for file in sorted(_checkpoints(state, "*")))
    return [other for other in stacks if other.stack != target.stack and _has_resources(other, state)]


def _has_resources(target: Target, state: Path) -> bool:
    return any(_is_environment(file) for file in _checkpoints(state, target.stack))


def _checkpoints(state: Path, stack: str) -> list[Path]:
    """Return the files in which Pulumi keeps the state of stacks; reading them is faster than asking Pulumi."""
    return list((state / ".pulumi" / "stacks").glob(f"*/{stack}.json"))


def _is_environment(checkpoint: Path) -> bool:
    """Tell whether a stack's state holds anything in the cluster; the stack itself and its providers are nothing."""
    state: Any = json.loads(checkpoint.read_text(encoding="utf-8"))["checkpoint"].get("latest") or {}
    resources: list[Any] = state.get("resources") or []
    return any(each["custom"] and not each["type"].startswith("pulumi:") for each in resources)
