"""Writes everything that is generated anew: `python -m reference`, or `make generate`; `--check` writes nothing."""

import argparse
import sys
from pathlib import Path

from local.paths import PROJECT
from reference.pages import pages, removed
from reference.writing import COMMAND


def main(arguments: list[str] | None = None, root: Path = PROJECT) -> int:
    """Write the generated files, or check them.

    Arguments:
        arguments: of the command line; `None` (default) takes the process's own.
        root: the project's folder.

    Returns:
        The exit code: 1 if `--check` found something out of date.
    """
    parser = argparse.ArgumentParser(prog="python -m reference", description="Writes what is generated.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is out of date")
    check = parser.parse_args(arguments).check
    outdated = {path: text for path, make in pages().items() if (text := make(root)) != _text(root / path)}
    for path, text in outdated.items():
        if not check:
            (root / path).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path} {'is out of date' if check else 'written'}\n")
    gone = removed(root)
    for path in gone:
        if not check:
            (root / path).unlink()
        sys.stdout.write(f"{path} {'is of no use any more' if check else 'removed'}\n")
    if check and (outdated or gone):
        sys.stdout.write(f"fix: {COMMAND}\n")
        return 1
    return 0


def _text(file: Path) -> str | None:
    return file.read_text(encoding="utf-8") if file.exists() else None


if __name__ == "__main__":
    sys.exit(main())
