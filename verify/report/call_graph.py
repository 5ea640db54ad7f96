"""The call graph of a run: services from left to right in the order of calls, with how often and how long."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from verify.report.scale import WIDTH, milliseconds
from verify.traces.bookinfo import ServiceNaming
from verify.traces.model import Kind, Trace
from verify.traffic import percentile

#: Measures of the picture, in the units of its width.
NODE_WIDTH: Final = 184
NODE_HEIGHT: Final = 46
_ROW: Final = 112
_MARGIN: Final = 12

#: About how many characters a node's first line has room for.
_LINE: Final = 25


@dataclass(frozen=True)
class Call:
    """All calls that one service made of another.

    Arguments:
        caller: the calling service.
        callee: the called service.
        count: how many.
        p50: the median of the client spans' durations, in milliseconds.
    """

    caller: str
    callee: str
    count: int
    p50: float


@dataclass(frozen=True)
class Node:
    """A service in the picture, with its place; `silent` if it was called and reported nothing."""

    service: str
    title: str
    subtitle: str
    x: float
    y: float
    colour: int
    silent: bool = False
    width: float = NODE_WIDTH
    height: float = NODE_HEIGHT


@dataclass(frozen=True)
class Edge:
    """Calls in the picture: a curve, and a text that ends beside its end."""

    call: Call
    path: str
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class CallGraph:
    """The picture."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    height: float
    width: float = WIDTH


def calls_of(traces: Iterable[Trace], naming: ServiceNaming) -> list[Call]:
    """Return who called whom, by the client spans; the callee need not have reported anything.

    Arguments:
        traces: the traces.
        naming: what the services are called.
    """
    durations: dict[tuple[str, str], list[float]] = {}
    for span in (span for trace in traces for span in trace.spans if span.kind is Kind.CLIENT):
        if (callee := naming.callee(span)) and callee != span.service:
            durations.setdefault((span.service, callee), []).append(span.duration / 1000)
    return [
        Call(caller, callee, len(values), percentile(values, 50) or 0)
        for (caller, callee), values in sorted(durations.items())
    ]


def call_graph(traces: Iterable[Trace], naming: ServiceNaming, colours: Mapping[str, int]) -> CallGraph:
    """Return the picture of the calls in some traces.

    Arguments:
        traces: the traces.
        naming: what the services are called.
        colours: the number of each service's colour; also the order of services that stand above each other.
    """
    traces = list(traces)
    calls = calls_of(traces, naming)
    layers = _layers(calls, colours)
    deepest = max(layers.values(), default=0)
    step = (WIDTH - 2 * _MARGIN - NODE_WIDTH) / max(deepest, 1)
    highest = max(Counter(layers.values()).values(), default=1)
    nodes: dict[str, Node] = {}
    for layer in range(deepest + 1):
        services = [service for service in layers if layers[service] == layer]
        for number, service in enumerate(services):
            y = _MARGIN + ((highest - len(services)) / 2 + number) * _ROW
            nodes[service] = _node(service, _MARGIN + layer * step, y, traces, colours)
    edges = tuple(_edge(call, nodes[call.caller], nodes[call.callee]) for call in calls)
    return CallGraph(tuple(nodes.values()), edges, 2 * _MARGIN + (highest - 1) * _ROW + NODE_HEIGHT)


def _layers(calls: Iterable[Call], colours: Mapping[str, int]) -> dict[str, int]:
    """Return how far right each service stands: one further than the furthest of its callers."""
    calls = list(calls)
    named = {name for call in calls for name in (call.caller, call.callee)}
    layers = {name: 0 for name in (*colours, *sorted(named)) if name in named}
    for _ in layers:  # long enough for any path; a circle ends there as well
        for call in calls:
            if layers[call.callee] <= layers[call.caller] < len(layers) - 1:
                layers[call.callee] = layers[call.caller] + 1
    return layers


def _node(service: str, x: float, y: float, traces: Iterable[Trace], colours: Mapping[str, int]) -> Node:
    spans = [span for trace in traces for span in trace.reported(service)]
    versions = sorted({span.version for span in spans if span.version})
    name, _, namespace = service.partition(".")
    first = service if len(service) <= _LINE else name
    told = [f"in {namespace}"] if first == name and namespace else [", ".join(versions)] if versions else []
    subtitle = " · ".join([*told, f"{len(spans)} spans" if spans else "no spans"])
    return Node(service, first, subtitle, round(x, 2), round(y, 2), colours.get(service, 0), silent=not spans)


def _edge(call: Call, caller: Node, callee: Node) -> Edge:
    begin, end = (caller.x + NODE_WIDTH, caller.y + NODE_HEIGHT / 2), (callee.x - 3, callee.y + NODE_HEIGHT / 2)
    bend = (begin[0] + end[0]) / 2
    path = f"M {begin[0]:g} {begin[1]:g} C {bend:g} {begin[1]:g} {bend:g} {end[1]:g} {end[0]:g} {end[1]:g}"
    text = f"{call.count} calls, {milliseconds(call.p50)}"
    # beside the arrow's end, on the side that the curve does not come from
    return Edge(call, path, text, end[0] - 9, round(end[1] + (17 if end[1] > begin[1] else -8), 2))
