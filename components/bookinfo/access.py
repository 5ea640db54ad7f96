"""Who may call whom in Bookinfo, said once and held twice: by identity (AuthorizationPolicy) and by network.

Left out on purpose: anything about other applications in the same namespace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
)

from components.kubernetes.authorization import ANY_ACCOUNT, AllowedCall, Authorization, AuthorizationArgs, principal
from components.kubernetes.network_policies import (
    NOTHING,
    NetworkAccess,
    namespace,
    network_policy,
    sidecar_egress,
    tcp,
)
from components.model.bookinfo import APPLICATIONS, DETAILS, LABELS, PORT, PRODUCTPAGE, RATINGS, REVIEWS, account_of

#: Stands for the ingress gateway among the callers. It is whoever is in the gateway's namespace, which is the gateway's
#: alone: while another form of it takes the place of one, both may call.
GATEWAY: Final = "the gateway"

#: Application -> the applications that call it.
CALLERS: Final[Mapping[str, tuple[str, ...]]] = {
    DETAILS: (PRODUCTPAGE,),
    RATINGS: (REVIEWS,),
    REVIEWS: (PRODUCTPAGE,),
    PRODUCTPAGE: (GATEWAY,),
}


@dataclass(frozen=True)
class BookinfoAccessArgs:
    """Arguments of `BookinfoAccess`.

    Arguments:
        namespace: name of Bookinfo's namespace.
        gateway_namespace: name of the ingress gateway's namespace.
        security_api: `apiVersion` of AuthorizationPolicy, for example `security.istio.io/v1`.
        spans: where its sidecars send their spans.
        deny_by_default: whether nothing else in the namespace may call or be called. Default `True`; not for a
            namespace that others use too.
        after: what proves that the validator answers (`Mesh.answering`); NetworkPolicies don't wait. Default: nothing.
    """

    namespace: pulumi.Input[str]
    gateway_namespace: pulumi.Input[str]
    security_api: str
    spans: NetworkPolicyEgressRuleArgs
    deny_by_default: bool = True
    after: Sequence[pulumi.Resource] = ()


class BookinfoAccess(pulumi.ComponentResource):
    """The AuthorizationPolicies and NetworkPolicies of Bookinfo.

    Attributes:
        network: the NetworkPolicies, which Bookinfo's Pods are to wait for.
    """

    network: list[pulumi.Resource]

    def __init__(self, name: str, args: BookinfoAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:bookinfo:BookinfoAccess", name, {}, opts)
        self._args = args
        self.network = [
            network_policy(f"{name}-{policy}", self._metadata(policy), access, pulumi.ResourceOptions(parent=self))
            for policy, access in self._network().items()
        ]
        calls = AuthorizationArgs(
            args.security_api, args.namespace, self._calls(), LABELS, args.deny_by_default, args.after
        )
        Authorization(f"{name}-authorization", calls, pulumi.ResourceOptions(parent=self))
        self.register_outputs({})

    def _metadata(self, name: str) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._args.namespace, labels=LABELS)

    def _calls(self) -> list[AllowedCall]:
        return [
            AllowedCall(callee, {"app": callee}, [PORT], [self._principal(caller) for caller in callers])
            for callee, callers in CALLERS.items()
        ]

    def _principal(self, caller: str) -> pulumi.Output[str]:
        if caller == GATEWAY:
            return principal(self._args.gateway_namespace, ANY_ACCOUNT)
        return principal(self._args.namespace, account_of(caller))

    def _network(self) -> dict[str, NetworkAccess]:
        policies = {application.name: self._access(application.name) for application in APPLICATIONS}
        return {"deny-by-default": NOTHING, **policies} if self._args.deny_by_default else policies

    def _access(self, application: str) -> NetworkAccess:
        callees = [callee for callee, callers in CALLERS.items() if application in callers]
        port = [tcp(PORT)]
        return NetworkAccess(
            {"app": application},
            ingress=[
                NetworkPolicyIngressRuleArgs(from_=[self._peer(caller) for caller in CALLERS[application]], ports=port)
            ],
            egress=[
                *(NetworkPolicyEgressRuleArgs(to=[self._peer(callee)], ports=port) for callee in callees),
                self._args.spans,
                *sidecar_egress(),
            ],
        )

    def _peer(self, application: str) -> NetworkPolicyPeerArgs:
        if application == GATEWAY:
            return namespace(self._args.gateway_namespace)
        return namespace(self._args.namespace, {"app": application})
