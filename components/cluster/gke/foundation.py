"""What all parts of a GKE cluster have in common: the cluster's arguments, the APIs that are enabled, the parent."""

from dataclasses import dataclass

import pulumi

from components.cluster.gke.apis import Apis
from components.model.gke import GkeClusterArgs


@dataclass(frozen=True)
class Foundation:
    """What each part of a GKE cluster is made with.

    Arguments:
        name: prefix of the Pulumi resources' names.
        args: the cluster's arguments.
        apis: the APIs that parts wait for.
        parent: the cluster component.
    """

    name: str
    args: GkeClusterArgs
    apis: Apis
    parent: pulumi.Resource

    def options(self, *apis: str) -> pulumi.ResourceOptions:
        """Return the options of a resource that uses `apis`."""
        return pulumi.ResourceOptions(parent=self.parent, depends_on=self.apis.enabled(*apis))
