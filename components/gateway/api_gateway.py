"""The ingress gateway by the Gateway API: a Gateway, of which istiod makes Deployment, Service and ServiceAccount.

Its class, `istio`, istiod makes by itself. The Gateway's Secrets need no Role: istiod hands it the certificates that
its listeners name (istio.io/istio 1.31, pilot/pkg/xds/sds.go, `filterAuthorizedResources`).
Left out on purpose: routes (HTTPRoute), which belong to the application, but for the one that redirects to HTTPS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.gateway.entry import GatewayArgs, GatewayEntry, gateway_entry
from components.gateway.listeners import listeners, redirect
from components.gateway.overlays import addresses, overlays
from components.kubernetes.istio_objects import IstioObject, istio_object
from components.kubernetes.objects import recommended_labels
from components.model.gateway import API_GATEWAY, BY_GATEWAY_API, GATEWAY_CLASS
from components.model.gateway_api import API

#: Name of the ConfigMap with what istiod is told about the Gateway's Deployment and Service.
_OVERLAYS: Final = f"{API_GATEWAY}-overlays"

#: Until istiod has made Deployment and Service, a Pod is ready, and the load balancer has an address.
_PROGRAMMED: Final = {"pulumi.com/waitFor": "condition=Programmed"}


@dataclass(frozen=True)
class ApiGatewayArgs:
    """Arguments of `ApiGateway`.

    Arguments:
        gateway: how many Pods, and how they are reached.
        hosts: hosts that it serves.
        certificate: name of a TLS Secret in its namespace; `None` serves HTTP.
        routes_from: label selector of the namespaces whose routes may attach to it.
        after: what it waits for besides: whoever installs the Gateway API's CRDs. Default: nothing.
    """

    gateway: GatewayArgs
    hosts: Sequence[str]
    certificate: str | None
    routes_from: Mapping[str, Any]
    after: Sequence[pulumi.Resource] = ()


class ApiGateway(pulumi.ComponentResource):
    """Gateway `ingress`, what istiod is told about it, and with HTTPS the HTTPRoute that redirects there.

    Attributes:
        entry: how it is reached from outside.
        programmed: the Gateway, awaited until requests can enter.
    """

    entry: GatewayEntry
    programmed: pulumi.Resource

    def __init__(self, name: str, args: ApiGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:ApiGateway", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels(BY_GATEWAY_API.name, part_of="traced-mesh", component="gateway")
        self.programmed = gateway = self._gateway([self._overlays(), *args.gateway.after, *args.after])
        if args.certificate:
            self._object("redirect", "HTTPRoute", "https-redirect", redirect(args.gateway.namespace), [gateway])
        self.entry = gateway_entry(self._service(gateway), args.gateway)
        self.register_outputs({"host": self.entry.host, "port": self.entry.port, "url": self.entry.url})

    def _overlays(self) -> kubernetes.core.v1.ConfigMap:
        gateway = self._args.gateway
        return kubernetes.core.v1.ConfigMap(
            f"{self._name}-overlays",
            metadata=ObjectMetaArgs(name=_OVERLAYS, namespace=gateway.namespace, labels=self._labels),
            data=overlays(gateway),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _gateway(self, depends_on: list[pulumi.Resource]) -> kubernetes.apiextensions.CustomResource:
        args = self._args
        spec = {
            "gatewayClassName": GATEWAY_CLASS,
            "listeners": listeners(args.hosts, args.certificate, args.routes_from),
            **addresses(args.gateway),
            "infrastructure": {
                # Without labels here, istiod copies those of the Gateway, and Pulumi's annotations with them.
                "labels": self._labels,
                "annotations": {"traced-mesh/gateway": API_GATEWAY},
                "parametersRef": {"group": "", "kind": "ConfigMap", "name": _OVERLAYS},
            },
        }
        return self._object("gateway", "Gateway", API_GATEWAY, spec, depends_on, _PROGRAMMED)

    def _object(
        self,
        resource: str,
        kind: str,
        name: str,
        spec: dict[str, Any],
        depends_on: list[pulumi.Resource],
        annotations: Mapping[str, str] | None = None,
    ) -> kubernetes.apiextensions.CustomResource:
        gateway = self._args.gateway
        revision = {"istio.io/rev": gateway.revision} if gateway.revision else {}
        wanted = IstioObject(API, kind, name, gateway.namespace, spec, self._labels | revision, annotations or {})
        opts = pulumi.ResourceOptions(parent=self, depends_on=depends_on)
        return istio_object(f"{self._name}-{resource}", wanted, opts)

    def _service(self, gateway: kubernetes.apiextensions.CustomResource) -> kubernetes.core.v1.Service:
        """Read the Service that istiod makes; its address is known once the Gateway is programmed."""
        identifier = pulumi.Output.all(self._args.gateway.namespace, gateway.id).apply(
            lambda it: f"{it[0]}/{BY_GATEWAY_API.name}"
        )
        return kubernetes.core.v1.Service.get(
            f"{self._name}-made-service", identifier, pulumi.ResourceOptions(parent=self, depends_on=[gateway])
        )
