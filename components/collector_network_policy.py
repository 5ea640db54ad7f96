"""The Collector's NetworkPolicy: spans in from the mesh, spans out to the backend, and what its sidecar needs.

Left out on purpose: the kubelet's probes, which NetworkPolicies always let through
(https://kubernetes.io/docs/concepts/services-networking/network-policies/), and monitoring, which a team admits with a
NetworkPolicy of its own: they add up.
"""

from collections.abc import Mapping
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

from components.chart_values import ISTIO_NAMESPACE
from components.collector_configuration import OTLP_PORT
from components.configuration.addresses import BackendAddress

DNS_PORT: Final = 53

#: Where istiod hands certificates and configuration to sidecars
#: (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio).
ISTIOD_PORT: Final = 15012

#: Label with a namespace's own name, on every namespace of Kubernetes >= 1.22
#: (https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name).
_NAMESPACE_NAME: Final = "kubernetes.io/metadata.name"


def network_policy(
    resource_name: str,
    metadata: ObjectMetaArgs,
    selector: Mapping[str, str],
    backend: BackendAddress,
    injection_label: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> kubernetes.networking.v1.NetworkPolicy:
    """Let the Collector's Pods talk to nobody but those that they need.

    In: Pods of namespaces with sidecar injection, on the OTLP port. Out: the backend's port, DNS, and istiod, because
    the Collector has a sidecar. A NetworkPolicy knows no host names: only where the backend's host is an IP address is
    the way out limited to it, otherwise any address is open on the backend's port. And it sees the address and port of
    a Pod, not those of the Service before it: a backend in the same cluster is reached by its Service's name, and only
    if its Pods listen on the Service's port.

    Arguments:
        resource_name: the Pulumi resource's name.
        metadata: the object's metadata: name, namespace, labels.
        selector: labels of the Collector's Pods.
        backend: where the spans go.
        injection_label: the label of namespaces with sidecar injection (`namespaces.injection_label`).
        opts: options of the resource.
    """
    return kubernetes.networking.v1.NetworkPolicy(
        resource_name,
        metadata=metadata,
        spec=NetworkPolicySpecArgs(
            pod_selector=LabelSelectorArgs(match_labels=selector),
            policy_types=["Ingress", "Egress"],
            ingress=[NetworkPolicyIngressRuleArgs(from_=[_namespaces(injection_label)], ports=[_tcp(OTLP_PORT)])],
            egress=[
                NetworkPolicyEgressRuleArgs(to=_host(backend.host), ports=[_tcp(backend.port)]),
                # To any address: DNS may be a Service, a cache on the node or, on GKE, the metadata server.
                NetworkPolicyEgressRuleArgs(
                    ports=[NetworkPolicyPortArgs(protocol="UDP", port=DNS_PORT), _tcp(DNS_PORT)]
                ),
                NetworkPolicyEgressRuleArgs(
                    to=[_namespaces({_NAMESPACE_NAME: ISTIO_NAMESPACE})], ports=[_tcp(ISTIOD_PORT)]
                ),
            ],
        ),
        opts=opts,
    )


def _host(host: str) -> list[NetworkPolicyPeerArgs] | None:
    """Return the peer of an IP address, or `None`, which is any peer, for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return [NetworkPolicyPeerArgs(ip_block=IPBlockArgs(cidr=f"{address}/{address.max_prefixlen}"))]


def _namespaces(labels: Mapping[str, str]) -> NetworkPolicyPeerArgs:
    return NetworkPolicyPeerArgs(namespace_selector=LabelSelectorArgs(match_labels=labels))


def _tcp(port: int) -> NetworkPolicyPortArgs:
    return NetworkPolicyPortArgs(protocol="TCP", port=port)
