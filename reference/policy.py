"""The generated part of `docs/policy.md`: every rule, and every object that may break one."""

from collections.abc import Iterator

from components.constants.choices import EnvironmentKind
from policy.exceptions import EXEMPTIONS
from policy.rule import Rule, StackRule
from policy.rules import SUBJECTS


def tables() -> str:
    """Return the generated part of the page, Markdown."""
    return "\n".join([*_rules(), *_exemptions(), ""])


def _rules() -> Iterator[str]:
    for subject, rules in SUBJECTS.items():
        yield f"### {subject}"
        yield ""
        yield f"| rule | what it demands | severity | {' | '.join(EnvironmentKind)} | how a breach is fixed |"
        yield f"|---|---|---|{'---|' * len(EnvironmentKind)}---|"
        yield from map(_row, rules)
        yield ""


def _row(rule: Rule) -> str:
    name = f"`{rule.name}`{' (stack)' if isinstance(rule, StackRule) else ''}"
    levels = [rule.levels[kind].value for kind in EnvironmentKind]
    cells = (name, rule.demand, rule.severity.value, *levels, rule.fix)
    return f"| {' | '.join(cell.replace('<', '&lt;').replace('|', '&#124;') for cell in cells)} |"


def _exemptions() -> Iterator[str]:
    yield "### Objects that may break a rule"
    yield ""
    yield "| rule | object | why | source |"
    yield "|---|---|---|---|"
    for each in EXEMPTIONS:
        kind = each.kind.partition(":")[2]
        yield f"| `{each.rule}` | {kind} `{each.name}` | {each.reason} | {each.source} |"
