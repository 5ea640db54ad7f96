"""Simulated nodes: Pods there look as if they ran, so nothing that asks a Pod can be proven."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from common.plain import map_at

#: Annotation of the nodes that kwok simulates (https://kwok.sigs.k8s.io/docs/user/configuration/).
_ANNOTATION: Final = "kwok.x-k8s.io/node"

#: Why a check was not made there.
REASON: Final = (
    "simulated nodes: Pods are objects only, none really runs; `make demo` or a cluster of your own has nodes"
)


def simulated_nodes(nodes: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of the simulated ones among Node objects."""
    return frozenset(
        str(node["metadata"]["name"]) for node in nodes if _ANNOTATION in map_at(node, "metadata", "annotations")
    )
