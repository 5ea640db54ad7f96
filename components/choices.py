"""The words that a configuration key may be set to, where only a few are allowed.

They stand apart from the components that they choose between, so that reading settings imports no cloud's SDK.
"""

from enum import StrEnum


class ClusterKind(StrEnum):
    """Whether the program makes the cluster, on GKE, or uses an existing one."""

    GKE = "gke"
    EXISTING = "existing"


class ReleaseChannel(StrEnum):
    """GKE's release channels (https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels)."""

    RAPID = "RAPID"
    REGULAR = "REGULAR"
    STABLE = "STABLE"
    EXTENDED = "EXTENDED"


class Provisioning(StrEnum):
    """How Google provides the nodes: `spot` and `preemptible` ones are cheaper and can be taken away at any time."""

    STANDARD = "standard"
    SPOT = "spot"
    PREEMPTIBLE = "preemptible"


class ServiceType(StrEnum):
    """How the gateway's Service is reached from outside the cluster."""

    LOAD_BALANCER = "LoadBalancer"
    NODE_PORT = "NodePort"
