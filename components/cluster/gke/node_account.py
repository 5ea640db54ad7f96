"""The service account that a GKE cluster's nodes run as."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import pulumi
import pulumi_gcp as gcp

from components.cluster.gke.apis import IAM, RESOURCE_MANAGER
from components.cluster.gke.foundation import Foundation

#: Logs, metrics and nothing else, by Google's advice
#: (https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster#use_least_privilege_sa).
NODE_ROLE: Final = "roles/container.defaultNodeServiceAccount"

#: Longest id that a service account can have (https://cloud.google.com/iam/docs/service-accounts-create).
_LONGEST_ID: Final = 30


@dataclass(frozen=True)
class NodeAccount:
    """The nodes' service account.

    Arguments:
        email: its e-mail address.
        granted: what gives it its role.
    """

    email: pulumi.Output[str]
    granted: pulumi.Resource


def node_account(base: Foundation) -> NodeAccount:
    """Make the nodes' service account with the one role that nodes need.

    Workloads get rights of their own by Workload Identity, and images from a private registry by a role that the
    registry's owner gives this account.
    """
    args = base.args
    account = gcp.serviceaccount.Account(
        f"{base.name}-node-account",
        account_id=account_id(args.cluster_name),
        project=args.project,
        display_name=f"Nodes of {args.cluster_name}",
        opts=base.options(IAM),
    )
    granted = gcp.projects.IAMMember(
        f"{base.name}-node-role",
        project=args.project,
        role=NODE_ROLE,
        member=pulumi.Output.concat("serviceAccount:", account.email),
        opts=base.options(RESOURCE_MANAGER),
    )
    return NodeAccount(account.email, granted)


def account_id(cluster_name: str) -> str:
    """Return the id of a cluster's node account; a name that is too long is cut, and a digest keeps it its own."""
    ending = "-nodes"
    if len(cluster_name + ending) <= _LONGEST_ID:
        return cluster_name + ending
    ending = f"-{sha256(cluster_name.encode()).hexdigest()[:6]}{ending}"
    return cluster_name[: _LONGEST_ID - len(ending)].rstrip("-") + ending
