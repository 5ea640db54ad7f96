"""The configuration keys of what runs in the mesh: application namespaces, the ingress gateway, and the sample."""

from typing import Annotated, Final

from pydantic import Field

from components.choices import ServiceType
from components.configuration import fields
from components.configuration.key import Key, SettingsPart

_NAMESPACE: Final = (
    "a namespace name: at most 63 lower-case letters, digits and hyphens; not kube-* or one of "
    + ", ".join(fields.RESERVED_NAMESPACES)
)


class ApplicationSettings(SettingsPart):
    """Who uses the mesh, and how requests enter it."""

    injected_namespaces: Annotated[
        fields.NamespaceNames,
        Key(
            "Applications",
            "Namespaces made for applications, whose Pods get sidecars. Bookinfo's own need not be listed.",
            f"a list, each {_NAMESPACE}; none twice",
            '["shop"]',
        ),
    ] = ()
    gateway_replicas: Annotated[
        int,
        fields.from_text(fields.whole),
        Field(ge=1, le=50),
        Key("Gateway", "Number of ingress gateway Pods.", "a whole number from 1 to 50", "2"),
    ] = 2
    gateway_service_type: Annotated[
        ServiceType,
        fields.one_of(ServiceType),
        Key("Gateway", "How the gateway is reached from outside.", "LoadBalancer or NodePort", "LoadBalancer"),
    ] = ServiceType.LOAD_BALANCER
    gateway_host: Annotated[
        fields.Host | None,
        Key(
            "Gateway",
            "Address by which the nodes are reached.",
            "a DNS name or an IP address; required with gatewayServiceType NodePort, and only then",
            "192.0.2.10",
            default="none",
        ),
    ] = None
    bookinfo: Annotated[
        bool,
        fields.from_text(fields.switch),
        Key("Applications", "Whether Istio's sample application is installed.", "true or false", "true"),
    ] = True
    bookinfo_namespace: Annotated[
        fields.NamespaceName,
        Key(
            "Applications",
            "Namespace of the sample application; it is made, and gets sidecars.",
            _NAMESPACE,
            "bookinfo",
        ),
    ] = "bookinfo"
