"""The configuration keys of the ingress gateway: how many, for which hosts, by which certificate, and for whom."""

from typing import Annotated, Final

from pydantic import Field

from components.configuration import fields, gateway_fields
from components.configuration.key import Key, SettingsPart
from components.constants.choices import IssuerKind, ServiceType

EXAMPLE_HOSTS: Final = '["www.example.com"]'
EXAMPLE_GATEWAY_CERTIFICATE: Final = "gateway.pem"
EXAMPLE_GATEWAY_KEY: Final = "gateway-key.pem"


class GatewaySettings(SettingsPart):
    """How requests enter the mesh."""

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
    gateway_load_balancer_address: Annotated[
        gateway_fields.Ipv4 | None,
        Key(
            "Gateway",
            "Address of the load balancer, reserved beforehand; on GKE a regional one in the cluster's region.",
            "an IPv4 address; only with gatewayServiceType LoadBalancer",
            "203.0.113.10",
            default="none: the cloud chooses one",
        ),
    ] = None
    gateway_source_ranges: Annotated[
        gateway_fields.SourceRanges,
        Key(
            "Gateway",
            "Networks from which the load balancer takes requests. Where some are named, the gateway's Pods see the "
            "callers' own addresses too (externalTrafficPolicy Local).",
            "a list of networks in CIDR notation; only with gatewayServiceType LoadBalancer",
            '["203.0.113.0/24"]',
            default="`[]`: from everywhere",
        ),
    ] = ()
    gateway_hosts: Annotated[
        gateway_fields.Hosts,
        Key(
            "Gateway",
            "Hosts for which the sample application is served; the first without a wildcard stands in gatewayUrl. "
            "Their DNS records are yours to point to output ingressHost.",
            'a list of full DNS names in lower case, which may begin with *., none twice; or ["*"], every host',
            EXAMPLE_HOSTS,
        ),
    ] = (gateway_fields.ANY_HOST,)
    gateway_certificate_file: Annotated[
        gateway_fields.ServerCertificateFile | None,
        Key(
            "Gateway",
            "Certificate by which the gateway serves HTTPS; HTTP is then redirected there.",
            "the path of a PEM file, relative to the project, with certificates valid for 30 days or longer, the "
            "gateway's own first and each issued by the next, for all of gatewayHosts; RSA of 2048 bits or more, or "
            "ECDSA on P-256; together with gatewayCertificateKey",
            EXAMPLE_GATEWAY_CERTIFICATE,
            default="none",
        ),
    ] = None
    gateway_certificate_key: Annotated[
        gateway_fields.ServerKey | None,
        Key(
            "Gateway",
            "Private key of the gateway's certificate.",
            "an RSA or ECDSA key in PEM, unencrypted and stored with --secret, that belongs to "
            "gatewayCertificateFile; only together with it",
            EXAMPLE_GATEWAY_KEY,
            default="none",
            secret=True,
        ),
    ] = None
    gateway_certificate_secret: Annotated[
        gateway_fields.SecretName | None,
        Key(
            "Gateway",
            "TLS Secret in namespace istio-ingress that somebody else fills, instead of a certificate file.",
            "the name of a Secret; with gatewayHosts; not together with gatewayCertificateFile or "
            "gatewayCertificateIssuer",
            "www-example-com-tls",
            default="none",
        ),
    ] = None
    gateway_certificate_issuer: Annotated[
        gateway_fields.Issuer,
        Key(
            "Gateway",
            "Issuer in the cluster that cert-manager asks for the certificate, instead of a certificate file.",
            f"an object of kind ({', '.join(IssuerKind)}) and name; with gatewayHosts; not together with "
            "gatewayCertificateFile or gatewayCertificateSecret",
            '{"kind":"ClusterIssuer","name":"letsencrypt"}',
            default="none",
            unset={},
        ),
    ] = None

    @property
    def gateway_has_tls(self) -> bool:
        """Whether the gateway serves HTTPS."""
        return bool(self.gateway_certificate_file or self.gateway_certificate_secret or self.gateway_certificate_issuer)

    @property
    def gateway_named_host(self) -> str | None:
        """The host by which the gateway is called; `None` where every host is served, and its address does."""
        return next((host for host in self.gateway_hosts if not host.startswith("*")), None)
