"""A GKE cluster's nodes."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf, model_validator

from components.configuration.cluster import only_for
from components.configuration.gke_network import GkeNetworkSettings
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, by_name, entry, of_entry
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.parsing import own_keys
from components.configuration.machinery.problems import put
from components.configuration.machinery.types import (
    Allowed,
    between,
    dns_label,
    either,
    from_text,
    matching,
    one_of,
    whole,
)
from components.constants.choices import ClusterKind, Provisioning, TaintEffect
from components.constants.machine_types import TOO_SMALL
from components.model.gke import NodePool, Taint, region_of

#: A pool's name in Google Cloud is at most 40 characters, with what Pulumi adds before and after it.
_POOL_NAME: Final = dns_label(20, first="a-z")
_LABEL_KEY: Final = r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?"
_LABEL_VALUE: Final = r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?"


def _machine_type(text: str) -> str:
    if text in TOO_SMALL:
        raise ValueError("that machine type is too small for Istio")
    return text


MachineType: TypeAlias = Annotated[
    str,
    AfterValidator(_machine_type),
    matching(
        r"[a-z][a-z0-9]*-[a-z]+[a-z0-9]*(-[a-z0-9]+)*",
        f"a machine type such as e2-standard-2; not {', '.join(TOO_SMALL)}, which are too small for Istio",
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
    from_text(lambda text: by_name(text, _POOL_NAME, lambda value: entry(PoolEntry, value))),
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


GKE_NODE_CONSTRAINTS: Final[Sequence[Constraint[GkeNodeSettings]]] = (
    *(only_for(ClusterKind.GKE, known.name) for known in own_keys(GkeNodeSettings)),
    Constraint(("gke_location", "node_pools"), _pools_are_in_the_region),
    Constraint(("node_pools",), _istio_has_a_pool),
)
