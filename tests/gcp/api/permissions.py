"""Which IAM permissions the calls of Google's APIs need: one table, and the roles that follow from it.

Source of a method's permissions: what Google's reference says of it, as github.com/iann0036/iam-dataset, commit
2073fa52ac00 (August 2026), `gcp/map.json`, has collected it from there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tests.gcp.api.resources import CALLS, changeable, created
from tests.support.mocks import Recording

_CLUSTERS: Final = "container.projects.locations.clusters"

#: Method -> the permissions that it needs.
PERMISSIONS: Final[Mapping[str, Sequence[str]]] = {
    "cloudresourcemanager.projects.get": ["resourcemanager.projects.get"],
    "cloudresourcemanager.projects.getIamPolicy": ["resourcemanager.projects.getIamPolicy"],
    "cloudresourcemanager.projects.setIamPolicy": ["resourcemanager.projects.setIamPolicy"],
    "serviceusage.services.enable": ["serviceusage.services.enable"],
    "serviceusage.services.list": ["serviceusage.services.list"],
    "serviceusage.operations.get": ["serviceusage.operations.get"],
    "compute.networks.insert": ["compute.networks.create"],
    "compute.networks.get": ["compute.networks.get"],
    "compute.networks.delete": ["compute.networks.delete"],
    "compute.subnetworks.insert": ["compute.subnetworks.create"],
    "compute.subnetworks.get": ["compute.subnetworks.get"],
    "compute.subnetworks.patch": ["compute.subnetworks.get", "compute.subnetworks.update"],
    "compute.subnetworks.delete": ["compute.subnetworks.delete"],
    "compute.subnetworks.expandIpCidrRange": ["compute.subnetworks.expandIpCidrRange"],
    "compute.subnetworks.setPrivateIpGoogleAccess": ["compute.subnetworks.setPrivateIpGoogleAccess"],
    "compute.routers.insert": ["compute.routers.create"],
    "compute.routers.get": ["compute.routers.get"],
    "compute.routers.patch": ["compute.routers.get", "compute.routers.update"],
    "compute.routers.delete": ["compute.routers.delete"],
    "compute.firewalls.insert": ["compute.firewalls.create"],
    "compute.firewalls.get": ["compute.firewalls.get"],
    "compute.firewalls.patch": [
        *("compute.firewalls.get", "compute.firewalls.update", "compute.networks.updatePolicy"),
    ],
    "compute.firewalls.delete": ["compute.firewalls.delete", "compute.networks.updatePolicy"],
    "compute.globalOperations.get": ["compute.globalOperations.get"],
    "compute.regionOperations.get": ["compute.regionOperations.get"],
    "compute.instanceGroupManagers.list": ["compute.instanceGroupManagers.list"],
    "iam.projects.serviceAccounts.create": ["iam.serviceAccounts.create"],
    "iam.projects.serviceAccounts.get": ["iam.serviceAccounts.get"],
    "iam.projects.serviceAccounts.patch": ["iam.serviceAccounts.get", "iam.serviceAccounts.update"],
    "iam.projects.serviceAccounts.delete": ["iam.serviceAccounts.delete"],
    f"{_CLUSTERS}.create": ["container.clusters.create"],
    f"{_CLUSTERS}.get": ["container.clusters.get"],
    f"{_CLUSTERS}.update": ["container.clusters.update"],
    f"{_CLUSTERS}.delete": ["container.clusters.delete"],
    f"{_CLUSTERS}.setResourceLabels": ["container.clusters.update"],
    f"{_CLUSTERS}.setMaintenancePolicy": ["container.clusters.update"],
    f"{_CLUSTERS}.nodePools.create": ["container.clusters.update"],
    f"{_CLUSTERS}.nodePools.get": ["container.clusters.get"],
    f"{_CLUSTERS}.nodePools.update": ["container.clusters.update"],
    f"{_CLUSTERS}.nodePools.setSize": ["container.clusters.update"],
    f"{_CLUSTERS}.nodePools.setManagement": ["container.clusters.update"],
    f"{_CLUSTERS}.nodePools.delete": ["container.clusters.update"],
    "container.projects.locations.operations.get": ["container.operations.get"],
}

#: Permissions that no method has of itself -> what needs them.
BEYOND_METHODS: Final[Mapping[str, str]] = {
    "compute.networks.updatePolicy": "a firewall rule and a router change what the network lets through "
    "(https://cloud.google.com/compute/docs/reference/rest/v1/firewalls/insert)",
    "compute.networks.use": "the cluster and the router stand on the network",
    "compute.subnetworks.use": "the cluster and Cloud NAT stand on the subnet",
    "container.clusterRoleBindings.create": "the first object in a new cluster is the admin binding",
    "container.clusterRoleBindings.delete": "the last one, when the stack goes",
    "container.clusterRoleBindings.get": "Pulumi reads what it is about to make",
    "container.clusterRoleBindings.update": "the installing user can change",
    "container.clusterRoles.bind": "Kubernetes lets nobody give rights that they don't have; from then on the binding, "
    "and not IAM, says what is allowed in the cluster "
    "(https://cloud.google.com/kubernetes-engine/docs/how-to/role-based-access-control)",
    "container.clusters.connect": "the control plane by its DNS name "
    "(https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation)",
    "iam.serviceAccounts.actAs": "nodes run as their own service account "
    "(https://cloud.google.com/iam/docs/service-accounts-actas)",
}

#: Ids of the roles in a project.
DEPLOYER: Final = "tracedMeshDeployer"
GRANTER: Final = "tracedMeshGranter"

#: The one method that can give rights: a role of its own, so that a condition can hold it to a single role.
GRANTING: Final = ("resourcemanager.projects.getIamPolicy", "resourcemanager.projects.setIamPolicy")


@dataclass(frozen=True)
class Role:
    """A custom role.

    Arguments:
        id: its id in a project.
        title: what people see.
        description: what it is for.
        permissions: what it allows, sorted.
    """

    id: str
    title: str
    description: str
    permissions: Sequence[str]


def methods(recordings: Iterable[Recording]) -> set[str]:
    """Return the ids of all methods that stacks call: to make, read, change and delete what they make."""
    return set(_methods(recordings))


def roles(recordings: Iterable[Recording]) -> list[Role]:
    """Return the roles that allow what stacks call, and nothing else."""
    needed = {each for method in methods(recordings) for each in PERMISSIONS[method]} | BEYOND_METHODS.keys()
    return [
        Role(
            DEPLOYER,
            "Traced mesh deployer",
            "Makes, changes and deletes what a GKE stack of traced-mesh has in Google Cloud.",
            sorted(needed - set(GRANTING)),
        ),
        Role(
            GRANTER,
            "Traced mesh granter",
            "Gives the nodes and the Collector their roles; bind it with the condition that allows no other role.",
            sorted(GRANTING),
        ),
    ]


def _methods(recordings: Iterable[Recording]) -> Iterator[str]:
    for recording in recordings:
        for type_, inputs in created(recording):
            calls = CALLS[type_]
            changes = [call for name in changeable(type_, inputs) for call in calls.update(inputs, [name])]
            yield from (
                each.method for each in (*calls.create(inputs), *calls.read(inputs), *calls.delete(inputs), *changes)
            )
