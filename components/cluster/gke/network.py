"""The network of a GKE cluster: its own, or a given one, and the firewall rule for Istio's webhooks.

Left out on purpose: Shared VPC, peering and DNS. A team with those gives a network.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import COMPUTE
from components.cluster.gke.foundation import Foundation
from components.constants.ports import WEBHOOK_PORT
from components.model.gke import GivenNetwork, OwnNetwork, region_of


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


def cluster_network(base: Foundation) -> ClusterNetwork:
    """Return the cluster's network, and make it unless it is given."""
    args, ranges = base.args, base.args.network
    if isinstance(ranges, GivenNetwork):
        return ClusterNetwork(ranges.network, ranges.subnetwork, ranges.pod_range, ranges.service_range)
    network = gcp.compute.Network(
        f"{base.name}-network",
        name=args.cluster_name,
        project=args.project,
        auto_create_subnetworks=False,
        opts=base.options(COMPUTE),
    )
    subnetwork = _subnetwork(base, ranges, network)
    ready = [_nat(base, network, subnetwork)] if args.private_nodes else []
    return ClusterNetwork(network.name, subnetwork.name, "pods", "services", ready)


def webhook_firewall(base: Foundation, network: ClusterNetwork, nodes: pulumi.Input[str]) -> gcp.compute.Firewall:
    """Let the control plane call istiod's webhooks on private nodes.

    GKE's own rule opens 443 and 10250 to the control plane
    (https://cloud.google.com/kubernetes-engine/docs/how-to/private-clusters#add_firewall_rules). Without this one
    every Pod that is to get a sidecar is refused after a timeout.

    Arguments:
        base: what the cluster's parts are made with.
        network: the cluster's network.
        nodes: e-mail address of the nodes' service account, by which the rule finds them; unlike a network tag it can't
            be changed by whoever may edit an instance.
    """
    args = base.args
    return gcp.compute.Firewall(
        f"{base.name}-webhook-firewall",
        name=f"{args.cluster_name}-istiod-webhook",
        project=args.project,
        network=network.network,
        description="GKE's control plane to istiod's webhooks",
        direction="INGRESS",
        source_ranges=[args.control_plane_range],
        target_service_accounts=[nodes],
        allows=[{"protocol": "tcp", "ports": [str(WEBHOOK_PORT)]}],
        opts=base.options(COMPUTE),
    )


def _subnetwork(base: Foundation, ranges: OwnNetwork, network: gcp.compute.Network) -> gcp.compute.Subnetwork:
    args = base.args
    return gcp.compute.Subnetwork(
        f"{base.name}-subnetwork",
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
        opts=base.options(),
    )


def _nat(base: Foundation, network: gcp.compute.Network, subnetwork: gcp.compute.Subnetwork) -> gcp.compute.RouterNat:
    args = base.args
    router = gcp.compute.Router(
        f"{base.name}-router",
        name=args.cluster_name,
        project=args.project,
        region=region_of(args.location),
        network=network.id,
        opts=base.options(),
    )
    return gcp.compute.RouterNat(
        f"{base.name}-nat",
        name=args.cluster_name,
        project=args.project,
        region=region_of(args.location),
        router=router.name,
        nat_ip_allocate_option="AUTO_ONLY",
        source_subnetwork_ip_ranges_to_nat="LIST_OF_SUBNETWORKS",
        subnetworks=[{"name": subnetwork.id, "source_ip_ranges_to_nats": ["ALL_IP_RANGES"]}],
        log_config={"enable": True, "filter": "ERRORS_ONLY"},
        opts=base.options(),
    )
