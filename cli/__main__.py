"""The commands behind the Makefile: `python -m cli <command> [--stack NAME] [--instance NAME]`."""

import argparse
import signal
import sys
from collections.abc import Callable, Mapping
from types import FrameType, ModuleType
from typing import Final

import demo.commands
import sandbox.commands
from bench.command import bench
from cli import own_cluster
from cli.cleaning import clean
from cli.testing import test, test_all
from local.console import say
from local.errors import Interrupted, SandboxError
from local.paths import DEFAULT_INSTANCE
from local.target import DEFAULT_STACK, Target

#: Commands that work on a stack; each kind of cluster has a function for each of them.
_ON_A_STACK: Final = ("up", "preview", "verify", "destroy", "down", "env")

#: Commands that work on the project itself, and take options of their own.
_OF_THE_PROJECT: Final[Mapping[str, Callable[[list[str]], int]]] = {"test": test, "test-all": test_all, "bench": bench}

#: Commands that hand further arguments on.
_WITH_OPTIONS_OF_THEIR_OWN: Final = frozenset({*_OF_THE_PROJECT, "verify"})


def main() -> int:
    """Run one command and return its exit code; a mistake of the user's prints its message and nothing else."""
    arguments, rest = _parser().parse_known_args()
    if rest and arguments.command not in _WITH_OPTIONS_OF_THEIR_OWN:
        _parser().error(f"unknown arguments: {' '.join(rest)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _run(arguments, rest)
    except SandboxError as error:
        say(str(error))
        return 1
    except Interrupted as interruption:
        return interruption.exit_code
    except KeyboardInterrupt:
        return Interrupted(signal.SIGINT).exit_code


def _run(arguments: argparse.Namespace, rest: list[str]) -> int:
    if arguments.command in _OF_THE_PROJECT:
        return _OF_THE_PROJECT[arguments.command](rest)
    if arguments.command == "clean":
        return clean()
    target = Target(arguments.stack, arguments.instance)
    if arguments.command == "verify":
        return _commands(target).verify(target, rest)
    return getattr(_commands(target), arguments.command)(target)


def _commands(target: Target) -> ModuleType:
    """Return the commands for the cluster that a stack lives in."""
    if target.file.is_real_node:
        return demo.commands
    return sandbox.commands if target.file.is_sandbox else own_cluster


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cli", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name in _ON_A_STACK:
        own_help = name not in _WITH_OPTIONS_OF_THEIR_OWN
        first_line = _first_line(getattr(sandbox.commands, name).__doc__)
        subparser = subparsers.add_parser(name, help=first_line, add_help=own_help)
        subparser.add_argument("--stack", default=DEFAULT_STACK, help="name of the stack (default: sandbox)")
        subparser.add_argument("--instance", default=DEFAULT_INSTANCE, help="name of the sandbox (default: default)")
    for name, function in (*_OF_THE_PROJECT.items(), ("clean", clean)):
        subparsers.add_parser(name, help=_first_line(function.__doc__), add_help=function is not bench)
    return parser


def _first_line(docstring: str | None) -> str:
    return (docstring or "").splitlines()[0]


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)


if __name__ == "__main__":
    sys.exit(main())
