"""Who reaches the ingress gateway, and whom it reaches: anybody on its ports, and the mesh behind it.

Left out on purpose: hosts outside the mesh behind a gateway, which a team admits with a NetworkPolicy of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgs, NetworkPolicyIngressRuleArgs

from components.constants.ports import STATUS_PORT
from components.gateway.entry import POD_PORTS
from components.kubernetes.authorization import AllowedCall, Authorization, AuthorizationArgs
from components.kubernetes.network_policies import (
    NOTHING,
    NetworkAccess,
    namespaces,
    network_policy,
    sidecar_egress,
    tcp,
)
from components.kubernetes.objects import recommended_labels
from components.model.gateway import GatewayForm


@dataclass(frozen=True)
class GatewayAccessArgs:
    """Arguments of `GatewayAccess`.

    Arguments:
        form: what its objects are called, and its Pods' labels.
        namespace: name of the gateway's namespace.
        injection_labels: the labels of namespaces with sidecar injection, of which a namespace has one.
        security_api: `apiVersion` of AuthorizationPolicy, for example `security.istio.io/v1`.
        spans: where the gateway sends its spans.
        after: what proves that the validator answers (`Mesh.answering`); NetworkPolicies don't wait. Default: nothing.
    """

    form: GatewayForm
    namespace: pulumi.Input[str]
    injection_labels: Sequence[Mapping[str, str]]
    security_api: str
    spans: NetworkPolicyEgressRuleArgs
    after: Sequence[pulumi.Resource] = ()


class GatewayAccess(pulumi.ComponentResource):
    """The AuthorizationPolicies and NetworkPolicies of the ingress gateway's namespace.

    Those of each form have names of their own, so that both stand while one takes the other's place.

    Attributes:
        network: the NetworkPolicies, which the gateway's Pods are to wait for.
    """

    network: list[pulumi.Resource]

    def __init__(self, name: str, args: GatewayAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:GatewayAccess", name, {}, opts)
        form = args.form
        labels = recommended_labels(form.name, part_of="traced-mesh", component="gateway")
        self.network = [
            network_policy(
                f"{name}-{policy}",
                ObjectMetaArgs(name=policy, namespace=args.namespace, labels=labels),
                access,
                pulumi.ResourceOptions(parent=self),
            )
            for policy, access in {"deny-by-default": NOTHING, form.name: gateway_access(args)}.items()
        ]
        world = AllowedCall(form.name, form.selector, POD_PORTS, principals=None)
        calls = AuthorizationArgs(args.security_api, args.namespace, [world], labels, after=args.after)
        Authorization(f"{name}-authorization", calls, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})


def gateway_access(args: GatewayAccessArgs) -> NetworkAccess:
    """Return what the gateway's NetworkPolicy allows.

    In: anybody; which addresses may come is the load balancer's to say, since a NetworkPolicy sees a node's address
    where the load balancer's packets are passed on by another node. Out: the mesh on any port.
    """
    return NetworkAccess(
        args.form.selector,
        ingress=[NetworkPolicyIngressRuleArgs(ports=[tcp(port) for port in (*POD_PORTS, STATUS_PORT)])],
        egress=[
            NetworkPolicyEgressRuleArgs(to=[namespaces(each) for each in args.injection_labels]),
            args.spans,
            *sidecar_egress(),
        ],
    )
