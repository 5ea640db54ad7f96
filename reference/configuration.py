"""Writes what is generated: the schema in `Pulumi.yaml`, `docs/configuration.md`, and the tables of two other pages.

`python -m reference.configuration`, or `make generate`, writes them from the settings, the table of Istio
versions and the rules of the policy pack; with `--check` it only says whether they are up to date.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import yaml

from components.configuration.machinery.parsing import KnownKey, keys
from components.configuration.settings import Settings
from reference.policy import tables as policy_tables
from reference.tracing import tables

COMMAND: Final = "make generate"
PROJECT_FILE: Final = Path("Pulumi.yaml")
PAGE: Final = Path("docs/configuration.md")
TRACING_PAGE: Final = Path("docs/tracing.md")
POLICY_PAGE: Final = Path("docs/policy.md")

#: The lines between which a file's generated part stands.
_SCHEMA_MARKS: Final = ("# <configuration>", "# </configuration>")
_TABLES_MARKS: Final = (
    f"<!-- Written by `{COMMAND}` from reference/tracing.py; edit there. -->",
    "<!-- End. -->",
)
_RULES_MARKS: Final = (f"<!-- Written by `{COMMAND}` from policy/rules; edit there. -->", "<!-- End. -->")
_TYPES: Final[Mapping[type, str]] = {bool: "boolean", int: "integer", list: "array", dict: "object", str: "string"}


def main(arguments: list[str] | None = None, root: Path = Path(__file__).parents[1]) -> int:
    """Write the reference, or check it.

    Arguments:
        arguments: of the command line; `None` (default) takes the process's own.
        root: the project's folder.

    Returns:
        The exit code: 1 if `--check` found something out of date.
    """
    parser = argparse.ArgumentParser(prog=COMMAND, description="Writes the reference of the configuration.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something is out of date")
    check = parser.parse_args(arguments).check
    outdated = {path: text for path, text in _files(root).items() if not _says(path, text)}
    for path, text in outdated.items():
        if not check:
            path.write_text(text, encoding="utf-8")
        print(f"{path.relative_to(root)} {'is out of date' if check else 'written'}")
    if check and outdated:
        print(f"mend: {COMMAND}")
        return 1
    return 0


def schema() -> dict[str, dict[str, Any]]:
    """Return the `config:` block of Pulumi.yaml: key -> its declaration."""
    return {key: _declaration(known) for key, known in keys(Settings).items()}


def page() -> str:
    """Return `docs/configuration.md`."""
    entries = sorted(keys(Settings).items(), key=lambda entry: _subjects().index(entry[1].about.subject))
    sections = [
        _section(subject, dict(group)) for subject, group in groupby(entries, key=lambda entry: entry[1].about.subject)
    ]
    return "\n".join([_INTRODUCTION, *sections])


_INTRODUCTION: Final = f"""# Configuration

<!-- Written by `{COMMAND}` from components/configuration/settings.py and what it imports; edit there. -->

A stack's configuration is `stacks/Pulumi.<stack>.yaml`. Keys are set one by one:

    pulumi config set --stack dev traced-mesh:nodeCount 5
    pulumi config set --stack dev traced-mesh:injectedNamespaces '["shop","checkout"]'
    pulumi config set --stack dev --path traced-mesh:istiodValues.pilot.autoscaleMax 9
    pulumi config set --stack dev --secret traced-mesh:accessToken      # asks for it
    pulumi config set --stack dev --secret traced-mesh:backendClientKey < backend-client-key.pem
    pulumi config set --stack dev --secret --path traced-mesh:backendHeaders.x-tenant

or by editing the file, where an array or an object may also be written as YAML. A key that is set to its default counts
as not set, and so does an empty value where the default is no text. When a stack's configuration is wrong, nothing is
created, and every problem is reported with the command that fixes it.
"""


def _files(root: Path) -> dict[Path, str]:
    block = yaml.safe_dump({"config": schema()}, sort_keys=False, width=116, allow_unicode=True)
    return {
        root / PROJECT_FILE: _between(_SCHEMA_MARKS, block, root, PROJECT_FILE),
        root / PAGE: page(),
        root / TRACING_PAGE: _between(_TABLES_MARKS, f"\n{tables()}", root, TRACING_PAGE),
        root / POLICY_PAGE: _between(_RULES_MARKS, f"\n{policy_tables()}", root, POLICY_PAGE),
    }


def _between(marks: tuple[str, str], block: str, root: Path, path: Path) -> str:
    """Return the text of a file with `block` between its two lines `marks`."""
    begin, end = (re.escape(mark) for mark in marks)
    pattern = re.compile(rf"(?<=^{begin}\n).*?(?=^{end}$)", re.MULTILINE | re.DOTALL)
    replaced, count = pattern.subn(lambda _: block, (root / path).read_text(encoding="utf-8"))
    if count != 1:
        sys.exit(f"{path} has no lines '{marks[0]}' and '{marks[1]}' to write the generated part between")
    return replaced


def _says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _declaration(known: KnownKey) -> dict[str, Any]:
    about = known.about
    default = f" Default: {about.default.replace('`', '')}." if about.default else ""
    declaration: dict[str, Any] = {"type": "string"} if _type(known) == "string" and not about.secret else {}
    if about.secret:
        declaration["secret"] = True
    return {
        **declaration,
        "default": known.default,
        "description": f"{about.description} Allowed: {known.allowed}.{default}",
    }


def _subjects() -> list[str]:
    return list(dict.fromkeys(known.about.subject for known in keys(Settings).values()))


def _section(subject: str, entries: Mapping[str, KnownKey]) -> str:
    rows = "\n".join(_rows(entries))
    return f"## {subject}\n\n| key | type | default | allowed | what it is for |\n|---|---|---|---|---|\n{rows}\n"


def _rows(entries: Mapping[str, KnownKey]) -> Iterator[str]:
    for key, known in entries.items():
        about = known.about
        kind = f"secret {_type(known)}" if about.secret else _type(known)
        cells = [f"`{key}`", kind, about.default or f"`{known.default_text}`", known.allowed, about.description]
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(cell: str) -> str:
    cell = cell.replace("|", "\\|")
    return cell if "`" in cell else cell.replace("<", "\\<")  # what stands in backticks is shown as it is


def _type(known: KnownKey) -> str:
    # The default of a switch may depend on something else, and is empty text then.
    return _TYPES[bool if known.info.annotation is bool else type(known.default)]


if __name__ == "__main__":
    sys.exit(main())
