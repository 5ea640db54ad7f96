"""The rules of the ingress gateway: how it is reached, and where its certificate comes from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from components.configuration.certificate_chains import belong_together, covers
from components.configuration.errors import Steps, put, put_secret, remove
from components.configuration.gateway_keys import EXAMPLE_GATEWAY_CERTIFICATE, EXAMPLE_GATEWAY_KEY, EXAMPLE_HOSTS
from components.configuration.key import Surroundings
from components.configuration.parsing import Check, Finding, Findings, Rule
from components.constants.choices import ServiceType

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module

#: Field that only a load balancer can use -> its key.
_OF_THE_LOAD_BALANCER: Final[Mapping[str, str]] = {
    "gateway_load_balancer_address": "gatewayLoadBalancerAddress",
    "gateway_source_ranges": "gatewaySourceRanges",
}

#: Where the certificate comes from: field -> the commands that do without it.
_SOURCES: Final[Mapping[str, Steps]] = {
    "gateway_certificate_file": (*remove("gatewayCertificateFile"), *remove("gatewayCertificateKey")),
    "gateway_certificate_secret": remove("gatewayCertificateSecret"),
    "gateway_certificate_issuer": remove("gatewayCertificateIssuer"),
}


def _node_port_has_a_host(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gateway_service_type is ServiceType.NODE_PORT and settings.gateway_host is None:
        yield Finding("gateway_host", "with gatewayServiceType NodePort nothing else says how the nodes are reached")


def _host_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gateway_service_type is ServiceType.LOAD_BALANCER and settings.gateway_host:
        yield Finding(
            "gateway_host",
            "with gatewayServiceType LoadBalancer the address comes from the load balancer",
            mend=(remove("gatewayHost"), put("gatewayServiceType", "NodePort")),
        )


def _has_a_load_balancer(field: str) -> "Check[Settings]":
    key = _OF_THE_LOAD_BALANCER[field]

    def check(settings: "Settings", _: Surroundings) -> Findings:
        if getattr(settings, field) and settings.gateway_service_type is ServiceType.NODE_PORT:
            reason = "gatewayServiceType is NodePort, where there is no load balancer"
            to_load_balancer = (*remove("gatewayServiceType"), *remove("gatewayHost"))
            yield Finding(field, reason, mend=(remove(key), to_load_balancer))

    return check


def _one_source_of_the_certificate(settings: "Settings", _: Surroundings) -> Findings:
    given = [field for field in _SOURCES if getattr(settings, field)]
    if len(given) > 1:
        yield Finding(
            given[1],
            "the gateway's certificate comes from elsewhere already",
            mend=tuple(tuple(step for other in given if other != kept for step in _SOURCES[other]) for kept in given),
        )


def _key_fits(settings: "Settings", _: Surroundings) -> Findings:
    certificate, key = settings.gateway_certificate_file, settings.gateway_certificate_key
    set_key = put_secret("gatewayCertificateKey", EXAMPLE_GATEWAY_KEY)
    if certificate and key is None:
        reason = "gatewayCertificateFile is of no use without its key"
        yield Finding("gateway_certificate_key", reason, mend=(set_key, remove("gatewayCertificateFile")))
    elif key and certificate is None:
        reason = "gatewayCertificateFile is not set, so there is nothing to which it belongs"
        set_certificate = (
            *put("gatewayCertificateFile", EXAMPLE_GATEWAY_CERTIFICATE),
            *put("gatewayHosts", EXAMPLE_HOSTS),
        )
        yield Finding("gateway_certificate_key", reason, mend=(remove("gatewayCertificateKey"), set_certificate))
    elif certificate and key and not belong_together(key.get_secret_value(), certificate.pem):
        reason = "it does not belong to the first certificate in gatewayCertificateFile"
        yield Finding("gateway_certificate_key", reason, mend=(set_key,))


def _hosts_can_be_called(settings: "Settings", _: Surroundings) -> Findings:
    if settings.gateway_named_host is not None:
        return
    without = tuple(step for field, steps in _SOURCES.items() if getattr(settings, field) for step in steps)
    if settings.gateway_has_tls:
        reason = "none of them is without a wildcard, and a certificate is for hosts that are named"
        yield Finding("gateway_hosts", reason, mend=(put("gatewayHosts", EXAMPLE_HOSTS), without))
    elif "gateway_hosts" in settings.model_fields_set:
        reason = "none of them is without a wildcard, so gatewayUrl would have no host"
        yield Finding("gateway_hosts", reason, mend=(put("gatewayHosts", EXAMPLE_HOSTS), remove("gatewayHosts")))


def _certificate_is_for_the_hosts(settings: "Settings", _: Surroundings) -> Findings:
    certificate = settings.gateway_certificate_file
    if certificate is None or settings.gateway_named_host is None:
        return
    missing = [host for host in settings.gateway_hosts if not covers(certificate.pem, host)]
    if missing:
        reason = f"its first certificate is not for {', '.join(missing)} of gatewayHosts (subjectAltName)"
        yield Finding("gateway_certificate_file", reason, mend=(_SOURCES["gateway_certificate_file"],))


GATEWAY_RULES: Final[Sequence[Rule["Settings"]]] = (
    Rule(("gateway_service_type", "gateway_host"), _node_port_has_a_host),
    Rule(("gateway_service_type", "gateway_host"), _host_has_a_use),
    *(Rule(("gateway_service_type", field), _has_a_load_balancer(field)) for field in _OF_THE_LOAD_BALANCER),
    Rule(tuple(_SOURCES), _one_source_of_the_certificate),
    Rule(("gateway_certificate_file", "gateway_certificate_key"), _key_fits),
    Rule((*_SOURCES, "gateway_hosts"), _hosts_can_be_called),
    Rule(("gateway_certificate_file", "gateway_hosts"), _certificate_is_for_the_hosts),
)
