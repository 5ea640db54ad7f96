"""Who reaches the Collector, and whom it reaches: spans in from the mesh, spans out to the backend."""

from collections.abc import Mapping, Sequence

from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgs, NetworkPolicyIngressRuleArgs

from components.backends.backend import Backend, google_project
from components.constants.choices import Monitoring
from components.constants.names import COLLECTOR_NAMESPACE, JAEGER_SELECTOR
from components.constants.ports import OTLP_HTTP_PORT, OTLP_PORT, PEERS_PORT
from components.kubernetes.network_policies import (
    NetworkAccess,
    metadata_server,
    namespace,
    namespaces,
    sidecar_egress,
    tcp,
    to_address,
)
from components.tracing.collector.monitoring import scrapers


def collector_access(
    selector: Mapping[str, str],
    backends: Sequence[Backend],
    injection_labels: Sequence[Mapping[str, str]],
    *,
    peers: bool = False,
    monitoring: Monitoring | None = None,
) -> NetworkAccess:
    """Let the Collector's Pods talk to nobody but those that they need.

    In: Pods of namespaces with sidecar injection, on the OTLP ports, and what scrapes the counters. Out: the backends,
    what its sidecar needs, and Google's metadata server where the Collector shows its identity there.

    Arguments:
        selector: labels of the Collector's Pods.
        backends: where the spans go.
        injection_labels: the labels of namespaces with sidecar injection, of which a namespace has one.
        peers: whether they hand spans to one another. Default: no.
        monitoring: what scrapes the counters. Default: nothing.
    """
    ports = [tcp(OTLP_PORT), tcp(OTLP_HTTP_PORT)]
    identity = [metadata_server()] if google_project(backends) else []
    access = NetworkAccess(
        selector,
        ingress=[
            NetworkPolicyIngressRuleArgs(from_=[namespaces(each) for each in injection_labels], ports=ports),
            *([scrapers(monitoring)] if monitoring else []),
        ],
        egress=[*map(_way_out, backends), *identity, *sidecar_egress()],
    )
    return _with_peers(access) if peers else access


def _with_peers(access: NetworkAccess) -> NetworkAccess:
    others, ports = [namespace(COLLECTOR_NAMESPACE, access.selector)], [tcp(PEERS_PORT)]
    return NetworkAccess(
        access.selector,
        [*access.ingress, NetworkPolicyIngressRuleArgs(from_=others, ports=ports)],
        [*(access.egress or ()), NetworkPolicyEgressRuleArgs(to=others, ports=ports)],
    )


def _way_out(backend: Backend) -> NetworkPolicyEgressRuleArgs:
    if backend.in_cluster:
        jaeger = namespace(COLLECTOR_NAMESPACE, JAEGER_SELECTOR)
        return NetworkPolicyEgressRuleArgs(to=[jaeger], ports=[tcp(OTLP_PORT)])
    return to_address(backend.address)
