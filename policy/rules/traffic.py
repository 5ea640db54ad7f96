"""Rules about what enters the cluster and the mesh, and what may call what."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from pulumi_policy import Severity

from components.constants.choices import ServiceType
from components.constants.names import ISTIO_NAMESPACE, injection_label
from policy.gateway_api import hangs_on, overlays, plain_listeners, redirects_only
from policy.reading import at, entries, mapping, texts
from policy.resource import Resource
from policy.rule import ADVISED_BEYOND_DEV, BEYOND_DEV, EVERYWHERE, PROD_ONLY, ResourceRule, StackRule, kinds

#: Says that a load balancer has an internal address (https://cloud.google.com/kubernetes-engine/docs/how-to/internal-load-balancing).
_INTERNAL: Final = ("networking.gke.io/load-balancer-type", "cloud.google.com/load-balancer-type")


def _source_ranges(service: Resource) -> Iterator[str]:
    annotations = mapping(service.properties, "metadata.annotations")
    internal = any(annotations.get(key) == "Internal" for key in _INTERNAL)
    if at(service.properties, "spec.type") != ServiceType.LOAD_BALANCER or internal:
        return
    if _is_open(service.properties):
        yield f"load balancer '{service.object_name}' takes requests from anywhere"


def _is_open(service: Any) -> bool:
    ranges = texts(service, "spec.loadBalancerSourceRanges")
    return not ranges or "0.0.0.0/0" in ranges


def _entry(resource: Resource) -> Iterator[str]:
    if resource.kind == "kubernetes:Service":
        yield from _source_ranges(resource)
        return
    service = overlays(resource).get("service")
    if at(service, "spec.type") == ServiceType.LOAD_BALANCER and _is_open(service):
        yield f"the Gateway's load balancer that '{resource.object_name}' describes takes requests from anywhere"


def _plain_http(gateway: Resource) -> Iterator[str]:
    for server in entries(gateway.properties, "spec.servers"):
        redirects = at(server, "tls.httpsRedirect") is True
        if at(server, "port.protocol") in ("HTTP", "HTTP2", "GRPC") and not redirects:
            yield f"port {at(server, 'port.number')} takes unencrypted requests and does not redirect them"


def _plain_listeners(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    routes = [each for each in resources if each.kind == "kubernetes:HTTPRoute"]
    for gateway in resources:
        for listener in plain_listeners(gateway) if gateway.kind == "kubernetes:Gateway" else ():
            hanging = [route for route in routes if hangs_on(route, gateway, listener)]
            if not hanging or not all(redirects_only(route) for route in hanging):
                yield gateway, f"listener '{listener}' takes unencrypted requests and does not redirect them"


def _mutual_tls(policy: Resource) -> Iterator[str]:
    modes = {"the workloads": at(policy.properties, "spec.mtls.mode")}
    for port, value in mapping(policy.properties, "spec.portLevelMtls").items():
        modes[f"port {port}"] = at(value, "mode")
    for what, mode in modes.items():
        if mode in ("DISABLE", "PERMISSIVE"):
            yield f"mutual TLS of {what} is {mode}"


def _mesh_wide_mutual_tls(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    strict = any(
        each.kind == "kubernetes:PeerAuthentication"
        and each.namespace == ISTIO_NAMESPACE
        and at(each.properties, "spec.selector") is None
        and at(each.properties, "spec.mtls.mode") == "STRICT"
        for each in resources
    )
    for each in resources:
        if each.kind == "kubernetes:Namespace" and each.object_name == ISTIO_NAMESPACE and not strict:
            yield each, "no PeerAuthentication asks the whole mesh for mutual TLS, so sidecars take plain text too"


def _allow_all(policy: Resource) -> Iterator[str]:
    allows = at(policy.properties, "spec.action") in (None, "ALLOW")
    if allows and any(not rule for rule in entries(policy.properties, "spec.rules")):
        yield f"AuthorizationPolicy '{policy.object_name}' allows every call"


def _deny_by_default(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    denied = {each.namespace for each in resources if _denies_all(each)}
    for namespace in _application_namespaces(resources):
        if not denied & {namespace.object_name, ISTIO_NAMESPACE}:
            yield namespace, "workloads take calls from everybody in the mesh: no AuthorizationPolicy denies by default"


def _network_policies(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    limited = {each.namespace for each in resources if each.kind == "kubernetes:NetworkPolicy"}
    for namespace in _application_namespaces(resources):
        if namespace.object_name not in limited:
            yield namespace, f"no NetworkPolicy limits who reaches the Pods in '{namespace.object_name}'"


def _denies_all(policy: Resource) -> bool:
    spec = mapping(policy.properties, "spec")
    return (
        policy.kind == "kubernetes:AuthorizationPolicy"
        and "selector" not in spec
        and at(spec, "action") in (None, "ALLOW")
        and not entries(spec, "rules")
    )


def _application_namespaces(resources: Sequence[Resource]) -> list[Resource]:
    """Return the namespaces of the stack that have sidecars and Deployments of the stack's own."""
    used = {each.namespace for each in resources if each.kind == "kubernetes:Deployment"}
    namespaces = (each for each in resources if each.kind == "kubernetes:Namespace")
    return [each for each in namespaces if each.object_name in used and _is_injected(each)]


def _is_injected(namespace: Resource) -> bool:
    labels = mapping(namespace.properties, "metadata.labels")
    return injection_label(None).items() <= labels.items() or "istio.io/rev" in labels


RULES: Final = (
    ResourceRule(
        "load-balancer-known-callers",
        "A load balancer takes requests from known networks only.",
        Severity.MEDIUM,
        ADVISED_BEYOND_DEV,
        "name the networks in traced-mesh:gatewaySourceRanges, or leave it as it is for a site that is public",
        kinds("ConfigMap", "Service"),
        _entry,
    ),
    ResourceRule(
        "gateway-encrypted",
        "In prod, a Gateway of Istio's takes encrypted requests only, and redirects all others.",
        Severity.HIGH,
        PROD_ONLY,
        "set traced-mesh:gatewayHosts, and traced-mesh:gatewayCertificateFile, traced-mesh:gatewayCertificateSecret or "
        "traced-mesh:gatewayCertificateIssuer",
        kinds("Gateway"),
        _plain_http,
    ),
    StackRule(
        "listeners-encrypted",
        "In prod, a Gateway of the Gateway API takes encrypted requests only, and redirects all others.",
        Severity.HIGH,
        PROD_ONLY,
        "set traced-mesh:gatewayHosts, and traced-mesh:gatewayCertificateFile, traced-mesh:gatewayCertificateSecret or "
        "traced-mesh:gatewayCertificateIssuer",
        kinds("Gateway", "HTTPRoute"),
        _plain_listeners,
    ),
    ResourceRule(
        "mutual-tls-not-weakened",
        "No PeerAuthentication takes plain text.",
        Severity.HIGH,
        BEYOND_DEV,
        "set its mtls.mode to STRICT",
        kinds("PeerAuthentication"),
        _mutual_tls,
    ),
    StackRule(
        "mutual-tls-everywhere",
        "A PeerAuthentication demands mutual TLS in the whole mesh.",
        Severity.HIGH,
        BEYOND_DEV,
        f"make a PeerAuthentication with mtls.mode STRICT and no selector in namespace {ISTIO_NAMESPACE}",
        kinds("Namespace", "PeerAuthentication"),
        _mesh_wide_mutual_tls,
    ),
    ResourceRule(
        "authorization-not-open",
        "No AuthorizationPolicy allows every call.",
        Severity.HIGH,
        EVERYWHERE,
        "say in its rules who may call what",
        kinds("AuthorizationPolicy"),
        _allow_all,
    ),
    StackRule(
        "authorization-denied-by-default",
        "In each namespace with applications in the mesh, a call that nobody allowed is refused.",
        Severity.HIGH,
        BEYOND_DEV,
        "make an AuthorizationPolicy with an empty spec in that namespace, and one for each call that is allowed",
        kinds("AuthorizationPolicy", "Deployment", "Namespace"),
        _deny_by_default,
    ),
    StackRule(
        "network-policy-present",
        "In each namespace with applications in the mesh, NetworkPolicies limit who reaches Pods past their sidecars.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "make a NetworkPolicy in that namespace",
        kinds("Deployment", "Namespace", "NetworkPolicy"),
        _network_policies,
    ),
)
