"""The way from the ingress gateway to Bookinfo, in either of the gateway's forms: pure functions on plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.constants.names import GATEWAY_SELECTOR
from components.gateway.listeners import parents, route_hosts
from components.gateway.servers import gateway_servers
from components.kubernetes.istio_objects import IstioObject
from components.kubernetes.objects import wait_for
from components.model.bookinfo import LABELS, PAGE, PORT, PRODUCTPAGE
from components.model.gateway_api import API

#: Which Pods Istio's Gateway of Bookinfo configures, as in Istio's own manifest.
CONFIGURED_PODS: Final = {"istio": GATEWAY_SELECTOR["istio"]}

#: Paths that are sent to productpage, and whether what lies below each is too.
ROUTES: Final = ((PAGE, False), ("/static", True), ("/login", False), ("/logout", False), ("/api/v1/products", True))

#: Until istiod has taken the route up.
_ACCEPTED: Final = wait_for(".status.parents[0].conditions[?(@.type=='Accepted')].status", "True")


@dataclass(frozen=True)
class IstioRoute:
    """By Istio's Gateway and VirtualService.

    Arguments:
        networking_api: their `apiVersion`. Default `networking.istio.io/v1`.
        hosts: hosts for which Bookinfo is served. Default: every host.
        certificate: name of a TLS Secret in the gateway's namespace, with which it is served by HTTPS, and HTTP is
            redirected there; `None` (default): by HTTP.
    """

    networking_api: str = "networking.istio.io/v1"
    hosts: Sequence[str] = ("*",)
    certificate: str | None = None

    def objects(self, namespace: pulumi.Input[str]) -> dict[str, IstioObject]:
        """Return the end of each resource's name, and the object, in the order of making."""
        hosts, servers = list(self.hosts), gateway_servers(self.hosts, self.certificate)
        rule = {
            "match": [{"uri": {"prefix" if below else "exact": path}} for path, below in ROUTES],
            "route": [{"destination": {"host": PRODUCTPAGE, "port": {"number": PORT}}}],
        }
        gateway = {"selector": CONFIGURED_PODS, "servers": servers}
        service = {"hosts": hosts, "gateways": ["bookinfo-gateway"], "http": [rule]}
        return {
            "gateway": IstioObject(self.networking_api, "Gateway", "bookinfo-gateway", namespace, gateway, LABELS),
            "virtual-service": IstioObject(
                self.networking_api, "VirtualService", "bookinfo", namespace, service, LABELS
            ),
        }


@dataclass(frozen=True)
class HttpRoute:
    """By an HTTPRoute that hangs on the Gateway (Gateway API).

    Arguments:
        gateway_namespace: the Gateway's namespace.
        hosts: hosts for which Bookinfo is served. Default: every host.
        tls: whether it is served by HTTPS. Default `False`.
    """

    gateway_namespace: pulumi.Input[str]
    hosts: Sequence[str] = ("*",)
    tls: bool = False

    def objects(self, namespace: pulumi.Input[str]) -> dict[str, IstioObject]:
        """Return the end of the resource's name, and the object."""
        rule = {
            "matches": [
                {"path": {"type": "PathPrefix" if below else "Exact", "value": path}} for path, below in ROUTES
            ],
            "backendRefs": [{"name": PRODUCTPAGE, "port": PORT}],
        }
        spec: dict[str, Any] = {
            "parentRefs": parents(self.gateway_namespace, self.hosts, tls=self.tls),
            **route_hosts(self.hosts),
            "rules": [rule],
        }
        return {"http-route": IstioObject(API, "HTTPRoute", "bookinfo", namespace, spec, LABELS, _ACCEPTED)}


#: How requests come from the gateway.
Route = IstioRoute | HttpRoute
