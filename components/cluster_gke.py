"""A GKE cluster with one node pool of its own.

Left out on purpose: networks, Cloud NAT and hardening beyond GKE's defaults; the cluster stands on the project's
default network.
"""

from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_gcp as gcp
import yaml

from components.choices import Provisioning, ReleaseChannel
from components.cluster import ClusterHandle, cluster_admin, kubernetes_provider

#: Scopes are the old way to narrow what nodes may do; Google's advice is this one scope, and IAM roles on the nodes'
#: service account (https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice).
NODE_OAUTH_SCOPES: Final = ("https://www.googleapis.com/auth/cloud-platform",)


@dataclass(frozen=True)
class GkeClusterArgs:
    """Arguments of `GkeCluster`.

    Arguments:
        cluster_name: the cluster's name in Google Cloud.
        project: the Google Cloud project's id.
        zone: the zone of the control plane and the nodes, for example `us-central1-a`.
        release_channel: the channel that keeps the version; `None` if `version` is set.
        version: exact version or `latest`, kept by hand; `None` if a channel keeps it.
        machine_type: the nodes' machine type.
        node_count: number of nodes.
        provisioning: how Google provides the nodes.
        admin: e-mail address that gets `cluster-admin`; `None` (default) takes whoever runs Pulumi.
    """

    cluster_name: str
    project: str
    zone: str
    release_channel: ReleaseChannel | None
    version: str | None
    machine_type: str
    node_count: int
    provisioning: Provisioning = Provisioning.STANDARD
    admin: str | None = None


class GkeCluster(pulumi.ComponentResource):
    """Cluster, node pool, the Kubernetes provider for it, and the admin binding for the installing user.

    Attributes:
        handle: what the rest of the environment uses.
    """

    handle: ClusterHandle

    def __init__(self, name: str, args: GkeClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:cluster:GkeCluster", name, {}, opts)
        cluster = self._cluster(name, args)
        nodes = self._node_pool(name, args, cluster)
        kubeconfig = self._kubeconfig(cluster)
        provider = kubernetes_provider(
            f"{name}-kubernetes",
            kubeconfig=kubeconfig,
            context=None,
            cluster_identifier=f"gke/{args.project}/{args.zone}/{args.cluster_name}",
            opts=pulumi.ResourceOptions(parent=self),
        )
        admin = cluster_admin(f"{name}-admin", args.admin or _installing_user(), provider, self)
        self.handle = ClusterHandle(cluster.name, kubeconfig, provider, ready=[nodes, admin])
        self.register_outputs({"name": self.handle.name})

    def _cluster(self, name: str, args: GkeClusterArgs) -> gcp.container.Cluster:
        return gcp.container.Cluster(
            f"{name}-cluster",
            name=args.cluster_name,
            project=args.project,
            location=args.zone,
            release_channel={"channel": args.release_channel.value if args.release_channel else "UNSPECIFIED"},
            min_master_version=args.version,
            # Google makes a cluster only with a node pool; the first one goes at once, for one that can be changed.
            remove_default_node_pool=True,
            initial_node_count=1,
            deletion_protection=False,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _node_pool(self, name: str, args: GkeClusterArgs, cluster: gcp.container.Cluster) -> gcp.container.NodePool:
        return gcp.container.NodePool(
            f"{name}-nodes",
            name="nodes",
            project=args.project,
            location=args.zone,
            cluster=cluster.name,
            # Without a channel the nodes follow the control plane's version; GKE keeps them itself with one.
            version=cluster.master_version if args.version else None,
            node_count=args.node_count,
            node_config={
                "machine_type": args.machine_type,
                "spot": args.provisioning is Provisioning.SPOT,
                "preemptible": args.provisioning is Provisioning.PREEMPTIBLE,
                "oauth_scopes": list(NODE_OAUTH_SCOPES),
            },
            # GKE allows no switching off of either with a release channel.
            management={"auto_repair": True, "auto_upgrade": args.release_channel is not None},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _kubeconfig(self, cluster: gcp.container.Cluster) -> pulumi.Output[str]:
        parts = pulumi.Output.all(
            name=cluster.name, endpoint=cluster.endpoint, ca=cluster.master_auth.cluster_ca_certificate
        )
        return pulumi.Output.secret(parts.apply(lambda it: yaml.safe_dump(kubeconfig(**it))))


def kubeconfig(*, name: str, endpoint: str, ca: str) -> dict[str, Any]:
    """Return a kubeconfig for a GKE cluster that asks `gke-gcloud-auth-plugin` for credentials.

    It holds no credential itself. Source of its form:
    https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl

    Arguments:
        name: the cluster's name; also the context's and the user's.
        endpoint: IP address or host name of the control plane.
        ca: the cluster's CA certificate, base64 of PEM.
    """
    plugin = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "gke-gcloud-auth-plugin",
        "installHint": "Install gke-gcloud-auth-plugin: gcloud components install gke-gcloud-auth-plugin",
        "interactiveMode": "IfAvailable",
        "provideClusterInfo": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": name, "cluster": {"server": f"https://{endpoint}", "certificate-authority-data": ca}},
        ],
        "users": [{"name": name, "user": {"exec": plugin}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }


def _installing_user() -> pulumi.Output[str]:
    return gcp.organizations.get_client_open_id_user_info_output().email
