"""What the program makes for each stack, as readable YAML; in a change's diff it shows the effect."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import yaml

from reference.block_yaml import BlockDumper
from reference.stacks.recordings import recordings
from reference.writing import COMMAND
from tests.support.istio import Document, Istio
from tests.support.mocks import Recorded, Recording, mapped
from tests.support.stacks import stack_config

#: Keys that come first, as people write Kubernetes objects; all others follow by name.
_FIRST: Final = ("apiVersion", "kind", "name", "metadata")

#: A checksum over a CA that is made anew each time, or its fingerprint; not the digest of an image.
_CHECKSUM: Final = re.compile(r"(?<!sha256:)\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b")

_HEADER: Final = f"""\
# Every resource that the program makes for this stack, in the order of the program. Generated: {COMMAND}
# `renders` lists what a chart holds, where the chart is at hand; `[secret]` is a value that Pulumi keeps encrypted.
"""


@cache
def snapshot(stack: str) -> str:
    """Return the snapshot of the stack named `stack` as it is now."""
    recording = recordings()[stack]
    entries = [_entry(each, recording, stack) for each in recording.resources]
    document = {"resources": entries, "outputs": _ordered(mapped(recording.outputs, secret=lambda _: "[secret]"))}
    text = yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)
    return _HEADER + _CHECKSUM.sub("[checksum]", text)


def _entry(resource: Recorded, recording: Recording, stack: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": resource.name,
        "type": resource.type,
        "parent": resource.parent,
        "provider": resource.provider,
        "dependsOn": [each.name for each in recording.resources if each.name in resource.depends_on],
        "transforms": list(resource.transforms),
        "protect": resource.protected,
        "inputs": _ordered(mapped(resource.inputs, secret=lambda _: "[secret]")),
        "renders": _rendered(resource, stack),
    }
    return {key: value for key, value in entry.items() if value}


def _rendered(resource: Recorded, stack: str) -> list[str]:
    """Return kind, namespace and name of each object of a chart from a local folder, whose release the stack names."""
    chart = str(resource.plain.get("chart", ""))
    if resource.type != "kubernetes:helm.sh/v4:Chart" or "://" in chart or "repositoryOpts" in resource.inputs:
        return []
    istio = Istio.obtain(stack_config(stack)["istioVersion"])
    rendered = istio.render(Path(chart).name, resource.plain["values"], resource.name)
    return [_title(each) for each in rendered]


def _title(document: Document) -> str:
    metadata = document["metadata"]
    place = f"{metadata['namespace']}/" if "namespace" in metadata else ""
    return f"{document['kind']} {place}{metadata['name']}"


def _ordered(value: Any) -> Any:
    """Return a copy of plain data with its mappings in the order in which people read them."""
    if isinstance(value, dict):
        entries = cast("dict[str, Any]", value)
        first = [key for key in _FIRST if key in entries]
        return {key: _ordered(entries[key]) for key in (*first, *sorted(entries.keys() - set(first)))}
    if isinstance(value, list):
        return [_ordered(item) for item in cast("list[Any]", value)]
    return value


class _Dumper(BlockDumper):
    """Writes text of several lines as such, lists indented, and nothing by reference."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - the signature is PyYAML's
        super().increase_indent(flow, indentless=False)
