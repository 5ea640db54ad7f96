"""Where everything lies: the project's folders and what the sandbox makes at run time."""

from pathlib import Path
from typing import Final

#: Top folder of the project.
PROJECT: Final = Path(__file__).resolve().parent.parent

#: The Pulumi program's stack files.
STACKS: Final = PROJECT / "stacks"

#: One folder for each Go module that the toolchain is built from.
TOOLS: Final = PROJECT / "local" / "tools"

#: Everything made at run time; ignored by git, removed by `make clean`.
SANDBOX: Final = PROJECT / ".sandbox"

#: What is built or extracted once and used by every instance.
TOOLCHAIN: Final = SANDBOX / "toolchain"

#: The instance that `make up` uses.
DEFAULT_INSTANCE: Final = "default"

#: The real node that `make demo` uses.
DEMO_INSTANCE: Final = "demo"


def shown(path: Path) -> str:
    """Return `path` as people type it: relative to the project where it lies inside."""
    return str(path.relative_to(PROJECT)) if path.is_relative_to(PROJECT) else str(path)
