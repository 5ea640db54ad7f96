"""The gateway's TLS certificate, from one of three sources, as a TLS Secret in the gateway's namespace.

Left out on purpose: whatever issues certificates (cert-manager, Google's CAS issuer): a cluster has one or none, and
teams look after it apart from the mesh. Certificates that Google manages for its own HTTP load balancers don't fit: the
gateway's load balancer passes TLS through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.constants.choices import IssuerKind
from components.constants.names import GATEWAY as NAME
from components.kubernetes.objects import recommended_labels

#: Name of the Secret that the program makes, or has made by an issuer.
SECRET: Final = f"{NAME}-certificate"


@dataclass(frozen=True)
class GivenCertificate:
    """A certificate and its key.

    Arguments:
        chain: the certificate and those above it, PEM.
        key: its private key, PEM, a secret.
    """

    chain: str
    key: pulumi.Input[str]


@dataclass(frozen=True)
class CertificateSecret:
    """A TLS Secret in the gateway's namespace that somebody else fills.

    Arguments:
        name: its name.
    """

    name: str


@dataclass(frozen=True)
class CertificateIssuer:
    """An issuer that cert-manager asks for the certificate, and again before it expires.

    Arguments:
        kind: the issuer's kind.
        name: its name; one that is not for the whole cluster is in the gateway's namespace.
    """

    kind: IssuerKind
    name: str


#: Where the certificate comes from.
CertificateSource = GivenCertificate | CertificateSecret | CertificateIssuer


@dataclass(frozen=True)
class GatewayCertificateArgs:
    """Arguments of `GatewayCertificate`.

    Arguments:
        source: where the certificate comes from.
        namespace: name of the gateway's namespace.
        hosts: DNS names that the certificate is for.
    """

    source: CertificateSource
    namespace: pulumi.Input[str]
    hosts: Sequence[str]


class GatewayCertificate(pulumi.ComponentResource):
    """The Secret with the certificate, or what an issuer needs to know to fill it.

    Nothing waits for an issuer: the gateway takes the certificate as soon as it is there.

    Attributes:
        secret_name: name of the Secret.
    """

    secret_name: str

    def __init__(self, name: str, args: GatewayCertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:gateway:GatewayCertificate", name, {}, opts)
        labels = recommended_labels(NAME, part_of="traced-mesh", component="gateway")
        metadata = ObjectMetaArgs(name=SECRET, namespace=args.namespace, labels=labels)
        self.secret_name = SECRET
        match args.source:
            case GivenCertificate():
                self._secret(f"{name}-secret", metadata, args.source)
            case CertificateIssuer():
                self._request(f"{name}-request", metadata, args.source, args.hosts)
            case CertificateSecret():
                self.secret_name = args.source.name
        self.register_outputs({})

    def _secret(self, name: str, metadata: ObjectMetaArgs, given: GivenCertificate) -> None:
        kubernetes.core.v1.Secret(
            name,
            metadata=metadata,
            type="kubernetes.io/tls",
            string_data={"tls.crt": given.chain, "tls.key": pulumi.Output.secret(given.key)},
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _request(self, name: str, metadata: ObjectMetaArgs, issuer: CertificateIssuer, hosts: Sequence[str]) -> None:
        kubernetes.apiextensions.CustomResource(
            name,
            api_version="cert-manager.io/v1",
            kind="Certificate",
            metadata=metadata,
            spec={
                "secretName": SECRET,
                "dnsNames": list(hosts),
                "issuerRef": {"group": issuer.kind.group, "kind": issuer.kind.value, "name": issuer.name},
                "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
                "usages": ["digital signature", "server auth"],
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
