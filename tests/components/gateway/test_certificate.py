"""Where the gateway's certificate comes from."""

import pytest

from components.constants.choices import IssuerKind
from components.gateway.certificate import (
    CertificateIssuer,
    CertificateSecret,
    CertificateSource,
    GatewayCertificate,
    GatewayCertificateArgs,
    GivenCertificate,
)
from tests.support.mocks import Recording, plain_texts, record

HOSTS = ("www.example.com", "*.shop.example.com")


def certificate(source: CertificateSource) -> Recording:
    def make() -> dict[str, str]:
        return {
            "secret": GatewayCertificate(
                "certificate", GatewayCertificateArgs(source, "istio-ingress", HOSTS)
            ).secret_name
        }

    return record(make)


def test_given_certificate_is_a_tls_secret_beside_the_gateway_and_its_key_is_readable_nowhere() -> None:
    made = certificate(GivenCertificate("the chain", "the key"))

    secret = made.only("Secret")
    assert secret.inputs["type"] == "kubernetes.io/tls"
    assert secret.inputs["metadata"]["namespace"] == "istio-ingress"
    assert secret.inputs["metadata"]["name"] == made.outputs["secret"] == "istio-ingressgateway-certificate"
    assert secret.plain["stringData"] == {"tls.crt": "the chain", "tls.key": "the key"}
    assert not [text for text in plain_texts(secret.inputs) if "the key" in text]


def test_secret_of_somebody_else_is_named_and_not_made() -> None:
    made = certificate(CertificateSecret("www-tls"))

    assert made.outputs["secret"] == "www-tls"
    assert [each.kind for each in made.resources] == ["GatewayCertificate"]


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        (IssuerKind.CLUSTER_ISSUER, "cert-manager.io"),
        (IssuerKind.ISSUER, "cert-manager.io"),
        (IssuerKind.GOOGLE_CAS_CLUSTER_ISSUER, "cas-issuer.jetstack.io"),
        (IssuerKind.GOOGLE_CAS_ISSUER, "cas-issuer.jetstack.io"),
    ],
)
def test_issuer_is_asked_for_a_certificate_of_all_hosts(kind: IssuerKind, group: str) -> None:
    made = certificate(CertificateIssuer(kind, "letsencrypt"))

    request = made.only("Certificate").inputs
    assert request["apiVersion"] == "cert-manager.io/v1"
    assert request["metadata"]["namespace"] == "istio-ingress"
    assert request["spec"]["secretName"] == made.outputs["secret"]
    assert request["spec"]["dnsNames"] == list(HOSTS)
    assert request["spec"]["issuerRef"] == {"group": group, "kind": kind.value, "name": "letsencrypt"}
