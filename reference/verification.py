"""The tables of `docs/verification.md`: stages and exit codes, causes and fixes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from reference.writing import END, note, replaced, table
from verify.causes import Cause
from verify.outcomes import ALL_HOLDS, INTERRUPTED, NOT_PROVEN, TOOL_ERROR, WRONG_USAGE
from verify.plan import STAGES

_OTHER_CODES: Final[Mapping[int, str]] = {
    ALL_HOLDS: "everything that was asked for holds",
    TOOL_ERROR: "the verification itself went wrong; please report it",
    WRONG_USAGE: "wrong arguments, or no outputs of the stack to work on",
    NOT_PROVEN: "nothing is broken, but something could not be seen; the findings say what and why",
    INTERRUPTED: "interrupted by Ctrl-C; 143 by SIGTERM",
}


def page(root: Path) -> str:
    """Return the page with its tables written anew."""
    text = (root / "docs" / "verification.md").read_text(encoding="utf-8")
    for source, rows in {"verify/plan.py": _codes(), "verify/causes.py": _causes()}.items():
        text = replaced(text, note(source), END, f"\n{rows}\n", "docs/verification.md")
    return text


def _codes() -> str:
    rows = [(code, meaning, "") for code, meaning in _OTHER_CODES.items()]
    rows += [(stage.exit_code, f"stage {stage.name} failed", f"`{stage.id}`") for stage in STAGES]
    return table(("code", "meaning", "`--only`"), ((str(code), *rest) for code, *rest in sorted(rows)))


def _causes() -> str:
    rows = ((f"`{cause}`", cause.meaning, _shown(cause.fix)) for cause in Cause)
    return table(("cause", "what is broken", "what to do"), rows)


def _shown(fix: str) -> str:
    return fix.replace("{", "<").replace("}", ">").replace("<", "&lt;").replace(">", "&gt;")
