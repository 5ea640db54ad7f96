"""The node pools of a GKE cluster."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.foundation import Foundation
from components.cluster.gke.node_account import NodeAccount
from components.constants.choices import Provisioning
from components.model.gke import NodePool

#: Scopes are the old way to narrow what nodes may do; Google's advice is this one scope, and IAM roles on the nodes'
#: service account (https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice).
NODE_OAUTH_SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)

#: What every node has, whatever pool it is in
#: (https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster).
HARDENED: Final[gcp.container.NodePoolNodeConfigArgsDict] = {
    "shielded_instance_config": {"enable_secure_boot": True, "enable_integrity_monitoring": True},
    "workload_metadata_config": {"mode": "GKE_METADATA"},  # Pods get their own identity and never the node's
    "metadata": {"disable-legacy-endpoints": "true"},
    "kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"},
    "oauth_scopes": list(NODE_OAUTH_SCOPES),
}


def node_pool(
    base: Foundation, pool: NodePool, cluster: gcp.container.Cluster, account: NodeAccount
) -> gcp.container.NodePool:
    """Make a node pool.

    It gets no fixed name in Google Cloud: Pulumi then makes the new pool first where a change needs another pool, and
    deletes the old one, whose Pods GKE drains, only when the new one is there.

    Arguments:
        base: what the cluster's parts are made with.
        pool: the pool.
        cluster: the cluster.
        account: the service account of its nodes.
    """
    args = base.args
    # Only the first size; another one would mean another pool.
    own = pulumi.ResourceOptions(depends_on=[account.granted], ignore_changes=["initialNodeCount"])
    return gcp.container.NodePool(
        f"{base.name}-{pool.name}",
        project=args.project,
        location=args.location,
        cluster=cluster.name,
        node_locations=list(pool.zones) or None,
        # Without a channel the nodes follow the control plane's version; GKE keeps them itself with one.
        version=cluster.master_version if args.version else None,
        node_config=node_config(pool, args.labels, account.email),
        network_config={"enable_private_nodes": args.private_nodes},
        # GKE allows no switching off of either with a release channel.
        management={"auto_repair": True, "auto_upgrade": args.release_channel is not None},
        upgrade_settings={
            "strategy": "SURGE",
            "max_surge": pool.max_surge,
            "max_unavailable": pool.max_unavailable,
        },
        **size(pool),
        opts=pulumi.ResourceOptions.merge(base.options(), own),
    )


def size(pool: NodePool) -> dict[str, Any]:
    """Return the inputs that say how many nodes there are: a number, or limits and the number to begin with."""
    if pool.min_count is None:
        return {"node_count": pool.count}
    return {
        "initial_node_count": max(1, pool.min_count),
        "autoscaling": {"min_node_count": pool.min_count, "max_node_count": pool.max_count},
    }


def node_config(
    pool: NodePool, labels: Mapping[str, str], account: pulumi.Input[str]
) -> gcp.container.NodePoolNodeConfigArgsDict:
    """Return what the nodes of a pool are.

    Arguments:
        pool: the pool.
        labels: labels of the nodes in Google Cloud.
        account: e-mail address of their service account.
    """
    return {
        **HARDENED,
        "service_account": account,
        "machine_type": pool.machine_type,
        "image_type": "COS_CONTAINERD",
        "spot": pool.provisioning is Provisioning.SPOT,
        "preemptible": pool.provisioning is Provisioning.PREEMPTIBLE,
        "disk_type": pool.disk_type,
        "disk_size_gb": pool.disk_gb,
        "labels": dict(pool.labels),
        "resource_labels": dict(labels),
        "taints": [{"key": taint.key, "value": taint.value, "effect": taint.effect.value} for taint in pool.taints],
    }
