"""The rules of a GKE cluster: what goes together in its version, its control plane, its network and its node pools."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Final

from components.configuration.errors import put, remove
from components.configuration.gke_fields import cidr
from components.configuration.gke_keys import EXAMPLE_NETWORKS, EXAMPLE_WINDOW
from components.configuration.gke_network_keys import EXAMPLE_POOLS
from components.configuration.key import Surroundings
from components.configuration.parsing import Check, Finding, Findings, Rule
from components.constants.choices import ClusterKind, ControlPlaneAccess, ExclusionScope
from components.model.gke import region_of

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module


#: Range of a network that is made for the cluster -> its key.
_OWN_RANGES: Final[Mapping[str, str]] = {
    "gke_node_range": "gkeNodeRange",
    "gke_pod_range": "gkePodRange",
    "gke_service_range": "gkeServiceRange",
}
_RANGES: Final[Mapping[str, str]] = {**_OWN_RANGES, "gke_control_plane_range": "gkeControlPlaneRange"}


def _gke_has_a_project(settings: "Settings", _: Surroundings) -> Findings:
    if settings.cluster_kind is ClusterKind.GKE and not settings.gcp_project:
        yield Finding("gcp_project", "a GKE cluster needs a project")


def _one_keeper_of_the_version(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_version and settings.gke_release_channel:
        yield Finding(
            "gke_version",
            f"gkeReleaseChannel is {settings.gke_release_channel}, and a release channel chooses the version itself",
            mend=(remove("gkeVersion"), remove("gkeReleaseChannel")),
        )


def _public_access_is_narrow(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_control_plane_access is ControlPlaneAccess.PUBLIC and not settings.gke_authorized_networks:
        yield Finding(
            "gke_authorized_networks",
            "gkeControlPlaneAccess is public, and nothing says for whom",
            mend=(put("gkeAuthorizedNetworks", EXAMPLE_NETWORKS), remove("gkeControlPlaneAccess")),
        )


def _authorized_networks_have_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_control_plane_access is ControlPlaneAccess.DNS_ENDPOINT and settings.gke_authorized_networks:
        yield Finding(
            "gke_authorized_networks",
            "gkeControlPlaneAccess is dns-endpoint, where IAM decides and no address does",
            mend=(remove("gkeAuthorizedNetworks"), put("gkeControlPlaneAccess", ControlPlaneAccess.PUBLIC)),
        )


def _private_access_has_private_nodes(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_control_plane_access is ControlPlaneAccess.PRIVATE and not settings.gke_private_nodes:
        yield Finding(
            "gke_control_plane_access",
            "gkePrivateNodes is false, and Google's provider makes a private control plane with private nodes only",
            mend=(remove("gkePrivateNodes"), remove("gkeControlPlaneAccess")),
        )


def _control_plane_range_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if "gke_control_plane_range" in settings.model_fields_set and not settings.gke_private_nodes:
        yield Finding(
            "gke_control_plane_range",
            "gkePrivateNodes is false, and only with private nodes the control plane is in the network",
            mend=(remove("gkeControlPlaneRange"), remove("gkePrivateNodes")),
        )


def _range_is_ours_to_choose(field: str) -> "Check[Settings]":
    key = _OWN_RANGES[field]

    def check(settings: "Settings", _: Surroundings) -> Findings:
        if field in settings.model_fields_set and settings.gke_network:
            reason = "gkeNetwork is set, and the ranges of that network are its own"
            yield Finding(field, reason, mend=(remove(key), remove("gkeNetwork")))

    return check


def _ranges_are_apart(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_network:
        return
    for (one, one_key), (other, other_key) in combinations(_RANGES.items(), 2):
        if cidr(getattr(settings, one)).overlaps(cidr(getattr(settings, other))):
            field, key = (other, other_key) if other in settings.model_fields_set else (one, one_key)
            against = one_key if field == other else other_key
            yield Finding(field, f"it overlaps {against}", mend=((*remove(key), *remove(against)),))


def _exclusions_have_a_window(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gke_maintenance_exclusions and settings.gke_maintenance_window is None:
        yield Finding(
            "gke_maintenance_exclusions",
            "gkeMaintenanceWindow is not set, and Google's provider takes exclusions together with a window only",
            mend=(remove("gkeMaintenanceExclusions"), put("gkeMaintenanceWindow", EXAMPLE_WINDOW)),
        )


def _exclusions_fit_the_channel(settings: "Settings", _: Surroundings) -> Findings:
    scopes = {each.scope for each in settings.gke_maintenance_exclusions} - {ExclusionScope.NO_UPGRADES}
    if scopes and settings.gke_release_channel is None and settings.cluster_kind is ClusterKind.GKE:
        yield Finding(
            "gke_maintenance_exclusions",
            f"there is no release channel, and without one GKE knows NO_UPGRADES only, not {', '.join(sorted(scopes))}",
            mend=(remove("gkeMaintenanceExclusions"), remove("gkeVersion")),
        )


def _pools_are_in_the_region(settings: "Settings", _: Surroundings) -> Findings:
    region = region_of(settings.gke_location)
    for position, pool in enumerate(settings.node_pools.values(), start=1):
        if any(region_of(zone) != region for zone in pool.zones):
            reason = f"entry {position}: its zones are not in {region}, the region of gkeLocation"
            yield Finding("node_pools", reason, mend=(put("nodePools", EXAMPLE_POOLS),))


def _istio_has_a_pool(settings: "Settings", _: Surroundings) -> Findings:
    if settings.node_pools and all(pool.taints for pool in settings.node_pools.values()):
        reason = "every pool has taints, and Istio's Pods tolerate none"
        yield Finding("node_pools", reason, mend=(put("nodePools", EXAMPLE_POOLS),))


GKE_RULES: Final[Sequence[Rule["Settings"]]] = (
    Rule(("cluster_kind", "gcp_project"), _gke_has_a_project),
    Rule(("gke_version", "gke_release_channel"), _one_keeper_of_the_version),
    Rule(("gke_control_plane_access", "gke_authorized_networks"), _public_access_is_narrow),
    Rule(("gke_control_plane_access", "gke_authorized_networks"), _authorized_networks_have_a_use),
    Rule(("gke_control_plane_access", "gke_private_nodes"), _private_access_has_private_nodes),
    Rule(("gke_control_plane_range", "gke_private_nodes"), _control_plane_range_has_a_use),
    *(Rule((field, "gke_network"), _range_is_ours_to_choose(field)) for field in _OWN_RANGES),
    Rule((*_RANGES, "gke_network"), _ranges_are_apart),
    Rule(("gke_maintenance_exclusions", "gke_maintenance_window"), _exclusions_have_a_window),
    Rule(
        ("cluster_kind", "gke_maintenance_exclusions", "gke_version", "gke_release_channel"),
        _exclusions_fit_the_channel,
    ),
    Rule(("gke_location", "node_pools"), _pools_are_in_the_region),
    Rule(("node_pools",), _istio_has_a_pool),
)
