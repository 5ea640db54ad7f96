"""The reference of the configuration: the schema in `Pulumi.yaml`, and `docs/configuration.md`."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import yaml

from components.configuration.machinery.parsing import KnownKey, keys
from components.configuration.settings import Settings
from reference.writing import between, note

#: The lines between which Pulumi.yaml's generated part stands.
_MARKS: Final = ("# <configuration>", "# </configuration>")

_TYPES: Final[Mapping[type, str]] = {bool: "boolean", int: "integer", list: "array", dict: "object", str: "string"}


def project_file(root: Path) -> str:
    """Return `Pulumi.yaml` with the declaration of every key; everything else in it stays."""
    block = yaml.safe_dump({"config": schema()}, sort_keys=False, width=116, allow_unicode=True)
    return between(*_MARKS, block, root / "Pulumi.yaml")


def schema() -> dict[str, dict[str, Any]]:
    """Return the `config:` block of Pulumi.yaml: key -> its declaration."""
    return {key: _declaration(known) for key, known in keys(Settings).items()}


def page() -> str:
    """Return `docs/configuration.md`."""
    entries = sorted(keys(Settings).items(), key=lambda entry: _subjects().index(entry[1].subject))
    sections = [
        _section(subject, dict(group)) for subject, group in groupby(entries, key=lambda entry: entry[1].subject)
    ]
    return "\n".join([_INTRODUCTION, *sections])


_INTRODUCTION: Final = f"""# Configuration

{note("components/configuration")}

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


def _declaration(known: KnownKey) -> dict[str, Any]:
    about = known.about
    default = f" Default: {about.default_text.replace('`', '')}." if about.default_text else ""
    declaration: dict[str, Any] = {"type": "string"} if _type(known) == "string" and not about.secret else {}
    if about.secret:
        declaration["secret"] = True
    return {
        **declaration,
        "default": known.default,
        "description": f"{about.description} Allowed: {known.allowed}.{default}",
    }


def _subjects() -> list[str]:
    return list(dict.fromkeys(known.subject for known in keys(Settings).values()))


def _section(subject: str, entries: Mapping[str, KnownKey]) -> str:
    rows = "\n".join(_rows(entries))
    return f"## {subject}\n\n| key | type | default | allowed | what it is for |\n|---|---|---|---|---|\n{rows}\n"


def _rows(entries: Mapping[str, KnownKey]) -> Iterator[str]:
    for key, known in entries.items():
        about = known.about
        kind = f"secret {_type(known)}" if about.secret else _type(known)
        cells = [f"`{key}`", kind, about.default_text or f"`{known.default_text}`", known.allowed, about.description]
        yield f"| {' | '.join(_escaped(cell) for cell in cells)} |"


def _escaped(cell: str) -> str:
    cell = cell.replace("|", "\\|")
    return cell if "`" in cell else cell.replace("<", "\\<")  # what stands in backticks is shown as it is


def _type(known: KnownKey) -> str:
    # The default of a switch may depend on something else, and is empty text then.
    return _TYPES[bool if known.info.annotation is bool else type(known.default)]
