"""Writing generated text into files: whole, or between two lines of a page that people write."""

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

#: The command that writes everything anew.
COMMAND: Final = "make generate"

#: The line behind a generated part.
END: Final = "<!-- End. -->"


def note(source: str) -> str:
    """Return the line that says what a page, or the part behind it, is generated from."""
    return f"<!-- Written by `{COMMAND}` from {source}; edit there. -->"


def between(begin: str, end: str, block: str, file: Path) -> str:
    """Return the text of a file with `block` between its lines `begin` and `end`.

    Raises:
        SystemExit: if the file lacks them.
    """
    return replaced(file.read_text(encoding="utf-8"), begin, end, block, file.name)


def replaced(text: str, begin: str, end: str, block: str, name: str) -> str:
    """Return `text` with `block` between its lines `begin` and the next `end`.

    Raises:
        SystemExit: if it lacks them, naming the file.
    """
    pattern = re.compile(rf"(?<=^{re.escape(begin)}\n).*?(?=^{re.escape(end)}$)", re.MULTILINE | re.DOTALL)
    written, count = pattern.subn(lambda _: block, text)
    if count != 1:
        sys.exit(f"{name} has no lines '{begin}' and '{end}' to write the generated part between")
    return written


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
