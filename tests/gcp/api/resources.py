"""Every resource that this program makes, as calls of Google's APIs: one table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from tests.gcp.api import compute, container, projects
from tests.gcp.api.calls import Call, Inputs
from tests.gcp.double.kinds import KINDS, NODE_POOL
from tests.support.mocks import Recording

#: Inputs that a stack never changes in place: the program leaves their changes out, or always gives the same.
_UNCHANGED: Final = frozenset({"initialNodeCount", "nodeConfig"})

#: Characters that Pulumi would add to a name that it fills in.
_AUTONAME: Final = "0123abc"


@dataclass(frozen=True)
class Calls:
    """What the genuine provider calls for a type of resource.

    Arguments:
        create: for its inputs.
        read: for its inputs.
        update: for its inputs now, and the names of those that differ.
        delete: for its inputs.
    """

    create: Callable[[Inputs], list[Call]]
    read: Callable[[Inputs], list[Call]]
    update: Callable[[Inputs, Sequence[str]], list[Call]]
    delete: Callable[[Inputs], list[Call]]


def _of_compute(collection: str) -> Calls:
    parts = (compute.create, compute.read, compute.update, compute.delete)
    create, read, update, delete = (partial(each, collection) for each in parts)
    return Calls(create, read, update, delete)


#: Type token -> what is called for it.
CALLS: Final[Mapping[str, Calls]] = {
    "gcp:projects/service:Service": Calls(
        projects.create_service, projects.read_service, projects.update_service, projects.delete_service
    ),
    "gcp:compute/network:Network": _of_compute("networks"),
    "gcp:compute/subnetwork:Subnetwork": _of_compute("subnetworks"),
    "gcp:compute/router:Router": _of_compute("routers"),
    "gcp:compute/routerNat:RouterNat": Calls(
        compute.create_nat, compute.read_nat, compute.update_nat, compute.delete_nat
    ),
    "gcp:compute/firewall:Firewall": _of_compute("firewalls"),
    "gcp:serviceaccount/account:Account": Calls(
        projects.create_account, projects.read_account, projects.update_account, projects.delete_account
    ),
    "gcp:projects/iAMMember:IAMMember": Calls(
        projects.create_member, projects.read_member, projects.update_member, projects.delete_member
    ),
    "gcp:container/cluster:Cluster": Calls(
        container.create_cluster, container.read_cluster, container.update_cluster, container.delete_cluster
    ),
    "gcp:container/nodePool:NodePool": Calls(
        container.create_node_pool, container.read_node_pool, container.update_node_pool, container.delete_node_pool
    ),
}


def created(recording: Recording) -> Iterator[tuple[str, Inputs]]:
    """Yield the type token of each resource of Google Cloud that a stack makes, and its inputs as Pulumi sends them on.

    Raises:
        KeyError: if no table has one.
    """
    ids: dict[str, str] = {}
    for each in recording.resources:
        if each.type in KINDS:
            kind = KINDS[each.type]
            named = {kind.named_by: f"{each.name}-{_AUTONAME}"} if kind.named_by else {}
            inputs, _ = kind.filled_in({**named, **_resolved(each.plain, ids)})
            ids[f"{each.name}-id"] = kind.identify(inputs)
            yield each.type, inputs
        elif each.type.startswith("gcp:"):
            raise KeyError(each.type)


def changeable(type_: str, inputs: Inputs) -> list[str]:
    """Return the names of the inputs of a resource that this program changes in place, if somebody asks for it."""
    kind = KINDS[type_]
    nodes = [f"nodeConfig.{each}" for each in inputs["nodeConfig"]] if type_ == NODE_POOL else []
    return [each for each in (*inputs, *nodes) if each not in kind.replaced_by | kind.defaults.keys() | _UNCHANGED]


def _resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """Return recorded inputs with the ids that Google gives in place of those of the mocks."""
    if isinstance(value, dict):
        return {key: _resolved(item, ids) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_resolved(item, ids) for item in cast("list[Any]", value)]
    return ids.get(value, value) if isinstance(value, str) else value
