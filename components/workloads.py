"""What the program's own workloads share: a hardened container, and a disruption budget."""

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import CapabilitiesArgs, SecurityContextArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudgetSpecArgs


def restricted_container(user: int | None = None) -> SecurityContextArgs:
    """Return the security context of a container that cannot write to its own image or gain rights.

    It is what the restricted Pod Security Standard asks for
    (https://kubernetes.io/docs/concepts/security/pod-security-standards/).

    Arguments:
        user: id of the user and group to run as; `None` (default) takes the image's own, which must not be root.
    """
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
        privileged=False,
        read_only_root_filesystem=True,
        run_as_non_root=True,
        run_as_user=user,
        run_as_group=user,
    )


def disruption_budget(
    name: str,
    metadata: ObjectMetaArgs,
    selector: dict[str, str],
    replicas: int,
    opts: pulumi.ResourceOptions,
) -> None:
    """Keep one Pod of a workload up while nodes are drained, if it has more than one.

    With a single replica a budget would only block every drain, so none is made.

    Arguments:
        name: the Pulumi resource's name.
        metadata: the object's metadata: name, namespace, labels.
        selector: labels of the workload's Pods.
        replicas: how many Pods the workload has.
        opts: options of the resource.
    """
    if replicas < 2:
        return
    kubernetes.policy.v1.PodDisruptionBudget(
        name,
        metadata=metadata,
        spec=PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=LabelSelectorArgs(match_labels=selector)),
        opts=opts,
    )
