"""Markdown of the generated pages."""

from collections.abc import Iterable, Sequence
from typing import Final

#: The command that writes the pages anew.
COMMAND: Final = "make generate"

#: Stands below each page's title.
NOTE: Final = f"<!-- Written by `{COMMAND}` from reference/stacks; edit there. -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
