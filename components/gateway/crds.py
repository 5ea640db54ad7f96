"""The CRDs of the Gateway API, where nobody else looks after them.

Left out on purpose: GKE's own, which GKE installs, and those that somebody else has installed: settings look first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as kubernetes

from components.kubernetes.transforms import CRD, in_turn, keep_definitions, only_on
from components.model.gateway_api import OURS


@dataclass(frozen=True)
class GatewayApiCrdsArgs:
    """Arguments of `GatewayApiCrds`.

    Arguments:
        source: file or address of the CRDs.
        after: what they wait for, such as the right to make CRDs. Default: nothing.
    """

    source: str
    after: Sequence[pulumi.Resource] = ()


class GatewayApiCrds(pulumi.ComponentResource):
    """All of a release's standard channel, marked as this program's, and never deleted: everybody's routes would go."""

    def __init__(self, name: str, args: GatewayApiCrdsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:GatewayApiCrds", name, {}, opts)
        kubernetes.yaml.v2.ConfigFile(
            f"{name}-file",
            file=args.source,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=args.after, transforms=[in_turn(keep_definitions, mark_ours)]
            ),
        )
        self.register_outputs({})


@only_on(CRD)
def mark_ours(args: pulumi.ResourceTransformArgs) -> pulumi.ResourceTransformResult:
    """Say on each CRD that this program has installed it, so that the next run goes on looking after it."""
    metadata = cast("dict[str, Any]", args.props["metadata"])
    labels = cast("dict[str, str]", metadata.get("labels") or {})
    labelled = {**metadata, "labels": {**labels, **OURS}}
    return pulumi.ResourceTransformResult(props={**args.props, "metadata": labelled}, opts=args.opts)
