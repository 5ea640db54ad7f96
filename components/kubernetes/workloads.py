"""What the program's own workloads share: hardened Pods, spread over zones and nodes, and a disruption budget."""

from collections.abc import Mapping
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.core.v1 import (
    CapabilitiesArgs,
    PodSecurityContextArgs,
    SeccompProfileArgs,
    SecurityContextArgs,
    TopologySpreadConstraintArgs,
)
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.policy.v1 import PodDisruptionBudgetSpecArgs

#: What Pods are spread over, in this order: Google's zones fail one by one, and so do nodes
#: (https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone).
_SPREAD_OVER: Final = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


def spread(selector: Mapping[str, str]) -> list[TopologySpreadConstraintArgs]:
    """Return the wish for a zone and a node of its own for each Pod; on a cluster with fewer they share.

    Arguments:
        selector: labels of the workload's Pods.
    """
    return [
        TopologySpreadConstraintArgs(
            max_skew=each["maxSkew"],
            topology_key=each["topologyKey"],
            when_unsatisfiable=each["whenUnsatisfiable"],
            label_selector=LabelSelectorArgs(match_labels=selector),
        )
        for each in spread_data(selector)
    ]


def spread_data(selector: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the same as `spread` as plain data, as the API has it."""
    soft = {"maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway", "labelSelector": {"matchLabels": dict(selector)}}
    return [{"topologyKey": key, **soft} for key in _SPREAD_OVER]


def restricted_pod(run_as_non_root: bool | None = None, volume_group: int | None = None) -> PodSecurityContextArgs:
    """Return the security context of a Pod, which its containers, the injected ones too, have in common.

    Arguments:
        run_as_non_root: refuse to run any container as root; `None` (default) leaves that to each of them.
        volume_group: id of the group that may write to the Pod's volumes; `None` (default) leaves them as they are.
    """
    return PodSecurityContextArgs(
        run_as_non_root=run_as_non_root,
        seccomp_profile=SeccompProfileArgs(type="RuntimeDefault"),
        fs_group=volume_group,
    )


def restricted_container(user: int | None = None, *, read_only: bool = True) -> SecurityContextArgs:
    """Return the security context of a container that cannot write to its own image or gain rights.

    It is what the restricted Pod Security Standard asks for
    (https://kubernetes.io/docs/concepts/security/pod-security-standards/).

    Arguments:
        user: id of the user and group to run as; `None` (default) takes the image's own, which must not be root.
        read_only: whether it can't write to its image's files. Default `True`.
    """
    return SecurityContextArgs(
        allow_privilege_escalation=False,
        capabilities=CapabilitiesArgs(drop=["ALL"]),
        privileged=False,
        read_only_root_filesystem=read_only or None,
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
