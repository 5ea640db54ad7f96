"""What `make test` and `make test-all` do."""

import os
import subprocess
import sys
from typing import Final

from demo.images.library import ensure_library
from demo.images.recipes import IMAGES
from demo.requirements import NoRealNodeError, ensure_requirements
from demo.zipkin import ensure_zipkin
from local.console import say
from local.paths import PROJECT
from local.toolchain import toolchain as toolchain_module
from local.toolchain.programs import ISTIO_TOOLS, NEWEST_ISTIO, Purpose

#: Options of pytest-xdist; tests/side_by_side.py says which tests stay together, and which begin.
_SIDE_BY_SIDE: Final = ("--numprocesses", "auto", "--no-loadscope-reorder")

#: The tests that need a real node.
_OF_REAL_NODE: Final = "tests/demo/node"


def test(arguments: list[str]) -> int:
    """Run the tests of what is current, with everything that they need, in a process for each processor core.

    Where the machine can't be a real node, the tests of one are left out, and the first and the last line say so.

    Arguments:
        arguments: what pytest is told beyond that.
    """
    return _test(["-m", "not thorough", *arguments], [NEWEST_ISTIO])


def test_all(arguments: list[str]) -> int:
    """Run all tests, as `test` does; those of past Istio releases and every broken environment too."""
    return _test(arguments, list(ISTIO_TOOLS))


def _test(arguments: list[str], releases: list[str]) -> int:
    problem = _problem()
    if problem:
        say(f"{problem}\n{_OF_REAL_NODE} is left out.")
    toolchain = toolchain_module.ensure((Purpose.UP, Purpose.TEST), releases=releases)
    if not problem:
        ensure_library(IMAGES)
        ensure_zipkin()
    left_out = ["--ignore", _OF_REAL_NODE] if problem else []
    command = [sys.executable, "-m", "pytest", *_SIDE_BY_SIDE, *left_out, *arguments]
    exit_code = subprocess.call(command, cwd=PROJECT, env={**os.environ, "PATH": toolchain.search_path})
    if problem:
        say(f"{_OF_REAL_NODE} was left out: {problem.splitlines()[0]}")
    return exit_code


def _problem() -> str | None:
    """Return why this machine can't be a real node; None if it can, with Debian's packages installed by then."""
    try:
        ensure_requirements()
    except NoRealNodeError as error:
        return str(error)
    return None
