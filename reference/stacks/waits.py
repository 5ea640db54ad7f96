"""What waits for what in a recorded stack, as a graph; and the longest chain in it."""

import itertools
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final, cast

from tests.support.mocks import Recorded, Recording

#: The library for graphs, which carries no types.
nx: Final[Any] = import_module("networkx")

#: Begins the types of what takes no time and nothing waits for: our components, which only hold other resources, and
#: the deletion guard, which is made last and exists in Pulumi's state only.
_IN_STATE_ONLY: Final = ("traced-mesh:", "pulumi:index:Stash")

#: An edge leads from what is waited for to what waits.
Graph = Any

#: What is waited for, and what waits.
Wait = tuple[str, str]


def is_component(resource: Recorded) -> bool:
    """Tell whether a resource only holds others, or only guards them."""
    return resource.type.startswith(_IN_STATE_ONLY)


def waits(recording: Recording) -> Graph:
    """Return the graph of a stack's resources by name.

    A resource waits for those that it depends on explicitly, those whose outputs stand in its inputs, and its provider.

    Raises:
        AssertionError: if a resource waits for one that is not in the recording.
    """
    graph = nx.DiGraph()
    resources = [each for each in recording.resources if not is_component(each)]
    graph.add_nodes_from(each.name for each in resources)
    for each in resources:
        awaited = each.depends_on | ({each.provider} if each.provider else set[str]())
        graph.add_edges_from((name, each.name) for name in awaited)
    unknown = set(graph) - {each.name for each in resources}
    if unknown:
        raise AssertionError(f"something waits for what is no resource of its own: {sorted(unknown)}")
    return graph


def finishes(graph: Graph, seconds: Mapping[str, float]) -> dict[str, float]:
    """Return when each resource is made, in seconds from the start, if each begins as soon as it may."""
    ready: dict[str, float] = {}
    for name in nx.topological_sort(graph):
        begins = max((ready[awaited] for awaited in graph.predecessors(name)), default=0.0)
        ready[name] = begins + seconds[name]
    return ready


def latest_beginnings(graph: Graph, seconds: Mapping[str, float]) -> dict[str, float]:
    """Return when each resource has to begin at the latest, so that the whole takes no longer than it must."""
    end = max(finishes(graph, seconds).values(), default=0.0)
    begins: dict[str, float] = {}
    for name in reversed(list(nx.topological_sort(graph))):
        begins[name] = min((begins[waiting] for waiting in graph.successors(name)), default=end) - seconds[name]
    return begins


def longest_chain(graph: Graph, seconds: Mapping[str, float]) -> list[str]:
    """Return the names of the chain that decides how long the whole takes, first to last."""
    weighted = nx.DiGraph()
    weighted.add_nodes_from(graph)
    # A resource's own time stands on the edges that lead to it, and that of the first on edges from a common start.
    weighted.add_edges_from((awaited, name, {"weight": seconds[name]}) for awaited, name in graph.edges)
    weighted.add_edges_from((_START, name, {"weight": seconds[name]}) for name in graph)
    return cast("list[str]", nx.dag_longest_path(weighted))[1:]


#: A node before all resources.
_START: Final = ""


def links(chain: Sequence[str]) -> list[Wait]:
    """Return the single waits of a chain."""
    return list(itertools.pairwise(chain))
