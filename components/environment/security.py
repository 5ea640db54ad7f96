"""Who may talk to whom in the mesh: mutual TLS everywhere, and only the calls that the program's own parts need.

Left out on purpose: namespaces that belong to others (`injectedNamespaces`), whose owners write their own policies; the
Collector's and istiod's policies, which are made beside them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgs

from components.backends.address import BackendAddress
from components.bookinfo.access import BookinfoAccess, BookinfoAccessArgs
from components.constants.choices import MutualTlsMode
from components.constants.names import COLLECTOR_NAMESPACE
from components.constants.names import COLLECTOR_SELECTOR as COLLECTOR
from components.constants.ports import OTLP_PORT
from components.gateway.access import GatewayAccess, GatewayAccessArgs
from components.kubernetes.network_policies import namespace, tcp, to_address
from components.mesh.mutual_tls import MutualTls, MutualTlsArgs
from components.model.gateway import GatewayForm
from components.tracing.plan import TracingPlan


@dataclass(frozen=True)
class SecurityArgs:
    """Arguments of `Security`.

    Arguments:
        tracing: how the environment traces: the Istio version decides the resources, the mode where spans go.
        mutual_tls: what sidecars take in.
        injection_labels: the labels of namespaces with sidecar injection, of which a namespace has one.
        form: what the ingress gateway's objects are called, and its Pods' labels.
        gateway: name of the ingress gateway's namespace.
        bookinfo: name of Bookinfo's namespace; `None` without Bookinfo.
        bookinfo_is_alone: whether nobody else uses that namespace.
        after: what proves that the validator answers (`Mesh.answering`); NetworkPolicies don't wait. Default: nothing.
    """

    tracing: TracingPlan
    mutual_tls: MutualTlsMode
    injection_labels: Sequence[Mapping[str, str]]
    form: GatewayForm
    gateway: pulumi.Input[str]
    bookinfo: pulumi.Input[str] | None
    bookinfo_is_alone: bool
    after: Sequence[pulumi.Resource] = ()


class Security(pulumi.ComponentResource):
    """Mutual TLS, and AuthorizationPolicies and NetworkPolicies of the gateway and of Bookinfo.

    Arguments:
        name: the component's name.
        args: see `SecurityArgs`.
        opts: Pulumi's resource options.

    Attributes:
        gateway_network: the gateway's NetworkPolicies, for its Pods to wait for.
        bookinfo_network: Bookinfo's NetworkPolicies, for its Pods to wait for.
    """

    gateway_network: list[pulumi.Resource]
    bookinfo_network: list[pulumi.Resource]

    def __init__(self, name: str, args: SecurityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:security:Security", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        api, spans = args.tracing.row.security_api, spans_egress(args.tracing.satellites)
        after = args.after
        MutualTls(f"{name}-mutual-tls", MutualTlsArgs(args.mutual_tls, api, after), child)
        gateway = GatewayAccessArgs(args.form, args.gateway, args.injection_labels, api, spans, after)
        self.gateway_network = GatewayAccess(f"{name}-gateway", gateway, child).network
        self.bookinfo_network = []
        if args.bookinfo is not None:
            bookinfo = BookinfoAccessArgs(args.bookinfo, args.gateway, api, spans, args.bookinfo_is_alone, after)
            self.bookinfo_network = BookinfoAccess(f"{name}-bookinfo", bookinfo, child).network
        self.register_outputs({})


def spans_egress(satellites: BackendAddress | None) -> NetworkPolicyEgressRuleArgs:
    """Return the way of a sidecar's spans: to the satellites, or where there are none to the Collector."""
    if satellites is not None:
        return to_address(satellites)
    return NetworkPolicyEgressRuleArgs(to=[namespace(COLLECTOR_NAMESPACE, COLLECTOR)], ports=[tcp(OTLP_PORT)])
