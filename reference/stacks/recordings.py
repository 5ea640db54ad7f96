"""What each stack makes, recorded without an engine."""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

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
