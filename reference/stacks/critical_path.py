"""`docs/critical-path.md`: how long the longest chain of a stack is, and how long it has to be."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from reference.stacks.durations import duration, durations
from reference.stacks.necessities import NECESSITIES, necessary_graph, necessary_waits
from reference.stacks.waits import Graph, Wait, finishes, latest_beginnings, links, longest_chain, waits
from reference.writing import COMMAND, note, table
from tests.support.mocks import Recording

#: The stack that the page is about.
STACK: Final = "prod"


@dataclass(frozen=True)
class CriticalPath:
    """The longest chain of a stack's first `pulumi up`.

    Arguments:
        recording: what the stack makes.
    """

    recording: Recording

    @cached_property
    def graph(self) -> Graph:
        """What waits for what."""
        return waits(self.recording)

    @cached_property
    def seconds(self) -> dict[str, float]:
        """How long each resource takes."""
        return durations(self.recording)

    @cached_property
    def chain(self) -> list[str]:
        """The longest chain, first to last."""
        return longest_chain(self.graph, self.seconds)

    @cached_property
    def necessary_chain(self) -> list[str]:
        """The longest chain of necessary waits."""
        return longest_chain(necessary_graph(self.recording), self.seconds)

    @cached_property
    def slack(self) -> dict[Wait, float]:
        """How long each wait that is not necessary could last longer before it delayed the whole, in seconds."""
        made, latest = finishes(self.graph, self.seconds), latest_beginnings(self.graph, self.seconds)
        needed = necessary_waits(self.recording)
        return {
            (awaited, waiting): latest[waiting] - made[awaited]
            for awaited, waiting in self.graph.edges
            if (awaited, waiting) not in needed
        }

    def length(self, chain: list[str]) -> float:
        """Return how long a chain takes, in seconds."""
        return sum(self.seconds[name] for name in chain)


def page(recording: Recording) -> str:
    """Return the page about a stack."""
    path = CriticalPath(recording)
    ours, needed = path.length(path.chain), path.length(path.necessary_chain)
    necessities = ([f"`{row.waiting}`", f"`{row.awaited}`", row.reason] for row in NECESSITIES)
    return f"""# How long the first `pulumi up` takes at least

{note("reference/stacks")}

| | in stack `{STACK}`, with typical durations |
| --- | --- |
| the longest chain of waits | {_time(ours)} |
| the longest chain that Google Cloud, Kubernetes and Istio make necessary | {_time(needed)} |
| what could be saved | {ours - needed:.0f} s |
| the share of Google Cloud's control plane and nodes | {_share(path)} |

`{COMMAND}` reads both chains from the recorded resources and writes this page.

## The chain

{table(["resource", "takes", "is there after", "waits, because"], _chain_rows(path))}
{_OTHERS}
{table(["what is not necessary", "could last longer by"], _slack_rows(path))}
{_NECESSARY}
{table(["what waits", "for what", "because"], necessities)}
{_TYPICAL}
{table(["type", "seconds", "source"], _duration_rows(path))}"""


_OTHERS: Final = """## Waits that are not necessary

They are there for a simpler program, and cost nothing as long as the second column is above zero: by so much longer
each could last before the whole took longer.
"""

_NECESSARY: Final = """## Waits that are necessary

A pattern with a colon is matched against a resource's type, any other against its name.
"""

_TYPICAL: Final = """## Typical durations

Google publishes none. These are from logs of others' runs, and from the sandbox for what happens in the cluster:
whole seconds of the engine's event log (`PULUMI_DEBUG_COMMANDS=1 pulumi up --event-log FILE`) on 2 busy cores. On real
nodes the pulling of images comes on top, for istiod and for each Deployment; it makes the chain longer, and no other
chain the longest. The result does not hang on single figures: a test doubles each in turn, and what could be saved
stays below 2 s.
"""


def _chain_rows(path: CriticalPath) -> Iterator[list[str]]:
    reasons = necessary_waits(path.recording)
    because = ["", *(reasons[link].reason if link in reasons else "not necessary" for link in links(path.chain))]
    after = finishes(path.graph, path.seconds)
    for name, reason in zip(path.chain, because, strict=True):
        yield [f"`{name}`", _time(path.seconds[name]), _time(after[name]), reason]


def _slack_rows(path: CriticalPath) -> Iterator[list[str]]:
    """Yield a row for all resources of a kind that wait for the same; the one with the least slack counts."""
    kinds = {each.name: each.kind for each in path.recording.resources}
    rows: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for (awaited, waiting), slack in path.slack.items():
        rows[kinds[waiting] if kinds[waiting] != "Chart" else waiting, awaited].append(slack)
    for (kind, awaited), slacks in sorted(rows.items()):
        yield [f"{len(slacks)} x `{kind}` for `{awaited}`", _time(min(slacks))]


def _duration_rows(path: CriticalPath) -> Iterator[list[str]]:
    rows = {
        (f"`{each.name}`" if each.kind == "Chart" else f"`{each.type}`"): duration(each)
        for each in path.recording.resources
        if each.name in path.seconds
    }
    for title, known in sorted(rows.items()):
        yield [title, f"{known.seconds:g}", known.source]


def _share(path: CriticalPath) -> str:
    kinds = {each.name: each.kind for each in path.recording.resources}
    google = sum(path.seconds[name] for name in path.chain if kinds[name] in {"Cluster", "NodePool"})
    return f"{google / path.length(path.chain):.0%}"


def _time(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
