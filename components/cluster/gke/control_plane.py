"""The control plane of a GKE cluster: the `Cluster` resource."""

from datetime import UTC, datetime
from typing import Any

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import BINARY_AUTHORIZATION, CONTAINER
from components.cluster.gke.foundation import Foundation
from components.cluster.gke.network import ClusterNetwork
from components.cluster.gke.node_account import NodeAccount
from components.cluster.gke.node_pools import HARDENED
from components.constants.choices import ControlPlaneAccess
from components.model.gke import GkeClusterArgs


def control_plane(base: Foundation, network: ClusterNetwork, account: NodeAccount) -> gcp.container.Cluster:
    """Make the cluster, without nodes.

    Google makes a cluster only with a node pool, which can't be changed without making the cluster anew. So that one
    goes as soon as the cluster is there, before anything of ours runs, and `ClusterHandle.runs_pods` names our own
    pools, for which our Pods wait. From then on there is always a pool: see `node_pools.node_pool`.

    Arguments:
        base: what the cluster's parts are made with.
        network: the cluster's network.
        account: the service account of its nodes.
    """
    args = base.args
    # What Google answers there, once the first pool is gone, is about some other pool.
    own = pulumi.ResourceOptions(protect=args.deletion_protection, ignore_changes=["nodeConfig"])
    return gcp.container.Cluster(
        f"{base.name}-cluster",
        name=args.cluster_name,
        project=args.project,
        location=args.location,
        release_channel={"channel": args.release_channel.value if args.release_channel else "UNSPECIFIED"},
        min_master_version=args.version,
        remove_default_node_pool=True,
        initial_node_count=1,
        # Of the pool that goes at once: where policies forbid the default service account, it could not be made.
        node_config={**HARDENED, "service_account": account.email},
        networking_mode="VPC_NATIVE",
        network=network.network,
        subnetwork=network.subnetwork,
        ip_allocation_policy={
            "cluster_secondary_range_name": network.pod_range,
            "services_secondary_range_name": network.service_range,
        },
        datapath_provider="ADVANCED_DATAPATH",  # Dataplane V2, which enforces NetworkPolicies
        workload_identity_config={"workload_pool": f"{args.project}.svc.id.goog"},
        enable_shielded_nodes=True,
        enable_legacy_abac=False,
        master_auth={"client_certificate_config": {"issue_client_certificate": False}},
        cost_management_config={"enabled": True},
        resource_labels=dict(args.labels),
        logging_config={"enable_components": [each.value for each in args.logging]},
        monitoring_config={
            "enable_components": [each.value for each in args.monitoring],
            "managed_prometheus": {"enabled": True},
        },
        deletion_protection=args.deletion_protection,
        **access(args),
        **options(args),
        opts=pulumi.ResourceOptions.merge(base.options(CONTAINER, BINARY_AUTHORIZATION), own),
    )


def access(args: GkeClusterArgs) -> dict[str, Any]:
    """Return the inputs that say who reaches the control plane, and how it reaches the nodes."""
    by_name = args.access is ControlPlaneAccess.DNS_ENDPOINT
    inputs: dict[str, Any] = {
        "control_plane_endpoints_config": {
            "dns_endpoint_config": {"allow_external_traffic": by_name},
            "ip_endpoints_config": {"enabled": not by_name},
        },
    }
    if args.private_nodes:
        inputs["private_cluster_config"] = {
            "enable_private_nodes": True,
            "enable_private_endpoint": args.access is ControlPlaneAccess.PRIVATE,
            "master_ipv4_cidr_block": args.control_plane_range,
        }
    if not by_name:
        # Without networks only the cluster's own subnet gets in.
        inputs["master_authorized_networks_config"] = {
            "cidr_blocks": [
                {"display_name": name, "cidr_block": cidr} for name, cidr in args.authorized_networks.items()
            ],
            # Otherwise every virtual machine in Google Cloud with a public address could reach it.
            "gcp_public_cidrs_access_enabled": False,
        }
    return inputs


def options(args: GkeClusterArgs) -> dict[str, Any]:
    """Return the inputs that are there only where something is asked for."""
    inputs: dict[str, Any] = {}
    if args.encryption_key:
        inputs["database_encryption"] = {"state": "ENCRYPTED", "key_name": args.encryption_key}
    if args.binary_authorization:
        inputs["binary_authorization"] = {"evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE"}
    if args.gateway_api:
        inputs["gateway_api_config"] = {"channel": "CHANNEL_STANDARD"}
    maintenance = _maintenance(args)
    if maintenance:
        inputs["maintenance_policy"] = maintenance
    return inputs


def _maintenance(args: GkeClusterArgs) -> dict[str, Any]:
    # Google's provider takes exclusions together with a window only (`ExactlyOneOf` in its schema).
    policy: dict[str, Any] = {}
    if args.maintenance_window:
        window = args.maintenance_window
        policy["recurring_window"] = {
            "start_time": _time(window.start),
            "end_time": _time(window.end),
            "recurrence": window.recurrence,
        }
    if args.maintenance_exclusions:
        policy["maintenance_exclusions"] = [
            {
                "exclusion_name": each.name,
                "start_time": _time(each.start),
                "end_time": _time(each.end),
                "exclusion_options": {"scope": each.scope.value},
            }
            for each in args.maintenance_exclusions
        ]
    return policy


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
