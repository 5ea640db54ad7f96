"""The network of a GKE cluster: its own, or a given one, and the firewall rule for Istio's webhooks.

Left out on purpose: Shared VPC, peering and DNS. A team with those gives a network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import COMPUTE, Apis
from components.constants.ports import WEBHOOK_PORT
from components.model.gke import GivenNetwork, GkeClusterArgs, OwnNetwork, region_of


@dataclass(frozen=True)
class ClusterNetwork:
    """Where a cluster stands.

    Arguments:
        network: the network's name.
        subnetwork: the subnet's name.
        pod_range: name of the secondary range for Pods.
        service_range: name of the secondary range for Services.
        ready: what Pods wait for that pull images from the internet.
    """

    network: pulumi.Input[str]
    subnetwork: pulumi.Input[str]
    pod_range: str
    service_range: str
    ready: Sequence[pulumi.Resource] = ()


def cluster_network(name: str, args: GkeClusterArgs, apis: Apis, parent: pulumi.Resource) -> ClusterNetwork:
    """Return the cluster's network, and make it unless it is given."""
    if isinstance(args.network, GivenNetwork):
        given = args.network
        return ClusterNetwork(given.network, given.subnetwork, given.pod_range, given.service_range)
    network = gcp.compute.Network(
        f"{name}-network",
        name=args.cluster_name,
        project=args.project,
        auto_create_subnetworks=False,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=apis.enabled(COMPUTE)),
    )
    subnetwork = _subnetwork(name, args, args.network, network, parent)
    ready = [_nat(name, args, network, subnetwork, parent)] if args.private_nodes else []
    return ClusterNetwork(network.name, subnetwork.name, "pods", "services", ready)


def webhook_firewall(
    name: str,
    args: GkeClusterArgs,
    network: ClusterNetwork,
    nodes: pulumi.Input[str],
    apis: Apis,
    parent: pulumi.Resource,
) -> gcp.compute.Firewall:
    """Let the control plane call istiod's webhooks on private nodes.

    GKE's own rule opens 443 and 10250 to the control plane
    (https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules). Without this one
    every Pod that is to get a sidecar is refused after a timeout.

    Arguments:
        name: begins the name of the Pulumi resource.
        args: the cluster.
        network: its network.
        nodes: e-mail address of the nodes' service account, by which the rule finds them; unlike a network tag it can't
            be changed by whoever may edit an instance.
        apis: the APIs to wait for.
        parent: the cluster component.
    """
    return gcp.compute.Firewall(
        f"{name}-webhook-firewall",
        name=f"{args.cluster_name}-istiod-webhook",
        project=args.project,
        network=network.network,
        description="GKE's control plane to istiod's webhooks",
        direction="INGRESS",
        source_ranges=[args.control_plane_range],
        target_service_accounts=[nodes],
        allows=[{"protocol": "tcp", "ports": [str(WEBHOOK_PORT)]}],
        opts=pulumi.ResourceOptions(parent=parent, depends_on=apis.enabled(COMPUTE)),
    )


def _subnetwork(
    name: str, args: GkeClusterArgs, ranges: OwnNetwork, network: gcp.compute.Network, parent: pulumi.Resource
) -> gcp.compute.Subnetwork:
    return gcp.compute.Subnetwork(
        f"{name}-subnetwork",
        name=args.cluster_name,
        project=args.project,
        region=region_of(args.location),
        network=network.id,
        ip_cidr_range=ranges.node_range,
        secondary_ip_ranges=[
            {"range_name": "pods", "ip_cidr_range": ranges.pod_range},
            {"range_name": "services", "ip_cidr_range": ranges.service_range},
        ],
        # Nodes without a public address reach Google's APIs and registries by it.
        private_ip_google_access=True,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _nat(
    name: str,
    args: GkeClusterArgs,
    network: gcp.compute.Network,
    subnetwork: gcp.compute.Subnetwork,
    parent: pulumi.Resource,
) -> gcp.compute.RouterNat:
    router = gcp.compute.Router(
        f"{name}-router",
        name=args.cluster_name,
        project=args.project,
        region=region_of(args.location),
        network=network.id,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return gcp.compute.RouterNat(
        f"{name}-nat",
        name=args.cluster_name,
        project=args.project,
        region=region_of(args.location),
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[{"name": subnetwork.id, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
        log_config={"enable": True, "filter": "ERRORS_ONLY"},
        opts=pulumi.ResourceOptions(parent=parent),
    )
