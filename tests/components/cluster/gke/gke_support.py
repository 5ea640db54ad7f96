"""What the tests of the GKE cluster share."""

from typing import Any

from components.cluster.gke.cluster import GkeCluster
from components.constants.choices import ReleaseChannel
from components.model.gke import GkeClusterArgs
from tests.support.mocks import Recording, record


def args(**changes: Any) -> GkeClusterArgs:
    """Return the arguments of a zonal cluster with every default, except for `changes`."""
    usual: dict[str, Any] = {
        "cluster_name": "traced-mesh-dev",
        "project": "my-project",
        "location": "us-central1-a",
        "release_channel": ReleaseChannel.REGULAR,
        "version": None,
    }
    return GkeClusterArgs(**(usual | changes))


def gke(**changes: Any) -> Recording:
    """Return what is made for a cluster, with its name and kubeconfig as outputs."""

    def make() -> dict[str, Any]:
        handle = GkeCluster("cluster", args(**changes)).handle
        return {"name": handle.name, "kubeconfig": handle.kubeconfig}

    return record(make)
