"""The command line of `make bench`."""

import argparse
import shlex
from collections.abc import Sequence
from typing import Final

#: With fewer rounds a median is chance.
_ROUNDS: Final = 5

#: How many namespaces with sidecars there are when growth is measured, each with an application.
_SIZES: Final = (1, 10, 50, 200)


def bench(arguments: Sequence[str]) -> int:
    """Measure what every run costs beside its peers, and write docs/performance.md.

    Arguments:
        arguments: options, see `make bench ARGS="--help"`.

    Raises:
        SandboxError: if the sandbox does not start, or a contender fails.
    """
    options = _parser().parse_args(arguments)
    command = ["make", "bench", *([f"ARGS={shlex.join(arguments)}"] if arguments else [])]

    from bench.measuring import measure  # noqa: PLC0415 - imports Pulumi's SDK, a second that is no other command's

    measure(options.rounds, options.sizes, shlex.join(command))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description=(bench.__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--rounds", type=_count, default=_ROUNDS, help=f"how often everything is measured (default: {_ROUNDS})"
    )
    parser.add_argument(
        "--sizes",
        type=_sizes,
        default=_SIZES,
        help=f"numbers of namespaces for the growth, two or more (default: {','.join(map(str, _SIZES))})",
    )
    return parser


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _sizes(text: str) -> Sequence[int]:
    sizes = sorted({_count(word) for word in text.split(",")})
    if len(sizes) < 2:
        raise ValueError
    return sizes
