"""A cluster that exists already: kind, minikube, the sandbox, or any other that a kubeconfig reaches.

Left out on purpose: anything about the cluster itself. It is neither made, changed nor removed.
"""

from dataclasses import dataclass

import pulumi

from components.cluster.handle import ClusterHandle, ProviderArgs, cluster_admin, kubernetes_provider
from components.model.subject import Subject


@dataclass(frozen=True)
class ExistingClusterArgs:
    """Arguments of `ExistingCluster`.

    Arguments:
        cluster_name: what to call the cluster; another name means another cluster, and everything is made anew there.
        kubeconfig: contents of a kubeconfig.
        context: the context to use in it; `None` (default) is its current one.
        admin: user to bind to `cluster-admin`; `None` (default) makes no binding.
    """

    cluster_name: str
    kubeconfig: str
    context: str | None = None
    admin: Subject | None = None


class ExistingCluster(pulumi.ComponentResource):
    """The Kubernetes provider for an existing cluster, and the admin binding if one is asked for.

    Attributes:
        handle: what the rest of the environment uses.
    """

    handle: ClusterHandle

    def __init__(self, name: str, args: ExistingClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:cluster:ExistingCluster", name, {}, opts)
        access = ProviderArgs(args.kubeconfig, f"existing/{args.cluster_name}", args.context)
        provider = kubernetes_provider(f"{name}-kubernetes", access, pulumi.ResourceOptions(parent=self))
        in_cluster = pulumi.ResourceOptions(parent=self, provider=provider)
        self.handle = ClusterHandle(
            name=pulumi.Output.from_input(args.cluster_name),
            kubeconfig=pulumi.Output.secret(args.kubeconfig),
            provider=provider,
            ready=[cluster_admin(f"{name}-admin", args.admin, in_cluster)] if args.admin else [],
        )
        self.register_outputs({"name": self.handle.name})
