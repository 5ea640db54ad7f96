"""The ingress gateway: how many Pods, for which hosts, by which certificate, and for whom."""

import re
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, ip_address
from typing import Annotated, Final, TypeAlias

from pydantic import InstanceOf, SecretStr

from components.backends.address import BackendAddress, check_host
from components.configuration.machinery.certificate_chains import (
    SMALLEST_RSA,
    belong_together,
    covers,
    read_private_key,
    read_server_chain,
)
from components.configuration.machinery.certificates import PEM_FILE, REST_OF_LIFE, CertificateFile
from components.configuration.machinery.constraints import Check, Constraint, Fault, Faults
from components.configuration.machinery.entries import Entry, each, entry
from components.configuration.machinery.key import ReadingContext, SettingsPart, key
from components.configuration.machinery.problems import Steps, put, put_secret, remove
from components.configuration.machinery.types import (
    Allowed,
    cidr,
    from_file,
    from_text,
    json_list,
    json_object,
    matching,
    one_of,
    project_path,
    whole,
)
from components.constants.choices import IssuerKind, ServiceType

#: Stands for every host.
ANY_HOST: Final = "*"

_OBJECT_NAME: Final = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?"


class IssuerEntry(Entry):
    """An issuer of certificates, as it stands in configuration."""

    kind: Annotated[IssuerKind, Allowed(f"one of {', '.join(IssuerKind)}")]
    name: Annotated[str, matching(_OBJECT_NAME, "the name of an object in the cluster")]


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(each(json_list(text), _host))
    if not hosts:
        raise ValueError("it is empty, so nobody would be let in")
    if len(set(hosts)) < len(hosts):
        raise ValueError("one of them is listed more than once")
    if ANY_HOST in hosts and len(hosts) > 1:
        raise ValueError("* is every host already")
    return hosts


def _host(value: object) -> str:
    if value == ANY_HOST:
        return ANY_HOST
    if not isinstance(value, str):
        raise ValueError("it is no text")
    name = value.removeprefix("*.")
    check_host(name)
    if "." not in name or name.endswith(".") or re.search(r"[A-Z_]", name) or name.rpartition(".")[2].isdigit():
        raise ValueError("it is no full DNS name in lower case, such as www.example.com")
    return value


def _source_ranges(text: str) -> tuple[str, ...]:
    return tuple(each(json_list(text), _source_range))


def _source_range(value: object) -> str:
    if not isinstance(value, str) or "/" not in value:
        raise ValueError("it is no network in CIDR notation such as 203.0.113.0/24")
    cidr(value)
    return value


def _address(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError as error:
        raise ValueError from error
    if not isinstance(address, IPv4Address):
        raise ValueError("Google's load balancers take an IPv4 address here")
    return text


def _node_host(text: str) -> str:
    return str(BackendAddress.parse(f"[{text}]:80").host) if ":" in text else check_host(text)


Host: TypeAlias = Annotated[str, Allowed("a DNS name or an IP address", check=_node_host)]
Hosts: TypeAlias = Annotated[tuple[str, ...], from_text(_hosts)]
SourceRanges: TypeAlias = Annotated[tuple[str, ...], from_text(_source_ranges)]
Ipv4: TypeAlias = Annotated[str, Allowed("an IPv4 address", check=_address)]
SecretName: TypeAlias = Annotated[str, matching(_OBJECT_NAME, "the name of a Secret")]
Issuer: TypeAlias = Annotated[
    InstanceOf[IssuerEntry] | None, from_text(lambda text: entry(IssuerEntry, json_object(text)))
]
ServerCertificateFile: TypeAlias = Annotated[
    InstanceOf[CertificateFile],
    from_file(
        lambda text, around: CertificateFile(text, read_server_chain(project_path(text, around.root), around.now))
    ),
]
ServerKey: TypeAlias = Annotated[SecretStr, from_text(lambda text: SecretStr(read_private_key(text)))]


EXAMPLE_HOSTS: Final = '["www.example.com"]'
EXAMPLE_GATEWAY_CERTIFICATE: Final = "gateway.pem"
EXAMPLE_GATEWAY_KEY: Final = "gateway-key.pem"


class GatewaySettings(SettingsPart):
    """How requests enter the mesh."""

    subject = "Gateway"

    gateway_replicas: Annotated[int, whole(1, 50)] = key("Number of ingress gateway Pods.", "2", default=2)
    gateway_service_type: Annotated[ServiceType, one_of(ServiceType)] = key(
        "How the gateway is reached from outside.", "LoadBalancer", default=ServiceType.LOAD_BALANCER
    )
    gateway_host: Host | None = key(
        "Address by which the nodes are reached.",
        "192.0.2.10",
        allowed="{type}; required with gatewayServiceType NodePort, and only then",
        default_text="none",
        default=None,
    )
    gateway_load_balancer_address: Ipv4 | None = key(
        "Address of the load balancer, reserved beforehand; on GKE a regional one in the cluster's region.",
        "203.0.113.10",
        allowed="{type}; only with gatewayServiceType LoadBalancer",
        default_text="none: the cloud chooses one",
        default=None,
    )
    gateway_source_ranges: SourceRanges = key(
        "Networks from which the load balancer takes requests. Where some are named, the gateway's Pods see the "
        "callers' own addresses too (externalTrafficPolicy Local).",
        '["203.0.113.0/24"]',
        allowed="a list of networks in CIDR notation; only with gatewayServiceType LoadBalancer",
        default_text="`[]`: from everywhere",
        default=(),
    )
    gateway_hosts: Hosts = key(
        "Hosts for which the sample application is served; the first without a wildcard stands in gatewayUrl. "
        "Their DNS records are yours to point to output ingressHost.",
        EXAMPLE_HOSTS,
        allowed='a list of full DNS names in lower case, which may begin with *., none twice; or ["*"], every host',
        default=(ANY_HOST,),
    )
    gateway_certificate_file: ServerCertificateFile | None = key(
        "Certificate by which the gateway serves HTTPS; HTTP is then redirected there.",
        EXAMPLE_GATEWAY_CERTIFICATE,
        allowed=f"{PEM_FILE} certificates valid for {REST_OF_LIFE}, the "
        "gateway's own first and each issued by the next, for all of gatewayHosts; "
        f"RSA of {SMALLEST_RSA} bits or more, or "
        "ECDSA on P-256; together with gatewayCertificateKey",
        default_text="none",
        default=None,
    )
    gateway_certificate_key: ServerKey | None = key(
        "Private key of the gateway's certificate.",
        EXAMPLE_GATEWAY_KEY,
        allowed="an RSA or ECDSA key in PEM, unencrypted and stored with --secret, that belongs to "
        "gatewayCertificateFile; only together with it",
        default_text="none",
        secret=True,
        default=None,
    )
    gateway_certificate_secret: SecretName | None = key(
        "TLS Secret in namespace istio-ingress that somebody else fills, instead of a certificate file.",
        "www-example-com-tls",
        allowed="{type}; with gatewayHosts; not together with gatewayCertificateFile or gatewayCertificateIssuer",
        default_text="none",
        default=None,
    )
    gateway_certificate_issuer: Issuer = key(
        "Issuer in the cluster that cert-manager asks for the certificate, instead of a certificate file.",
        '{"kind":"ClusterIssuer","name":"letsencrypt"}',
        allowed=f"an object of kind ({', '.join(IssuerKind)}) and name; with gatewayHosts; not together with "
        "gatewayCertificateFile or gatewayCertificateSecret",
        default_text="none",
        unset={},
        default=None,
    )

    @property
    def gateway_has_tls(self) -> bool:
        """Whether the gateway serves HTTPS."""
        return bool(self.gateway_certificate_file or self.gateway_certificate_secret or self.gateway_certificate_issuer)

    @property
    def gateway_named_host(self) -> str | None:
        """The host by which the gateway is called; `None` where every host is served, and its address does."""
        return next((host for host in self.gateway_hosts if not host.startswith("*")), None)


#: Fields that only a load balancer can use.
_OF_THE_LOAD_BALANCER: Final = ("gateway_load_balancer_address", "gateway_source_ranges")

#: Where the certificate comes from: field -> the commands that do without it.
_SOURCES: Final[Mapping[str, Steps]] = {
    "gateway_certificate_file": (*remove("gateway_certificate_file"), *remove("gateway_certificate_key")),
    "gateway_certificate_secret": remove("gateway_certificate_secret"),
    "gateway_certificate_issuer": remove("gateway_certificate_issuer"),
}


def _node_port_has_a_host(settings: GatewaySettings, _: ReadingContext) -> Faults:
    if settings.gateway_service_type is ServiceType.NODE_PORT and settings.gateway_host is None:
        yield Fault("gateway_host", "with gatewayServiceType NodePort nothing else says how the nodes are reached")


def _host_has_a_use(settings: GatewaySettings, _: ReadingContext) -> Faults:
    if settings.gateway_service_type is ServiceType.LOAD_BALANCER and settings.gateway_host:
        yield Fault(
            "gateway_host",
            "with gatewayServiceType LoadBalancer the address comes from the load balancer",
            fixes=(remove("gateway_host"), put("gateway_service_type", "NodePort")),
        )


def _has_a_load_balancer(field: str) -> Check[GatewaySettings]:
    def check(settings: GatewaySettings, _: ReadingContext) -> Faults:
        if getattr(settings, field) and settings.gateway_service_type is ServiceType.NODE_PORT:
            reason = "gatewayServiceType is NodePort, where there is no load balancer"
            to_load_balancer = (*remove("gateway_service_type"), *remove("gateway_host"))
            yield Fault(field, reason, fixes=(remove(field), to_load_balancer))

    return check


def _one_source_of_the_certificate(settings: GatewaySettings, _: ReadingContext) -> Faults:
    given = [field for field in _SOURCES if getattr(settings, field)]
    if len(given) > 1:
        yield Fault(
            given[1],
            "the gateway's certificate comes from elsewhere already",
            fixes=tuple(tuple(step for other in given if other != kept for step in _SOURCES[other]) for kept in given),
        )


def _key_fits(settings: GatewaySettings, _: ReadingContext) -> Faults:
    certificate, key = settings.gateway_certificate_file, settings.gateway_certificate_key
    set_key = put_secret("gateway_certificate_key", EXAMPLE_GATEWAY_KEY)
    if certificate and key is None:
        reason = "gatewayCertificateFile is of no use without its key"
        yield Fault("gateway_certificate_key", reason, fixes=(set_key, remove("gateway_certificate_file")))
    elif key and certificate is None:
        reason = "gatewayCertificateFile is not set, so there is nothing to which it belongs"
        set_certificate = (
            *put("gateway_certificate_file", EXAMPLE_GATEWAY_CERTIFICATE),
            *put("gateway_hosts", EXAMPLE_HOSTS),
        )
        yield Fault("gateway_certificate_key", reason, fixes=(remove("gateway_certificate_key"), set_certificate))
    elif certificate and key and not belong_together(key.get_secret_value(), certificate.pem):
        reason = "it does not belong to the first certificate in gatewayCertificateFile"
        yield Fault("gateway_certificate_key", reason, fixes=(set_key,))


def _hosts_can_be_called(settings: GatewaySettings, _: ReadingContext) -> Faults:
    if settings.gateway_named_host is not None:
        return
    without = tuple(step for field, steps in _SOURCES.items() if getattr(settings, field) for step in steps)
    if settings.gateway_has_tls:
        reason = "none of them is without a wildcard, and a certificate is for hosts that are named"
        yield Fault("gateway_hosts", reason, fixes=(put("gateway_hosts", EXAMPLE_HOSTS), without))
    elif "gateway_hosts" in settings.model_fields_set:
        reason = "none of them is without a wildcard, so gatewayUrl would have no host"
        yield Fault("gateway_hosts", reason, fixes=(put("gateway_hosts", EXAMPLE_HOSTS), remove("gateway_hosts")))


def _certificate_is_for_the_hosts(settings: GatewaySettings, _: ReadingContext) -> Faults:
    certificate = settings.gateway_certificate_file
    if certificate is None or settings.gateway_named_host is None:
        return
    missing = [host for host in settings.gateway_hosts if not covers(certificate.pem, host)]
    if missing:
        reason = f"its first certificate is not for {', '.join(missing)} of gatewayHosts (subjectAltName)"
        yield Fault("gateway_certificate_file", reason, fixes=(_SOURCES["gateway_certificate_file"],))


GATEWAY_CONSTRAINTS: Final[Sequence[Constraint[GatewaySettings]]] = (
    Constraint(("gateway_service_type", "gateway_host"), _node_port_has_a_host),
    Constraint(("gateway_service_type", "gateway_host"), _host_has_a_use),
    *(Constraint(("gateway_service_type", field), _has_a_load_balancer(field)) for field in _OF_THE_LOAD_BALANCER),
    Constraint(tuple(_SOURCES), _one_source_of_the_certificate),
    Constraint(("gateway_certificate_file", "gateway_certificate_key"), _key_fits),
    Constraint((*_SOURCES, "gateway_hosts"), _hosts_can_be_called),
    Constraint(("gateway_certificate_file", "gateway_hosts"), _certificate_is_for_the_hosts),
)
