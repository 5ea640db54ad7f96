"""The configuration keys of a GKE cluster's network and nodes."""

from typing import Annotated, Final

from pydantic import Field

from components.configuration import gke_fields, node_pool_fields
from components.configuration.fields import Switch, from_text, one_of, whole
from components.configuration.key import Key, SettingsPart
from components.constants.choices import Provisioning
from components.constants.machine_types import TOO_SMALL
from components.model.gke import GkeClusterArgs, NodePool, OwnNetwork

EXAMPLE_POOLS: Final = '{"nodes":{"minCount":1,"maxCount":5}}'


class GkeNetworkSettings(SettingsPart):
    """Where the cluster stands, and on what it runs."""

    gke_private_nodes: Annotated[
        Switch,
        Key(
            "GKE network",
            "Whether nodes have no public address; with a network of the cluster's own they reach the internet through "
            "Cloud NAT.",
            "true or false",
            "true",
        ),
    ] = True
    gke_node_range: Annotated[
        gke_fields.NodeRange,
        Key(
            "GKE network",
            "The nodes' addresses.",
            "an IPv4 network from /8 to /29, apart from the others; not with gkeNetwork",
            OwnNetwork.node_range,
        ),
    ] = OwnNetwork.node_range
    gke_pod_range: Annotated[
        gke_fields.PodRange,
        Key(
            "GKE network",
            "The Pods' addresses, 256 for each node.",
            "an IPv4 network from /9 to /21, apart from the others; not with gkeNetwork",
            OwnNetwork.pod_range,
        ),
    ] = OwnNetwork.pod_range
    gke_service_range: Annotated[
        gke_fields.ServiceRange,
        Key(
            "GKE network",
            "The Services' addresses.",
            "an IPv4 network from /12 to /27, apart from the others; not with gkeNetwork",
            OwnNetwork.service_range,
        ),
    ] = OwnNetwork.service_range
    gke_control_plane_range: Annotated[
        gke_fields.ControlPlaneRange,
        Key(
            "GKE network",
            "The control plane's addresses, from which a firewall rule lets it call istiod on private nodes.",
            "an IPv4 network of /28, apart from the others; only with gkePrivateNodes",
            GkeClusterArgs.control_plane_range,
        ),
    ] = GkeClusterArgs.control_plane_range
    gke_network: Annotated[
        gke_fields.Network,
        Key(
            "GKE network",
            "A network in the project that others look after, instead of one that is made for the cluster. Private "
            "nodes need Cloud NAT in it.",
            "an object of network, subnetwork, podRange and serviceRange: names of the network, of a subnet in the "
            "cluster's region, and of its secondary ranges for Pods and Services",
            '{"network":"shared","subnetwork":"mesh","podRange":"pods","serviceRange":"services"}',
            default="none: one is made",
            unset={},
        ),
    ] = None
    node_machine_type: Annotated[
        node_pool_fields.MachineType,
        Key(
            "GKE nodes",
            "Machine type of the nodes in pools that name none.",
            f"a machine type such as e2-standard-2; not {', '.join(TOO_SMALL)}, which are too small for Istio",
            "e2-standard-2",
        ),
    ] = NodePool.machine_type
    node_count: Annotated[
        int,
        from_text(whole),
        Field(ge=1, le=1000),
        Key(
            "GKE nodes",
            "Number of nodes in pools that name none; where a pool is in several zones, as in a regional cluster, in "
            "each of them.",
            "a whole number from 1 to 1000",
            "3",
        ),
    ] = NodePool.count
    node_provisioning: Annotated[
        Provisioning,
        one_of(Provisioning),
        Key(
            "GKE nodes",
            "How Google provides the nodes in pools that don't say. Spot and preemptible nodes are cheaper and can be "
            "taken away at any time.",
            "standard, spot or preemptible",
            "standard",
        ),
    ] = Provisioning.STANDARD
    node_pools: Annotated[
        node_pool_fields.NodePools,
        Key(
            "GKE nodes",
            "Node pools, where one named nodes is not enough or not as wanted.",
            "an object of name to an object, which may be empty, of machineType, count (or minCount and maxCount, "
            "between which GKE's autoscaler works), zones, provisioning, diskType, diskGb, labels, taints, maxSurge "
            "and maxUnavailable; one pool without taints",
            EXAMPLE_POOLS,
            default="`{}`: one pool named nodes",
        ),
    ] = Field(default_factory=dict[str, node_pool_fields.PoolEntry])

    @property
    def completed_node_pools(self) -> tuple[NodePool, ...]:
        """The node pools, each with everything that its entry left to the other keys."""
        return node_pool_fields.completed(
            self.node_pools,
            machine_type=self.node_machine_type,
            count=self.node_count,
            provisioning=self.node_provisioning,
        )
