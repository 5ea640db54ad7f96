"""The table of all rules, by subject."""

from typing import Final

from policy.rule import ResourceRule, StackRule
from policy.rules import (
    availability,
    charts,
    gke,
    gke_nodes,
    gke_upkeep,
    google_access,
    mesh,
    pods,
    rights,
    secrets,
    traffic,
)

#: Subject -> its rules, in the order of the documentation.
SUBJECTS: Final[dict[str, tuple[ResourceRule | StackRule, ...]]] = {
    "GKE cluster": gke.RULES,
    "Upkeep of a GKE cluster": gke_upkeep.RULES,
    "GKE nodes": gke_nodes.RULES,
    "Google Cloud's access": google_access.RULES,
    "Pods": pods.RULES,
    "Charts": charts.RULES,
    "Secrets": secrets.RULES,
    "Rights in the cluster": rights.RULES,
    "Traffic": traffic.RULES,
    "Mesh and tracing": mesh.RULES,
    "Availability": availability.RULES,
}

RULES: Final[tuple[ResourceRule | StackRule, ...]] = tuple(rule for rules in SUBJECTS.values() for rule in rules)
