"""What each stack makes, recorded without an engine."""

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from tests.support.mocks import Recording
from tests.support.stacks import record_environment, stack_names, stack_settings

#: Begins the name of the folder that stands in for the project's; it must not get into anything that is generated.
FOLDER_PREFIX: Final = "project-of-the-recording-"


@cache
def recordings() -> Mapping[str, Recording]:
    """Return what each stack makes, by its name."""
    return {stack: _recorded(stack) for stack in stack_names()}


def _recorded(stack: str) -> Recording:
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as project:
        return record_environment(stack_settings(stack, Path(project)))
