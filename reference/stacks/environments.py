"""`docs/environments.md`: what each stack makes, as tables and pictures."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from reference.stacks.costs import COST_INPUTS
from reference.stacks.picture import picture
from reference.stacks.waits import is_component
from reference.writing import note, table
from tests.support.mocks import Recording

_INTRODUCTION: Final = f"""# What each environment makes

{note("reference/stacks")}

Read from the program itself, which runs here for every stack without an engine. What each resource holds, line by line,
is in [tests/snapshots/](../tests/snapshots/).
"""

_COUNTS: Final = """## Resources by kind

A chart counts as one; where it lies in a folder, the snapshot lists what it holds.
"""

_PICTURES: Final = """## What hangs together

An arrow leads from what is made first to what waits for it. Arrows that follow from others are left out; resources of
one component that wait for the same share a box.
"""

_COSTS: Final = """## What costs money

The inputs of a monthly estimate: enter them at [Google's price calculator](https://cloud.google.com/products/calculator).
Prices change and differ by region and contract, so none stands here. With an autoscaler the second number is the most
that it can come to. Egress and the volume of logs and metrics depend on the traffic; the tracing backend has its own
price. A stack on an existing cluster costs what that cluster costs.
"""


def page(recordings: Mapping[str, Recording]) -> str:
    """Return the page; `recordings` holds what each stack makes, by its name."""
    return "\n".join(
        [
            _INTRODUCTION,
            _COUNTS,
            _counts(recordings),
            _COSTS,
            _costs(recordings),
            _PICTURES,
            *_pictures(recordings),
        ]
    )


def _counts(recordings: Mapping[str, Recording]) -> str:
    counted = {
        stack: Counter(_kind(each.type) for each in recording.resources if not is_component(each))
        for stack, recording in recordings.items()
    }
    kinds = dict.fromkeys(kind for counts in counted.values() for kind in counts)
    rows = [[kind, *(str(counts[kind] or "") for counts in counted.values())] for kind in kinds]
    total = ["all", *(str(counts.total()) for counts in counted.values())]
    return table(["kind", *counted], [*rows, total])


def _kind(token: str) -> str:
    """Return a type as people read it, for example `Deployment (apps)` for `kubernetes:apps/v1:Deployment`."""
    package, module, kind = token.split(":")
    if package == "kubernetes":
        return f"{kind} ({module.partition('/')[0]})"
    if package == "gcp":
        return f"{kind} (Google Cloud, {module.partition('/')[0]})"
    return f"{kind} ({package}:{module})"


def _costs(recordings: Mapping[str, Recording]) -> str:
    """Return the table for the stacks that make a cluster; the others cost what their cluster costs already."""
    stacks = {stack: recording for stack, recording in recordings.items() if recording.of_kind("Cluster")}
    rows = [
        [
            row.title,
            *(_unlike(row.amount(recording)) for recording in stacks.values()),
            f"[Google's]({row.prices})" if row.prices else "",
        ]
        for row in COST_INPUTS
    ]
    return table(["what", *stacks, "prices"], rows)


def _unlike(amounts: Iterator[str]) -> str:
    return "<br>".join(amounts) or "none"


def _pictures(recordings: Mapping[str, Recording]) -> Iterator[str]:
    """Yield one picture for all stacks that look the same."""
    pictures = {stack: picture(recording) for stack, recording in recordings.items()}
    for shown in dict.fromkeys(pictures.values()):
        stacks = [stack for stack, each in pictures.items() if each == shown]
        yield f"### {', '.join(stacks)}\n\n```mermaid\n{shown}\n```\n"
