"""What `pulumi destroy` meets first in a protected stack.

Pulumi looks at a resource's protection when it comes to deleting it, and it deletes last what was made first: without
a preview, `pulumi destroy` emptied the cluster and deleted its node pools before it refused to delete the cluster.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes


@dataclass(frozen=True)
class DeletionGuardArgs:
    """Arguments of `deletion_guard`.

    Arguments:
        behind: the resources and components; what they depend on is behind it, too.
        charts: the charts among them. What depends on a chart waits for its resources, but Pulumi deletes these
            without regard to it, so they are named one by one. Kinds that pulumi-kubernetes has no class for, such as
            the EnvoyFilters of older Istio charts, are left out: Pulumi hands them over as mere names.
        protect: whether Pulumi refuses to delete it, and so stops before it has deleted anything. It stays where it is
            false: only a resource that exists can be relieved of its protection.
    """

    behind: Sequence[pulumi.Resource]
    charts: Sequence[kubernetes.helm.v4.Chart]
    protect: bool


def deletion_guard(name: str, args: DeletionGuardArgs, opts: pulumi.ResourceOptions) -> pulumi.Stash:
    """Put a resource in front of others that is deleted before any of them. It exists in Pulumi's state only."""

    def everything(rendered: Sequence[Sequence[Any] | None]) -> list[Any]:
        found = [resource for resources in rendered for resource in resources or ()]
        return [*args.behind, *(resource for resource in found if isinstance(resource, pulumi.Resource))]

    depends_on = pulumi.Output.all(*(chart.resources for chart in args.charts)).apply(everything)
    last = pulumi.ResourceOptions(depends_on=depends_on, protect=args.protect)
    return pulumi.Stash(
        name,
        input="pulumi destroy meets this first: see docs/operations.md",
        opts=pulumi.ResourceOptions.merge(opts, last),
    )
