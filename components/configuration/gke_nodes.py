"""A GKE cluster's nodes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf, model_validator
from pydantic.alias_generators import to_camel

from components.configuration.cluster import only_for
from components.configuration.gke_network import GkeNetworkSettings
from components.configuration.machinery.constraints import Check, Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, by_name, entry, of_entry
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.parsing import own_keys
from components.configuration.machinery.problems import put
from components.configuration.machinery.types import (
    Allowed,
    between,
    cidr,
    dns_label,
    either,
    from_text,
    json_object,
    matching,
    one_of,
    whole,
)
from components.constants.choices import ClusterKind, Provisioning, TaintEffect
from components.constants.machine_types import TOO_SMALL, is_too_small
from components.model.gke import NodePool, Taint, region_of

#: A pool's name in Google Cloud is at most 40 characters, with what Pulumi adds before and after it.
_POOL_NAME: Final = dns_label(20, first="a-z")
_LABEL_KEY: Final = r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?"
_LABEL_VALUE: Final = r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?"


def _machine_type(text: str) -> str:
    if is_too_small(text):
        raise ValueError(f"that machine type is too small for Istio: it has {TOO_SMALL}")
    return text


MachineType: TypeAlias = Annotated[
    str,
    AfterValidator(_machine_type),
    matching(
        r"[a-z][a-z0-9]*-[a-z]+[a-z0-9]*(-[a-z0-9]+)*",
        f"a machine type such as e2-standard-2; not one that has {TOO_SMALL}",
    ),
]


_DISK_TYPES: Final = ("pd-standard", "pd-balanced", "pd-ssd", "hyperdisk-balanced")


def _disk_type(text: str) -> str:
    if text not in _DISK_TYPES:
        raise ValueError
    return text


class _Taint(Entry):
    key: Annotated[str, matching(_LABEL_KEY, "the key of a taint")]
    value: Annotated[str, matching(_LABEL_VALUE, "the value of a taint")]
    effect: Annotated[TaintEffect, Allowed(either(TaintEffect))] = TaintEffect.NO_SCHEDULE


class PoolEntry(Entry):
    """A node pool in configuration; what it leaves out is as `completed` says."""

    machine_type: Annotated[MachineType, Allowed("a machine type such as e2-standard-2")] = ""
    count: Annotated[int, between(0, 1000)] = 0
    min_count: Annotated[int, between(0, 1000)] = 0
    max_count: Annotated[int, between(1, 1000)] = 1000
    zones: Annotated[
        tuple[Annotated[str, matching(r"[a-z]+-[a-z]+[0-9]+-[a-z][a-z0-9]*")], ...],
        Allowed("a list of zones"),
    ] = ()
    provisioning: Annotated[Provisioning, Allowed(either(Provisioning))] = Provisioning.STANDARD
    disk_type: Annotated[
        str,
        Allowed(either(_DISK_TYPES), check=_disk_type),
    ] = ""
    disk_gb: Annotated[int, between(20, 65536)] = 20
    labels: Annotated[
        dict[Annotated[str, matching(_LABEL_KEY)], Annotated[str, matching(_LABEL_VALUE)]],
        Allowed("an object of labels"),
    ] = Field(default_factory=dict[str, str])
    taints: Annotated[
        tuple[_Taint, ...],
        Allowed('a list of objects such as {"key":"batch","value":"true","effect":"NO_SCHEDULE"}'),
    ] = ()
    max_surge: Annotated[int, between(0, 20)] = 1
    max_unavailable: Annotated[int, between(0, 20)] = 0

    @model_validator(mode="after")
    def _size_is_said_once(self) -> "PoolEntry":
        limits = {"min_count", "max_count"} & self.model_fields_set
        if len(limits) == 1:
            raise ValueError("minCount and maxCount belong together")
        if limits and "count" in self.model_fields_set:
            raise ValueError("it has count, or minCount and maxCount, and not all three")
        if self.min_count > self.max_count:
            raise ValueError("minCount is greater than maxCount")
        if self.max_surge + self.max_unavailable == 0:
            raise ValueError("maxSurge and maxUnavailable are both 0, and no upgrade could begin")
        return self


def completed(entries: Mapping[str, PoolEntry], **usual: Any) -> tuple[NodePool, ...]:
    """Return the node pools that configuration describes; without any entry, one pool named `nodes`.

    Arguments:
        entries: name -> what its entry says.
        usual: what holds where an entry says nothing; for everything else `NodePool` has a default.
    """
    return tuple(NodePool(name, **(usual | _said(it))) for name, it in (entries or {"nodes": PoolEntry()}).items())


def _said(pool: PoolEntry) -> dict[str, Any]:
    said = {field: getattr(pool, field) for field in pool.model_fields_set}
    return said | {"taints": tuple(Taint(**taint.model_dump()) for taint in pool.taints)}


NodePools: TypeAlias = Annotated[
    dict[str, InstanceOf[PoolEntry]],
    from_text(lambda text: by_name(json_object(text), _POOL_NAME, lambda value: entry(PoolEntry, value))),
]

EXAMPLE_POOLS: Final = '{"nodes":{"minCount":1,"maxCount":5}}'


class GkeNodeSettings(GkeNetworkSettings):
    """On what the cluster runs."""

    subject = "GKE nodes"

    node_machine_type: MachineType = key(
        "Machine type of the nodes in pools that name none.", "e2-standard-2", default=NodePool.machine_type
    )
    node_count: Annotated[int, whole(1, 1000)] = key(
        "Number of nodes in pools that name none; where a pool is in several zones, as in a regional cluster, in "
        "each of them.",
        "3",
        default=NodePool.count,
    )
    node_provisioning: Annotated[Provisioning, one_of(Provisioning)] = key(
        "How Google provides the nodes in pools that don't say. Spot and preemptible nodes are cheaper and can be "
        "taken away at any time.",
        "standard",
        default=Provisioning.STANDARD,
    )
    node_pools: NodePools = key(
        "Node pools, where one named nodes is not enough or not as wanted.",
        EXAMPLE_POOLS,
        allowed="an object of name to an object, which may be empty, of machineType, count (or minCount and "
        "maxCount, between which GKE's autoscaler works), zones, provisioning, diskType, diskGb, labels, taints, "
        "maxSurge and maxUnavailable; one pool without taints",
        default_text="`{}`: one pool named nodes",
        default_factory=dict[str, PoolEntry],
    )

    @property
    def completed_node_pools(self) -> tuple[NodePool, ...]:
        """The node pools, each with everything that its entry left to the other keys."""
        return completed(
            self.node_pools,
            machine_type=self.node_machine_type,
            count=self.node_count,
            provisioning=self.node_provisioning,
        )


def _pools_are_in_the_region(settings: GkeNodeSettings, _: ReadingContext) -> Faults:
    region = region_of(settings.gke_location)
    for position, pool in enumerate(settings.node_pools.values(), start=1):
        if any(region_of(zone) != region for zone in pool.zones):
            reason = f"its zones are not in {region}, the region of gkeLocation"
            yield Fault("node_pools", of_entry(position, reason), fixes=(put("node_pools", EXAMPLE_POOLS),))


def _istio_has_a_pool(settings: GkeNodeSettings, _: ReadingContext) -> Faults:
    if settings.node_pools and all(pool.taints for pool in settings.node_pools.values()):
        reason = "every pool has taints, and Istio's Pods tolerate none"
        yield Fault("node_pools", reason, fixes=(put("node_pools", EXAMPLE_POOLS),))


#: The fields from which the greatest number of nodes follows.
_OF_THE_NODES: Final = ("cluster_kind", "gke_location", "node_count", "node_pools")

#: Most nodes of a cluster in one zone, and of one in a region (https://cloud.google.com/kubernetes-engine/quotas).
_MOST_IN_A_ZONE: Final = 5_000
_MOST_IN_A_REGION: Final = 15_000


def _nodes(settings: GkeNodeSettings) -> int:
    """Return how many nodes there are at most; a regional cluster is in three zones unless a pool says otherwise."""
    usual = 3 if settings.gke_location == region_of(settings.gke_location) else 1
    sizes = completed(settings.node_pools, count=settings.node_count)
    return sum((pool.max_count or pool.count) * (len(set(pool.zones)) or usual) for pool in sizes)


def _size(settings: GkeNodeSettings) -> str:
    """Return the field that decides how many nodes there are."""
    return "node_pools" if settings.node_pools else "node_count"


def _cluster_holds_the_nodes(settings: GkeNodeSettings, _: ReadingContext) -> Faults:
    zonal = settings.gke_location != region_of(settings.gke_location)
    most = _MOST_IN_A_ZONE if zonal else _MOST_IN_A_REGION
    nodes = _nodes(settings)
    if settings.cluster_kind is ClusterKind.GKE and nodes > most:
        where = "whose control plane is in one zone" if zonal else "whose control plane is in a region"
        yield Fault(_size(settings), f"it asks for {nodes} nodes, and GKE allows {most} in a cluster {where}")


@dataclass(frozen=True)
class _Addresses:
    """How many addresses a range must have.

    Arguments:
        field: the range.
        each: addresses that GKE takes from it for each node.
        kept: addresses that Google keeps for itself.

    Source: https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing.
    """

    field: str
    each: int
    kept: int


def _range_holds_the_nodes(addresses: _Addresses) -> Check[GkeNodeSettings]:
    def check(settings: GkeNodeSettings, _: ReadingContext) -> Faults:
        network = cidr(getattr(settings, addresses.field))
        most = max(0, network.num_addresses - addresses.kept) // addresses.each
        nodes = _nodes(settings)
        if settings.cluster_kind is ClusterKind.GKE and not settings.gke_network and nodes > most:
            fewer = most * settings.node_count // nodes
            fewer_nodes = (put("node_count", str(fewer)),) if fewer and not settings.node_pools else ()
            yield Fault(
                addresses.field,
                f"it has addresses for {most} nodes, and {to_camel(_size(settings))} asks for {nodes}",
                fixes=(put(addresses.field, _large_enough(addresses, nodes)), *fewer_nodes),
                given=str(network),
            )

    return check


def _large_enough(addresses: _Addresses, nodes: int) -> str:
    """Return the smallest range that is large enough, at the start of a private network that no default is in."""
    bits = (nodes * addresses.each + addresses.kept - 1).bit_length()
    return f"{'10.64.0.0' if addresses.each > 1 else '10.32.0.0'}/{32 - bits}"


GKE_NODE_CONSTRAINTS: Final[Sequence[Constraint[GkeNodeSettings]]] = (
    *(only_for(ClusterKind.GKE, known.name) for known in own_keys(GkeNodeSettings)),
    Constraint(("gke_location", "node_pools"), _pools_are_in_the_region),
    Constraint(("node_pools",), _istio_has_a_pool),
    Constraint(_OF_THE_NODES, _cluster_holds_the_nodes),
    *(
        Constraint((*_OF_THE_NODES, "gke_network", each.field), _range_holds_the_nodes(each))
        for each in (_Addresses("gke_node_range", 1, 4), _Addresses("gke_pod_range", 256, 0))
    ),
)
