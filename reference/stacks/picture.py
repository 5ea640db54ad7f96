"""A stack's resources as a picture: a Mermaid flowchart, grouped by component."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from reference.stacks.waits import Graph, is_component, nx, waits
from tests.support.mocks import Recorded, Recording

#: A component that stands right below the environment, and what it holds of one kind.
Group = tuple[str, str]

#: The parts of a chart, and what people call them.
_TITLES: Final = {"istio-base": "chart base", "istiod": "chart istiod", "istio-cni": "chart cni"}


def picture(recording: Recording) -> str:
    """Return the flowchart: a box for each component, in it a node for what has the same waits.

    An arrow leads to what waits. Arrows that follow from others are left out, and those from the Kubernetes provider to
    every object that has another one.
    """
    parts = _parts(recording)
    lines = ["flowchart LR"]
    numbers = {group: f"n{number}" for number, group in enumerate(parts)}
    for component in dict.fromkeys(component for component, _ in parts):
        lines.append(f"    subgraph {component}")
        lines += [f'        {numbers[group]}["{text}"]' for group, text in parts.items() if group[0] == component]
        lines.append("    end")
    lines += [f"    {numbers[awaited]} --> {numbers[waiting]}" for awaited, waiting in _arrows(recording, list(parts))]
    return "\n".join(lines)


def _parts(recording: Recording) -> dict[Group, str]:
    """Return the nodes and what stands in them, in the order of the program."""
    held: defaultdict[Group, Counter[str]] = defaultdict(Counter)
    groups = _groups(recording)
    for each in _resources(recording):
        held[groups[each.name]][_TITLES.get(each.name, each.kind)] += 1
    return {group: "<br/>".join(_counted(counts)) for group, counts in held.items()}


def _counted(counts: Counter[str]) -> Iterable[str]:
    return (kind if count == 1 else f"{kind} x{count}" for kind, count in counts.items())


def _groups(recording: Recording) -> dict[str, Group]:
    """Return the node of each resource: those of one component with the same waits, kind by kind, share one."""
    by_kind = {
        each.name: (_component(each, recording), _TITLES.get(each.name, each.kind)) for each in _resources(recording)
    }
    graph = _acyclic(waits(recording), by_kind)
    alike: dict[tuple[str, frozenset[Group], frozenset[Group]], Group] = {}
    shared: dict[Group, Group] = {}
    for group in dict.fromkeys(by_kind.values()):
        key = (group[0], frozenset(graph.predecessors(group)), frozenset(graph.successors(group)))
        shared[group] = alike.setdefault(key, group)
    return {name: shared[group] for name, group in by_kind.items()}


def _arrows(recording: Recording, order: list[Group]) -> list[tuple[Group, Group]]:
    graph = nx.transitive_reduction(_acyclic(waits(recording), _groups(recording)))
    return sorted(graph.edges, key=lambda edge: (order.index(edge[0]), order.index(edge[1])))


def _acyclic(graph: Graph, groups: dict[str, Group]) -> Graph:
    """Return the graph between groups; of waits that lead in a circle, one against the program's order is left out."""
    between = nx.DiGraph()
    order = {group: position for position, group in enumerate(dict.fromkeys(groups.values()))}
    between.add_nodes_from(order)
    pairs = {(groups[awaited], groups[waiting]) for awaited, waiting in graph.edges}
    for awaited, waiting in sorted(
        pairs, key=lambda pair: (order[pair[0]] > order[pair[1]], order[pair[0]], order[pair[1]])
    ):
        if not nx.has_path(between, waiting, awaited):
            between.add_edge(awaited, waiting)
    return between


def _component(resource: Recorded, recording: Recording) -> str:
    """Return the name of the component right below the environment that holds a resource."""
    by_name = {each.name: each for each in recording.resources}
    chain = [resource.name]
    while (parent := by_name[chain[-1]].parent) is not None:
        chain.append(parent)
    return chain[-2]


def _resources(recording: Recording) -> list[Recorded]:
    return [each for each in recording.resources if not is_component(each)]
