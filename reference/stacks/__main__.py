"""Writes the pages about the stacks: `docs/environments.md` and `docs/critical-path.md`.

`python -m reference.stacks`, or `make generate`, writes them; with `--check` it only says whether they are up to date.
"""

import argparse
import sys
from pathlib import Path

from local.paths import PROJECT
from reference.stacks.markdown import COMMAND
from reference.stacks.pages import pages


def main(arguments: list[str] | None = None, root: Path = PROJECT) -> int:
    """Write the pages, or check them.

    Arguments:
        arguments: of the command line; `None` (default) takes the process's own.
        root: the project's folder.

    Returns:
        The exit code: 1 if `--check` found something out of date.
    """
    parser = argparse.ArgumentParser(prog=COMMAND, description="Writes the pages about the stacks.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is out of date")
    check = parser.parse_args(arguments).check
    outdated = [path for path, text in pages().items() if not _says(root / path, text)]
    for path in outdated:
        if not check:
            (root / path).write_text(pages()[path], encoding="utf-8")
        sys.stdout.write(f"{path} {'is out of date' if check else 'written'}\n")
    if check and outdated:
        sys.stdout.write(f"mend: {COMMAND}\n")
        return 1
    return 0


def _says(file: Path, text: str) -> bool:
    return file.exists() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
