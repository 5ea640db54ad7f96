"""NetworkPolicies from a table of who reaches a workload and whom it reaches; what is not named does not pass.

The kubelet's probes always pass (https://kubernetes.io/docs/concepts/services-networking/network-policies/). A
NetworkPolicy sees the address and port of a Pod and never those of the Service before it, and mutual TLS travels on the
application's own port. Left out on purpose: monitoring, which a team admits with a NetworkPolicy of its own: they add
up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import (
    IPBlockArgs,
    NetworkPolicyEgressRuleArgs,
    NetworkPolicyIngressRuleArgs,
    NetworkPolicyPeerArgs,
    NetworkPolicyPortArgs,
    NetworkPolicySpecArgs,
)

from components.backends.address import BackendAddress
from components.constants.names import ISTIO_NAMESPACE, METADATA_HOST
from components.constants.ports import ISTIOD_PORT, METADATA_PORT

DNS_PORT: Final = 53

#: Label with a namespace's own name, on every namespace of Kubernetes >= 1.22
#: (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name).
_NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class NetworkAccess:
    """Who reaches a workload, and whom it reaches.

    Arguments:
        selector: labels of its Pods; empty is every Pod of the namespace.
        ingress: who reaches it.
        egress: whom it reaches; `None` leaves that open.
    """

    selector: Mapping[str, str]
    ingress: Sequence[NetworkPolicyIngressRuleArgs]
    egress: Sequence[NetworkPolicyEgressRuleArgs] | None


#: Nobody reaches anybody; what other NetworkPolicies allow is added to that.
NOTHING: Final = NetworkAccess({}, [], [])


def network_policy(
    resource_name: str, metadata: ObjectMetaArgs, access: NetworkAccess, opts: pulumi.ResourceOptions
) -> kubernetes.networking.v1.NetworkPolicy:
    """Make the NetworkPolicy that allows `access` and nothing else.

    Arguments:
        resource_name: the Pulumi resource's name.
        metadata: the object's metadata: name, namespace, labels.
        access: what is allowed.
        opts: options of the resource.
    """
    return kubernetes.networking.v1.NetworkPolicy(
        resource_name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=LabelSelectorArgs(match_labels=access.selector),
            policy_types=["Ingress"] if access.egress is None else ["Ingress", "Egress"],
            ingress=list(access.ingress),
            egress=None if access.egress is None else list(access.egress),
        ),
        opts=opts,
    )


def sidecar_egress() -> list[NetworkPolicyEgressRuleArgs]:
    """Return what every Pod with a sidecar needs: DNS and istiod.

    DNS goes to any address: it may be a Service, GKE's NodeLocal DNSCache, which is a Pod of the host's network on a
    link-local address or behind Dataplane V2's own redirection, or the metadata server
    (https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache).
    """
    return [
        NetworkPolicyEgressRuleArgs(ports=[NetworkPolicyPortArgs(protocol="UDP", port=DNS_PORT), tcp(DNS_PORT)]),
        NetworkPolicyEgressRuleArgs(to=[namespace(ISTIO_NAMESPACE)], ports=[tcp(ISTIOD_PORT)]),
    ]


def metadata_server() -> NetworkPolicyEgressRuleArgs:
    """Return the way to GKE's metadata server, which gives Pods their identity in Google Cloud.

    With Dataplane V2, which our clusters have, the policy sees the address that Pods ask, and not the one of the node's
    own server behind it (https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy; tried out in
    github.com/gke-labs/kube-agents, pull requests 777 and 805).
    """
    return to_address(BackendAddress(METADATA_HOST, METADATA_PORT))


def to_address(address: BackendAddress) -> NetworkPolicyEgressRuleArgs:
    """Return the way out to a host and port.

    A NetworkPolicy knows no host names: only where the host is an IP address is the way limited to it, otherwise any
    address is open on that port. A host in the same cluster is reached by its Service's name, and only if its Pods
    listen on the Service's port.
    """
    return NetworkPolicyEgressRuleArgs(to=_host(address.host), ports=[tcp(address.port)])


def namespace(name: pulumi.Input[str], pods: Mapping[str, str] | None = None) -> NetworkPolicyPeerArgs:
    """Return the Pods of a namespace as a peer; `pods` are the labels of those that are meant, all by default."""
    return NetworkPolicyPeerArgs(
        namespace_selector=LabelSelectorArgs(match_labels={_NAMESPACE_NAME: name}),
        pod_selector=LabelSelectorArgs(match_labels=pods) if pods else None,
    )


def namespaces(labels: Mapping[str, str]) -> NetworkPolicyPeerArgs:
    """Return the Pods of all namespaces with these labels as a peer."""
    return NetworkPolicyPeerArgs(namespace_selector=LabelSelectorArgs(match_labels=labels))


def tcp(port: int) -> NetworkPolicyPortArgs:
    """Return a TCP port."""
    return NetworkPolicyPortArgs(protocol="TCP", port=port)


def _host(host: str) -> list[NetworkPolicyPeerArgs] | None:
    """Return the peer of an IP address, or `None`, which is any peer, for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return [NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=f"{address}/{address.max_prefixlen}"))]
