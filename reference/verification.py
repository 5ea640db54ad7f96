"""Writes the tables of `docs/verification.md`: stages and exit codes, causes and remedies.

`python -m reference.verification`, or `make generate`, writes them; with `--check` it only says whether they are
up to date.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from verify.arguments import option_name
from verify.outcomes import ALL_HOLDS, INTERRUPTED, NOT_PROVEN, TOOL_ERROR, WRONG_USAGE, Failure
from verify.plan import STAGES
from verify.remedies import REMEDIES

PAGE: Final = Path("docs/verification.md")

_BEGIN: Final = "<!-- Written by `make generate` from {source}; edit there. -->"
_END: Final = "<!-- End. -->"

_OTHER_CODES: Final[Mapping[int, str]] = {
    ALL_HOLDS: "everything that was asked for holds",
    TOOL_ERROR: "the verification itself went wrong; please report it",
    WRONG_USAGE: "wrong arguments, or no outputs of the stack to work on",
    NOT_PROVEN: "nothing is broken, but something could not be seen; the findings say what and why",
    INTERRUPTED: "interrupted by Ctrl-C; 143 by SIGTERM",
}


def main(arguments: list[str] | None = None, root: Path = Path(__file__).parents[1]) -> int:
    """Write the tables, or check them.

    Arguments:
        arguments: of the command line; `None` (default) takes the process's own.
        root: the project's folder.

    Returns:
        The exit code: 1 if `--check` found them out of date.
    """
    parser = argparse.ArgumentParser(prog="python -m reference.verification", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is out of date")
    check = parser.parse_args(arguments).check
    page = root / PAGE
    before = page.read_text(encoding="utf-8")
    text = with_tables(before)
    if text == before:
        return 0
    if check:
        sys.stdout.write(f"{PAGE} is out of date\nmend: make generate\n")
        return 1
    page.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{PAGE} written\n")
    return 0


def with_tables(page: str) -> str:
    """Return the page with its tables written anew."""
    tables = {"verify/outcomes.py and verify/plan.py": _codes(), "verify/remedies.py": _causes()}
    for source, rows in tables.items():
        begin = _BEGIN.format(source=source)
        head, _, rest = page.partition(begin)
        page = "\n".join([f"{head}{begin}", "", *rows, "", rest[rest.index(_END) :]])
    return page


def _codes() -> Iterator[str]:
    yield "| code | meaning | `--only` |"
    yield "|---|---|---|"
    stages = {stage.failure: stage for stage in STAGES}
    rows = {int(each): f"stage {stages[each].name} failed" for each in Failure if each in stages}
    names = {int(each): f"`{option_name(stages[each])}`" for each in stages}
    for code, meaning in sorted((rows | dict(_OTHER_CODES)).items()):
        yield f"| {code} | {meaning} | {names.get(code, '')} |"


def _causes() -> Iterator[str]:
    yield "| cause | what is broken | what to do |"
    yield "|---|---|---|"
    for cause, row in REMEDIES.items():
        yield f"| `{cause}` | {row.meaning} | {_shown(row.remedy)} |"


def _shown(remedy: str) -> str:
    words = remedy.replace("{", "<").replace("}", ">").replace("|", "\\|")
    return words.replace("<", "&lt;").replace(">", "&gt;")


if __name__ == "__main__":
    sys.exit(main())
