"""A GKE cluster as Google's own hardened modules make it, with node pools, network and node account of its own.

Left out on purpose: Shared VPC, the Cloud KMS key and its IAM, and a bastion. Who reaches the control plane by a
private address runs Pulumi inside the network.
"""

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import (
    BINARY_AUTHORIZATION,
    CLOUD_TRACE,
    COMPUTE,
    CONTAINER,
    IAM,
    RESOURCE_MANAGER,
    TELEMETRY,
    Apis,
    enable_apis,
)
from components.cluster.gke.control_plane import control_plane
from components.cluster.gke.foundation import Foundation
from components.cluster.gke.kubeconfig import cluster_kubeconfig
from components.cluster.gke.network import cluster_network, webhook_firewall
from components.cluster.gke.node_account import node_account
from components.cluster.gke.node_pools import node_pool
from components.cluster.gke.trace_writer import trace_writer
from components.cluster.handle import ClusterHandle, ProviderArgs, cluster_admin, kubernetes_provider
from components.model.gke import GkeClusterArgs
from components.model.subject import Subject


class GkeCluster(pulumi.ComponentResource):
    """A GKE cluster and everything that it stands on, the Kubernetes provider for it, and the admin binding.

    Attributes:
        handle: what the rest of the environment uses.
    """

    handle: ClusterHandle

    def __init__(self, name: str, args: GkeClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:cluster:GkeCluster", name, {}, opts)
        apis = enable_apis(name, args.project, needed_apis(args), self) if args.enable_apis else Apis()
        foundation = Foundation(name, args, apis, self)
        network = cluster_network(foundation)
        account = node_account(foundation)
        cluster = control_plane(foundation, network, account)
        pools = [node_pool(foundation, pool, cluster, account) for pool in args.node_pools]
        writer = [trace_writer(foundation, args.trace_writer, cluster)] if args.trace_writer else []
        firewall = [webhook_firewall(foundation, network, account.email)] if args.private_nodes else []
        kubeconfig = cluster_kubeconfig(cluster, args.access)
        access = ProviderArgs(kubeconfig, f"gke/{args.project}/{args.location}/{args.cluster_name}")
        provider = kubernetes_provider(f"{name}-kubernetes", access, pulumi.ResourceOptions(parent=self))
        in_cluster = pulumi.ResourceOptions(parent=self, provider=provider)
        admin = cluster_admin(f"{name}-admin", args.admin or _installing_user(), in_cluster)
        self.handle = ClusterHandle(
            cluster.name,
            kubeconfig,
            provider,
            ready=[admin],
            runs_pods=[*pools, *network.ready, *firewall],
            takes_traces=writer,
        )
        self.register_outputs({"name": self.handle.name})


def needed_apis(args: GkeClusterArgs) -> list[str]:
    """Return the APIs that the cluster needs."""
    binary_authorization = [BINARY_AUTHORIZATION] if args.binary_authorization else []
    traces = [TELEMETRY, CLOUD_TRACE] if args.trace_writer else []
    return [COMPUTE, CONTAINER, IAM, RESOURCE_MANAGER, *binary_authorization, *traces]


def _installing_user() -> Subject:
    return Subject("User", gcp.organizations.get_client_open_id_user_info_output().email)
