"""Where requests enter: the ingress gateway's address from outside, read off its Service."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.constants.choices import ServiceType

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443

#: Where the Pods take requests: unprivileged ports, HTTP and HTTPS, as in Istio's own ingress gateway.
POD_PORTS: Final = (8080, 8443)


@dataclass(frozen=True)
class GatewayEntry:
    """How the gateway is reached from outside.

    Arguments:
        host: its address, an IP address or a host name.
        port: TCP port of HTTP there, or of HTTPS where it serves that.
        url: `http[s]://<host>[:<port>]`, the port left out where it is the scheme's own.
    """

    host: pulumi.Output[str]
    port: pulumi.Output[int]
    url: pulumi.Output[str]


@dataclass(frozen=True)
class GatewayArgs:
    """Arguments of `IngressGateway` and `ApiGateway`: how many Pods, and how they are reached.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        replicas: number of Pods; from 2 on with a disruption budget. Default 2.
        service_type: how it is reached. Default a load balancer.
        node_address: host name or IP address of a node; needed for, and only used by, `NODE_PORT`.
        revision: control plane revision that looks after it; `None` (default) is the default one.
        load_balancer_address: IPv4 address of the load balancer, reserved beforehand; `None` (default): any.
        source_ranges: networks from which the load balancer takes requests, in CIDR notation. Default: everywhere.
        named_host: the DNS name by which it is called; `None` (default): its address.
        tls: whether it serves HTTPS, which is where its URL leads then. Default `False`.
        after: what its Pods wait for: the proof that the control plane answers (`Mesh.answering`), and NetworkPolicies.
            Default: nothing.
    """

    namespace: pulumi.Input[str]
    replicas: int = 2
    service_type: ServiceType = ServiceType.LOAD_BALANCER
    node_address: str | None = None
    revision: str | None = None
    load_balancer_address: str | None = None
    source_ranges: Sequence[str] = ()
    named_host: str | None = None
    tls: bool = False
    after: Sequence[pulumi.Resource] = ()


def gateway_entry(service: kubernetes.core.v1.Service, args: GatewayArgs) -> GatewayEntry:
    """Return how a gateway is reached whose Service is `service`."""
    port = HTTPS_PORT if args.tls else HTTP_PORT
    if args.service_type is ServiceType.NODE_PORT:
        on_nodes = service.spec.ports.apply(lambda ports: _node_port(ports, port))
        return _entry(pulumi.Output.from_input(args.node_address or ""), on_nodes, args)
    # One of the two is set, as the cloud prefers; the Service is awaited until one of them is.
    host = service.status.load_balancer.ingress[0].apply(lambda it: it.ip or it.hostname or "")
    return _entry(host, pulumi.Output.from_input(port), args)


def _entry(host: pulumi.Output[str], port: pulumi.Output[int], args: GatewayArgs) -> GatewayEntry:
    url = pulumi.Output.all(host, port).apply(lambda it: entry_url(args.named_host or it[0], it[1], tls=args.tls))
    return GatewayEntry(host, port, url)


def _node_port(ports: Sequence[Any], entry: int) -> int:
    return next(int(port.node_port or 0) for port in ports if port.port == entry)


def entry_url(host: str, port: int, *, tls: bool) -> str:
    """Return `http[s]://<host>[:<port>]`, without the scheme's own port; an IPv6 address is put in brackets."""
    bracketed = f"[{host}]" if ":" in host else host
    scheme, usual = ("https", HTTPS_PORT) if tls else ("http", HTTP_PORT)
    return f"{scheme}://{bracketed}" if port == usual else f"{scheme}://{bracketed}:{port}"
