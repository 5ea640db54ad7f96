"""What the commands do alike, wherever a stack's cluster is."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from typing import Final, NoReturn

from local.paths import PROJECT
from local.toolchain.toolchain import Toolchain, ensure

#: The programs that a stack needs from the toolchain in order to be run, where they are not on PATH.
_ENGINE: Final = ("pulumi", "pulumi-language-python")


def engine() -> Toolchain:
    """Make and return the toolchain for Pulumi alone."""
    return ensure(only=_ENGINE, releases=())


def verification(stack: str, arguments: Sequence[str]) -> list[str]:
    """Return the command line of the verification of a stack."""
    return [sys.executable, "-m", "verify", "--stack", stack, *arguments]


def become_verification(stack: str, arguments: Sequence[str], variables: Mapping[str, str]) -> NoReturn:
    """Run the verification in place of this process: with its signals, and its exit code.

    Arguments:
        stack: the stack's name.
        arguments: further arguments of the verification.
        variables: what is added to this process's environment.
    """
    os.chdir(PROJECT)
    os.execve(sys.executable, verification(stack, arguments), {**os.environ, **variables})  # noqa: S606 - see above


def print_exports(variables: Mapping[str, str]) -> int:
    """Print lines by which a shell takes variables into its environment; returns the exit code."""
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0
