"""The command line: `python -m verify --stack NAME`, or `make verify STACK=NAME ARGS="…"`."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verify.backends.choose import BackendKind
from verify.context import Options
from verify.stage import Stage


@dataclass(frozen=True)
class Arguments:
    """What was typed.

    Arguments:
        stack: the stack's name.
        outputs: file with its outputs as JSON; `None` asks `pulumi`.
        options: everything else.
    """

    stack: str
    outputs: Path | None
    options: Options


def parse(words: Sequence[str], stages: Sequence[Stage]) -> Arguments:
    """Read a command line; ends the program with code 2 and a message if it is wrong, with 0 after `--help`."""
    given = vars(_parser([stage.id for stage in stages]).parse_args(words))
    return Arguments(given.pop("stack"), given.pop("outputs"), Options(**given))


def _parser(stages: Sequence[str]) -> argparse.ArgumentParser:
    default = Options()
    parser = argparse.ArgumentParser(
        prog="python -m verify",
        description="Prove that traces of a running environment arrive at its backend, or name the broken link. "
        "Changes nothing in the cluster. Exit codes: docs/verification.md.",
    )
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument(
        "--outputs",
        type=Path,
        metavar="FILE",
        help="the stack's outputs, from `pulumi stack output --json --show-secrets`, where there is no pulumi",
    )
    parser.add_argument(
        "--only", nargs="+", default=(), choices=stages, metavar="STAGE", help=f"of: {', '.join(stages)}"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON; progress goes to standard error")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write an HTML page with the result and a trace")
    traffic = parser.add_argument_group("smoke traffic")
    traffic.add_argument(
        "--requests", type=_number(int, 1, 10_000), default=default.requests, help="how many (default: %(default)s)"
    )
    traffic.add_argument(
        "--rate",
        type=_number(float, 0.1, 1000),
        default=default.rate,
        help="requests per second (default: %(default)s)",
    )
    traffic.add_argument(
        "--address",
        type=_address,
        metavar="HOST:PORT",
        help="where to send it, if the gateway's own address can't be reached from here",
    )
    traffic.add_argument(
        "--application",
        type=_path,
        metavar="PATH",
        help="path at the gateway of an application with spans of its own, which are to join the mesh's",
    )
    spans = parser.add_argument_group("spans")
    spans.add_argument(
        "--timeout",
        type=_number(float, 1, 3600),
        default=default.timeout,
        help="seconds within which they must arrive (default: %(default)s)",
    )
    spans.add_argument(
        "--max-loss",
        type=_number(float, 0, 100),
        default=default.max_loss,
        metavar="PERCENT",
        help="of the expected spans that may be missing (default: %(default)s)",
    )
    spans.add_argument(
        "--backend",
        choices=[kind.value for kind in BackendKind],
        default=default.backend,
        help="what is asked (default: found out)",
    )
    spans.add_argument("--backend-url", metavar="URL", help="its query API")
    spans.add_argument("--backend-token-env", metavar="NAME", help="environment variable with the query API's token")
    return parser


def _number(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} is no {_WORDS[kind]} from {least:g} to {most:g}")
        return value

    return read


_WORDS: Final = {int: "whole number", float: "number"}


def _path(text: str) -> str:
    if not text.startswith("/") or not text.isprintable() or " " in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no path, for example /cart")
    return text


def _address(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
        raise argparse.ArgumentTypeError(f"{text!r} is no host:port, for example 127.0.0.1:8080")
    return text
