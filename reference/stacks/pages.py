"""The generated pages about the stacks."""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from reference.stacks import critical_path, environments
from tests.support.mocks import Recording
from tests.support.stacks import record_environment, stack_names, stack_settings


@cache
def recordings() -> Mapping[str, Recording]:
    """Return what each stack makes, by its name."""
    return {stack: recorded(stack) for stack in stack_names()}


def recorded(stack: str) -> Recording:
    """Return what a stack makes."""
    with tempfile.TemporaryDirectory() as project:
        return record_environment(stack_settings(stack, Path(project)))


@cache
def pages() -> Mapping[Path, str]:
    """Return the text of each page, by its path in the project."""
    return {
        Path("docs/environments.md"): environments.page(recordings()),
        Path("docs/critical-path.md"): critical_path.page(recordings()[critical_path.STACK]),
    }
