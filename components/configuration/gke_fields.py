"""The types of the configuration values that describe a GKE cluster and its network.

As in `fields`, a `ValueError` never repeats what was given.
"""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, AwareDatetime, Field, InstanceOf, model_validator

from components.configuration.entries import Entry, entry
from components.configuration.fields import from_text, json_list, json_object, matching
from components.constants.choices import ExclusionScope, LoggingComponent, MonitoringComponent
from components.model.gke import GivenNetwork, MaintenanceExclusion, MaintenanceWindow

#: Longest exclusion of all upgrades
#: (https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#limitations-maint-exclusions).
LONGEST_WITHOUT_UPGRADES: Final = timedelta(days=90)

_NAME: Final = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?"
_LABEL: Final = re.compile(r"[a-z0-9_-]{0,63}", re.ASCII)


def cidr(text: str) -> IPv4Network | IPv6Network:
    """Read a network in CIDR notation, strictly: no bits below its length."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError("it is no network in CIDR notation such as 10.0.0.0/20") from error


def _ipv4_range(shortest: int, longest: int) -> AfterValidator:
    def check(text: str) -> str:
        network = cidr(text)
        if network.version != 4 or "/" not in text:
            raise ValueError("it is no IPv4 network in CIDR notation")
        if not shortest <= network.prefixlen <= longest:
            wanted = f"of /{shortest}" if shortest == longest else f"from /{shortest} to /{longest}"
            raise ValueError(f"GKE takes a length {wanted} here")
        return text

    return AfterValidator(check)


def _location(text: str) -> str:
    if not re.fullmatch(r"[a-z]+-[a-z]+[0-9]+(-[a-z][a-z0-9]*)?", text, re.ASCII):
        raise ValueError
    return text


def _authorized_networks(text: str) -> dict[str, str]:
    networks: dict[str, str] = {}
    for position, (name, value) in enumerate(json_object(text).items(), start=1):
        try:
            networks[name] = _authorized(value)
        except ValueError as error:
            raise ValueError(f"entry {position}: {error}") from error
    if _hold_everything(networks.values()):
        raise ValueError("together they let in the whole internet")
    return networks


def _authorized(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("it is no text")  # noqa: TRY004 - pydantic collects ValueError, and lets TypeError pass
    if cidr(value).prefixlen == 0:
        raise ValueError("it lets in the whole internet")
    return value


def _hold_everything(networks: Iterable[str]) -> bool:
    """Tell whether networks, such as the two halves of 0.0.0.0/0, leave nothing out."""
    parts = [cidr(each) for each in networks]
    v4 = collapse_addresses(each for each in parts if isinstance(each, IPv4Network))
    v6 = collapse_addresses(each for each in parts if isinstance(each, IPv6Network))
    return any(each.prefixlen == 0 for each in (*v4, *v6))


def _labels(text: str) -> dict[str, str]:
    labels: dict[str, str] = {}
    for position, (name, value) in enumerate(json_object(text).items(), start=1):
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", name, re.ASCII):
            raise ValueError(f"entry {position}: its name is not lower-case letters, digits, _ and -, a letter first")
        if not isinstance(value, str) or not _LABEL.fullmatch(value):
            raise ValueError(f"entry {position}: its value is not at most 63 lower-case letters, digits, _ and -")
        labels[name] = value
    return labels


class _Network(Entry):
    network: Annotated[str, matching(_NAME), Field(description="the name of a network")]
    subnetwork: Annotated[str, matching(_NAME), Field(description="the name of a subnet")]
    pod_range: Annotated[str, matching(_NAME), Field(description="the name of a secondary range")]
    service_range: Annotated[str, matching(_NAME), Field(description="the name of a secondary range")]


class _Window(Entry):
    start: Annotated[AwareDatetime, Field(description="a time with its zone, such as 2026-01-03T02:00:00Z")]
    end: Annotated[AwareDatetime, Field(description="a time with its zone, such as 2026-01-03T10:00:00Z")]
    recurrence: Annotated[
        str,
        matching(r"FREQ=(DAILY|WEEKLY)(;[A-Z]+=[A-Z0-9,+-]+)*"),
        Field(description="a rule such as FREQ=WEEKLY;BYDAY=SA,SU"),
    ]

    @model_validator(mode="after")
    def _lasts(self) -> "_Window":
        # GKE wants 4 hours in a row, and 48 hours in 32 days, which only GKE can tell of any rule.
        if not timedelta(hours=4) <= self.end - self.start <= timedelta(hours=24):
            raise ValueError("it does not last from 4 to 24 hours")
        return self


class _Exclusion(Entry):
    name: Annotated[str, matching(_NAME), Field(description="a name of lower-case letters, digits and hyphens")]
    start: Annotated[AwareDatetime, Field(description="a time with its zone, such as 2026-12-18T00:00:00Z")]
    end: Annotated[AwareDatetime, Field(description="a time with its zone, such as 2027-01-04T00:00:00Z")]
    scope: Annotated[
        ExclusionScope, Field(description="NO_UPGRADES, NO_MINOR_UPGRADES or NO_MINOR_OR_NODE_UPGRADES")
    ] = ExclusionScope.NO_UPGRADES

    @model_validator(mode="after")
    def _lasts(self) -> "_Exclusion":
        if self.end <= self.start:
            raise ValueError("it ends before it begins")
        if self.scope is ExclusionScope.NO_UPGRADES and self.end - self.start > LONGEST_WITHOUT_UPGRADES:
            raise ValueError("GKE allows NO_UPGRADES for 90 days at most")
        return self


def _given_network(text: str) -> GivenNetwork | None:
    value = json_object(text)
    return GivenNetwork(**entry(_Network, value).model_dump()) if value else None


def _window(text: str) -> MaintenanceWindow | None:
    value = json_object(text)
    return MaintenanceWindow(**entry(_Window, value).model_dump()) if value else None


def _exclusions(text: str) -> tuple[MaintenanceExclusion, ...]:
    exclusions: list[MaintenanceExclusion] = []
    for position, value in enumerate(json_list(text), start=1):
        try:
            exclusions.append(MaintenanceExclusion(**entry(_Exclusion, value).model_dump()))
        except ValueError as error:
            raise ValueError(f"entry {position}: {error}") from error
    return tuple(exclusions)


def _components(kind: type[StrEnum]) -> Callable[[str], tuple[StrEnum, ...]]:
    def parse(text: str) -> tuple[StrEnum, ...]:
        names = json_list(text)
        unknown = [position for position, name in enumerate(names, start=1) if name not in list(kind)]
        if unknown:
            raise ValueError(f"entry {unknown[0]} is none of them")
        if names and "SYSTEM_COMPONENTS" not in names:
            raise ValueError("GKE collects nothing else without SYSTEM_COMPONENTS")
        return tuple(kind(str(name)) for name in dict.fromkeys(names))

    return parse


ProjectId: TypeAlias = Annotated[str, matching(r"([a-z0-9.-]+:)?[a-z][-a-z0-9]{4,28}[a-z0-9]")]
Location: TypeAlias = Annotated[str, AfterValidator(_location)]
GkeVersion: TypeAlias = Annotated[str, matching(r"latest|1\.[0-9]+(\.[0-9]+(-gke\.[0-9]+)?)?")]
AuthorizedNetworks: TypeAlias = Annotated[dict[str, str], from_text(_authorized_networks)]
KmsKey: TypeAlias = Annotated[
    str, matching(r"projects/[^/\s]+/locations/[a-z0-9-]+/keyRings/[\w-]{1,63}/cryptoKeys/[\w-]{1,63}")
]
#: Lengths: https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing.
NodeRange: TypeAlias = Annotated[str, _ipv4_range(8, 29)]
PodRange: TypeAlias = Annotated[str, _ipv4_range(9, 21)]
ServiceRange: TypeAlias = Annotated[str, _ipv4_range(12, 27)]
ControlPlaneRange: TypeAlias = Annotated[str, _ipv4_range(28, 28)]
Network: TypeAlias = Annotated[InstanceOf[GivenNetwork] | None, from_text(_given_network)]
Window: TypeAlias = Annotated[InstanceOf[MaintenanceWindow] | None, from_text(_window)]
Exclusions: TypeAlias = Annotated[tuple[InstanceOf[MaintenanceExclusion], ...], from_text(_exclusions)]
LoggingComponents: TypeAlias = Annotated[tuple[LoggingComponent, ...], from_text(_components(LoggingComponent))]
MonitoringComponents: TypeAlias = Annotated[
    tuple[MonitoringComponent, ...], from_text(_components(MonitoringComponent))
]
Labels: TypeAlias = Annotated[dict[str, str], from_text(_labels)]
