"""Measuring from begin to end: the sandbox, the rounds, and the page that they are written to."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psutil

from bench.arena import arena
from bench.page import BEGIN, Conditions, measured_part, pictures
from bench.rounds import growth, operations
from local.console import say
from local.paths import PROJECT, shown
from local.stack_files import find_stack_file
from local.target import DEFAULT_STACK
from local.toolchain import toolchain as toolchain_module
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import Toolchain
from reference.writing import END, between

_PAGE: Final = PROJECT / "docs" / "performance.md"


def measure(rounds: int, sizes: Sequence[int], command: str) -> None:
    """Measure all contenders in a sandbox of their own, and write the measured part of the page and its pictures.

    Arguments:
        rounds: how often everything is measured.
        sizes: numbers of namespaces for the growth.
        command: what was typed, for the page.

    Raises:
        SandboxError: if the sandbox does not start, or a contender fails; then nothing is written.
    """
    toolchain = _toolchain(find_stack_file(DEFAULT_STACK).istio_release)
    load = os.getloadavg()[0]
    with arena(DEFAULT_STACK, toolchain) as sandbox:
        records = [*operations(sandbox, rounds), *growth(sandbox, rounds, sizes)]
    conditions = Conditions(
        command=command,
        date=datetime.now(UTC).date().isoformat(),
        processors=os.cpu_count() or 1,
        memory=psutil.virtual_memory().total / 2**30,
        loads=(load, os.getloadavg()[0]),
    )
    _write(_PAGE, between(BEGIN, END, f"\n{measured_part(records, conditions)}\n", _PAGE))
    for name, picture in pictures(records).items():
        _write(_PAGE.with_name(name), picture)


def _toolchain(release: str) -> Toolchain:
    """Make and return the programs of the sandbox and of the peers."""
    toolchain_module.ensure((Purpose.TEST,), only=["helm", f"istioctl-{release}"], releases=[release])
    return toolchain_module.ensure(releases=[release])


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
    say(f"written: {shown(file)}")
