"""What an environment needs of its cluster, whatever kind it is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.model.subject import Subject


@dataclass(frozen=True)
class ClusterHandle:
    """A cluster that resources can be made in.

    Arguments:
        name: the cluster's name.
        kubeconfig: a kubeconfig for it, a secret.
        provider: the Kubernetes provider that reaches it.
        ready: resources to depend on before anything is made in the cluster, such as the admin binding.
        runs_pods: resources to depend on before Pods are made, such as the nodes.
        takes_traces: resources to depend on before spans are sent to a backend of the cluster's own cloud, which would
            refuse them for good: the role of whoever sends.
    """

    name: pulumi.Output[str]
    kubeconfig: pulumi.Output[str]
    provider: kubernetes.Provider
    ready: Sequence[pulumi.Resource] = field(default_factory=list[pulumi.Resource])
    runs_pods: Sequence[pulumi.Resource] = field(default_factory=list[pulumi.Resource])
    takes_traces: Sequence[pulumi.Resource] = field(default_factory=list[pulumi.Resource])


@dataclass(frozen=True)
class ProviderArgs:
    """Arguments of `kubernetes_provider`.

    Arguments:
        kubeconfig: the kubeconfig's contents.
        cluster_identifier: names the cluster among all that the stack may ever point at.
        context: the context to use; `None` (default) takes the kubeconfig's current one.
    """

    kubeconfig: pulumi.Input[str]
    cluster_identifier: str
    context: str | None = None


def kubernetes_provider(name: str, args: ProviderArgs, opts: pulumi.ResourceOptions) -> kubernetes.Provider:
    """Return the provider for one cluster.

    It stays the same resource when credentials change: only another `cluster_identifier` means another cluster, and
    only that replaces what was made there.
    """
    return kubernetes.Provider(
        name,
        kubeconfig=pulumi.Output.secret(args.kubeconfig),
        context=args.context,
        cluster_identifier=args.cluster_identifier,
        # Otherwise a changed one is deleted and made anew, and in between istiod has no mesh configuration and starting
        # Pods find no CA.
        enable_config_map_mutable=True,
        enable_secret_mutable=True,
        opts=opts,
    )


def cluster_admin(name: str, subject: Subject, opts: pulumi.ResourceOptions) -> kubernetes.rbac.v1.ClusterRoleBinding:
    """Give somebody `cluster-admin`, which Istio's RBAC objects can't be made without.

    Arguments:
        name: the Pulumi resource's name.
        subject: who gets it.
        opts: options of the resource, the cluster's provider among them.
    """
    return kubernetes.rbac.v1.ClusterRoleBinding(
        name,
        metadata={"name": "traced-mesh-cluster-admin"},
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        subjects=[
            kubernetes.rbac.v1.SubjectArgs(
                api_group=None if subject.namespace else "rbac.authorization.k8s.io",
                kind=subject.kind,
                name=subject.name,
                namespace=subject.namespace,
            )
        ],
        opts=opts,
    )
