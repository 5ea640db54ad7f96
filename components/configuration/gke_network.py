"""A GKE cluster's network."""

from collections.abc import Sequence
from itertools import combinations
from typing import Annotated, Final, TypeAlias

from pydantic import InstanceOf
from pydantic.alias_generators import to_camel

from components.configuration.cluster import only_for
from components.configuration.gke import NAME, GkeSettings
from components.configuration.machinery.constraints import Check, Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, entry
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.parsing import own_keys
from components.configuration.machinery.problems import remove
from components.configuration.machinery.types import (
    Allowed,
    Switch,
    cidr,
    from_text,
    json_object,
    matching,
)
from components.constants.choices import ClusterKind, ControlPlaneAccess
from components.model.gke import GivenNetwork, GkeClusterArgs, OwnNetwork


def _ipv4_range(shortest: int, longest: int) -> Allowed:
    length = f"of /{shortest}" if shortest == longest else f"from /{shortest} to /{longest}"

    def check(text: str) -> str:
        network = cidr(text)
        if network.version != 4 or "/" not in text:
            raise ValueError("it is no IPv4 network in CIDR notation")
        if not shortest <= network.prefixlen <= longest:
            raise ValueError(f"GKE takes a length {length} here")
        return text

    return Allowed(f"an IPv4 network {length}, apart from the others", check=check)


class _Network(Entry):
    network: Annotated[str, matching(NAME, "the name of a network")]
    subnetwork: Annotated[str, matching(NAME, "the name of a subnet")]
    pod_range: Annotated[str, matching(NAME, "the name of a secondary range")]
    service_range: Annotated[str, matching(NAME, "the name of a secondary range")]


def _given_network(text: str) -> GivenNetwork | None:
    value = json_object(text)
    return GivenNetwork(**entry(_Network, value).model_dump()) if value else None


#: Lengths: https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing.
NodeRange: TypeAlias = Annotated[str, _ipv4_range(8, 29)]
PodRange: TypeAlias = Annotated[str, _ipv4_range(9, 21)]
ServiceRange: TypeAlias = Annotated[str, _ipv4_range(12, 27)]
ControlPlaneRange: TypeAlias = Annotated[str, _ipv4_range(28, 28)]
Network: TypeAlias = Annotated[InstanceOf[GivenNetwork] | None, from_text(_given_network)]


class GkeNetworkSettings(GkeSettings):
    """Where the cluster stands."""

    subject = "GKE network"

    gke_private_nodes: Switch = key(
        "Whether nodes have no public address; with a network of the cluster's own they reach the internet through "
        "Cloud NAT.",
        "true",
        default=True,
    )
    gke_node_range: NodeRange = key(
        "The nodes' addresses.",
        OwnNetwork.node_range,
        allowed="{type}; not with gkeNetwork",
        default=OwnNetwork.node_range,
    )
    gke_pod_range: PodRange = key(
        "The Pods' addresses, 256 for each node.",
        OwnNetwork.pod_range,
        allowed="{type}; not with gkeNetwork",
        default=OwnNetwork.pod_range,
    )
    gke_service_range: ServiceRange = key(
        "The Services' addresses.",
        OwnNetwork.service_range,
        allowed="{type}; not with gkeNetwork",
        default=OwnNetwork.service_range,
    )
    gke_control_plane_range: ControlPlaneRange = key(
        "The control plane's addresses, from which a firewall rule lets it call istiod on private nodes.",
        GkeClusterArgs.control_plane_range,
        allowed="{type}; only with gkePrivateNodes",
        default=GkeClusterArgs.control_plane_range,
    )
    gke_network: Network = key(
        "A network in the project that others look after, instead of one that is made for the cluster. Private "
        "nodes need Cloud NAT in it.",
        '{"network":"shared","subnetwork":"mesh","podRange":"pods","serviceRange":"services"}',
        allowed="an object of network, subnetwork, podRange and serviceRange: names of the network, of a subnet in "
        "the cluster's region, and of its secondary ranges for Pods and Services",
        default_text="none: one is made",
        unset={},
        default=None,
    )


#: The ranges of a network that is made for the cluster, and with them all that must be apart.
_OWN_RANGES: Final = ("gke_node_range", "gke_pod_range", "gke_service_range")
_RANGES: Final = (*_OWN_RANGES, "gke_control_plane_range")


def _private_access_has_private_nodes(settings: GkeNetworkSettings, _: ReadingContext) -> Faults:
    if settings.gke_control_plane_access is ControlPlaneAccess.PRIVATE and not settings.gke_private_nodes:
        yield Fault(
            "gke_control_plane_access",
            "gkePrivateNodes is false, and Google's provider makes a private control plane with private nodes only",
            fixes=(remove("gke_private_nodes"), remove("gke_control_plane_access")),
        )


def _control_plane_range_has_a_use(settings: GkeNetworkSettings, _: ReadingContext) -> Faults:
    if "gke_control_plane_range" in settings.model_fields_set and not settings.gke_private_nodes:
        yield Fault(
            "gke_control_plane_range",
            "gkePrivateNodes is false, and only with private nodes the control plane is in the network",
            fixes=(remove("gke_control_plane_range"), remove("gke_private_nodes")),
        )


def _range_is_ours_to_choose(field: str) -> Check[GkeNetworkSettings]:
    def check(settings: GkeNetworkSettings, _: ReadingContext) -> Faults:
        if field in settings.model_fields_set and settings.gke_network:
            reason = "gkeNetwork is set, and the ranges of that network are its own"
            yield Fault(field, reason, fixes=(remove(field), remove("gke_network")))

    return check


def _ranges_are_apart(settings: GkeNetworkSettings, _: ReadingContext) -> Faults:
    if settings.gke_network:
        return
    for one, other in combinations(_RANGES, 2):
        if cidr(getattr(settings, one)).overlaps(cidr(getattr(settings, other))):
            field, against = (other, one) if other in settings.model_fields_set else (one, other)
            yield Fault(field, f"it overlaps {to_camel(against)}", fixes=((*remove(field), *remove(against)),))


GKE_NETWORK_CONSTRAINTS: Final[Sequence[Constraint[GkeNetworkSettings]]] = (
    *(only_for(ClusterKind.GKE, known.name) for known in own_keys(GkeNetworkSettings)),
    Constraint(("gke_control_plane_access", "gke_private_nodes"), _private_access_has_private_nodes),
    Constraint(("gke_control_plane_range", "gke_private_nodes"), _control_plane_range_has_a_use),
    *(Constraint((field, "gke_network"), _range_is_ours_to_choose(field)) for field in _OWN_RANGES),
    Constraint((*_RANGES, "gke_network"), _ranges_are_apart),
)
