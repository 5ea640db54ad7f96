"""Whether a mesh lost anything while it was asked all the time: requests, or spans of their traces."""

from collections import Counter
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from components.model.bookinfo import PAGE
from tests.demo.node.running_node import RunningNode, eventually
from tests.support.load import Load, load

#: Requests a second; nine of ten for what productpage asks details alone, since a whole page at that rate takes more
#: than 2 cores.
RATE: Final = 50.0
_IN_TURN: Final = 9

#: Seconds that Pods which are replaced may take to end.
_PATIENCE: Final = 90.0

#: Seconds within which the last spans arrive: sidecars keep them for 5 s, the Collector for as long again.
_SPANS: Final = 40.0


@contextmanager
def under_load(node: RunningNode) -> Generator[Load]:
    """Ask Bookinfo by the gateway while something is changed, until each Pod that was replaced is gone."""
    page = str(node.outputs()["productPageUrl"])
    details = f"{page.removesuffix(PAGE)}/api/v1/products/0"
    with load(page, RATE, besides=[details] * _IN_TURN) as made:
        yield made
        assert eventually(lambda: ending(node), lambda names: not names, _PATIENCE) == []


def ending(node: RunningNode) -> list[str]:
    """Return the names of the Pods that are about to end."""
    shown = node.kubectl("get", "pods", "--all-namespaces", "--no-headers", f"--output=custom-columns={_ENDING}")
    return [line.split()[0] for line in shown.splitlines() if not line.endswith("<none>")]


_ENDING: Final = "NAME:.metadata.name,END:.metadata.deletionTimestamp"


def lost_spans(node: RunningNode, made: Load) -> dict[str, int]:
    """Return what traces lack, and how many lack it; empty if no span was lost.

    Arguments:
        node: the node.
        made: the requests whose traces are looked at.
    """

    def lacking(trace_id: str) -> set[str]:
        return missing(node.trace_in_jaeger(trace_id))

    def ask(trace_ids: Iterable[str]) -> dict[str, set[str]]:
        with ThreadPoolExecutor(4) as pool:
            asked = list(trace_ids)
            return {each: found for each, found in zip(asked, pool.map(lacking, asked), strict=True) if found}

    left = ask(request.trace_id for request in made.requests)
    if left:
        left = eventually(lambda: ask(left), lambda found: not found, _SPANS)
    return dict(Counter(each for found in left.values() for each in found))


def missing(spans: list[dict[str, Any]]) -> set[str]:
    """Return what a trace lacks: the parent of a span, the server's span of a call, or all of it.

    A call that nobody has answered, and which was tried again, has no span of a server.

    Arguments:
        spans: its spans, as `running_node.with_services` gives them.
    """
    known, called = {span["spanID"] for span in spans}, {span["parent"] for span in spans}
    orphans = {
        f"parent of a span of {span['service']}"
        for span in spans
        if span["parent"] not in known and not span["service"].endswith(".istio-ingress")
    }
    unanswered = {
        f"server's span of {span['operationName']} from {span['service']}"
        for span in spans
        if span["tags"]["span.kind"] == "client" and span["spanID"] not in called and not span["tags"].get("error")
    }
    return orphans | unanswered if spans else {"all spans"}
