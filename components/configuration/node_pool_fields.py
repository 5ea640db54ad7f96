"""The types of the configuration values that describe the node pools of a GKE cluster.

As in `fields`, a `ValueError` never repeats what was given.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, InstanceOf, model_validator

from components.configuration.entries import Entry, entry
from components.configuration.fields import from_text, json_object, matching
from components.constants.choices import Provisioning, TaintEffect
from components.constants.machine_types import TOO_SMALL
from components.model.gke import NodePool, Taint

#: A pool's name in Google Cloud is at most 40 characters, with what Pulumi adds before and after it.
_POOL_NAME: Final = re.compile(r"[a-z]([-a-z0-9]{0,18}[a-z0-9])?", re.ASCII)
_COUNT: Final = "a whole number from 0 to 1000"
_SURGE: Final = "a whole number from 0 to 20"
_LABEL_KEY: Final = r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?"
_LABEL_VALUE: Final = r"([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?"


def _machine_type(text: str) -> str:
    if text in TOO_SMALL:
        raise ValueError("that machine type is too small for Istio")
    return text


MachineType: TypeAlias = Annotated[
    str, AfterValidator(_machine_type), matching(r"[a-z][a-z0-9]*-[a-z]+[a-z0-9]*(-[a-z0-9]+)*")
]


class _Taint(Entry):
    key: Annotated[str, matching(_LABEL_KEY), Field(description="the key of a taint")]
    value: Annotated[str, matching(_LABEL_VALUE), Field(description="the value of a taint")]
    effect: Annotated[TaintEffect, Field(description="NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE")] = (
        TaintEffect.NO_SCHEDULE
    )


class PoolEntry(Entry):
    """A node pool in configuration; what it leaves out is as `completed` says."""

    machine_type: Annotated[MachineType, Field(description="a machine type such as e2-standard-2")] = ""
    count: Annotated[int, Field(ge=0, le=1000, description=_COUNT)] = 0
    min_count: Annotated[int, Field(ge=0, le=1000, description=_COUNT)] = 0
    max_count: Annotated[int, Field(ge=1, le=1000, description="a whole number from 1 to 1000")] = 1000
    zones: Annotated[
        tuple[Annotated[str, matching(r"[a-z]+-[a-z]+[0-9]+-[a-z][a-z0-9]*")], ...],
        Field(description="a list of zones"),
    ] = ()
    provisioning: Annotated[Provisioning, Field(description="standard, spot or preemptible")] = Provisioning.STANDARD
    disk_type: Annotated[
        str,
        matching(r"pd-(standard|balanced|ssd)|hyperdisk-balanced"),
        Field(description="pd-standard, pd-balanced, pd-ssd or hyperdisk-balanced"),
    ] = ""
    disk_gb: Annotated[int, Field(ge=20, le=65536, description="a whole number from 20 to 65536")] = 20
    labels: Annotated[
        dict[Annotated[str, matching(_LABEL_KEY)], Annotated[str, matching(_LABEL_VALUE)]],
        Field(description="an object of labels"),
    ] = Field(default_factory=dict[str, str])
    taints: Annotated[
        tuple[_Taint, ...],
        Field(description='a list of objects such as {"key":"batch","value":"true","effect":"NO_SCHEDULE"}'),
    ] = ()
    max_surge: Annotated[int, Field(ge=0, le=20, description=_SURGE)] = 1
    max_unavailable: Annotated[int, Field(ge=0, le=20, description=_SURGE)] = 0

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


def _pools(text: str) -> dict[str, PoolEntry]:
    pools: dict[str, PoolEntry] = {}
    for position, (name, value) in enumerate(json_object(text).items(), start=1):
        if not _POOL_NAME.fullmatch(name):
            raise ValueError(f"entry {position}: its name is not at most 20 lower-case letters, digits and hyphens")
        try:
            pools[name] = entry(PoolEntry, value)
        except ValueError as error:
            raise ValueError(f"entry {position}: {error}") from error
    return pools


NodePools: TypeAlias = Annotated[dict[str, InstanceOf[PoolEntry]], from_text(_pools)]
