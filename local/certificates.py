"""Certificates of local environments: authorities, and certificates for servers and clients."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

#: A cluster here lives for hours; nobody renews its certificates.
_VALIDITY: Final = timedelta(days=365)

_CLOCK_SKEW: Final = timedelta(minutes=5)

#: What an authority's key is for.
_SIGNS_CERTIFICATES: Final = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True)
class KeyPair:
    """A private key and its certificate, as files.

    Arguments:
        certificate: PEM.
        key: PEM, not encrypted, for its owner's eyes alone.
    """

    certificate: Path
    key: Path


class Authority:
    """A certificate authority whose key and certificate lie in files.

    Arguments:
        files: its certificate and key.
    """

    def __init__(self, files: KeyPair) -> None:
        self.files = files
        self._certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        key = serialization.load_pem_private_key(files.key.read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{files.key} holds no key of an elliptic curve")
        self._key = key

    def server(self, files: KeyPair, name: str, alternatives: Iterable[str] = ()) -> KeyPair:
        """Write a server's certificate; `alternatives` are DNS names and IP addresses, beside `name`."""
        return self._issue(
            files, x509.Name([_common_name(name)]), ExtendedKeyUsageOID.SERVER_AUTH, [name, *alternatives]
        )

    def client(self, files: KeyPair, user: str, group: str | None = None) -> KeyPair:
        """Write a client's certificate, for a Kubernetes user and its group."""
        groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group)] if group else []
        return self._issue(files, x509.Name([*groups, _common_name(user)]), ExtendedKeyUsageOID.CLIENT_AUTH, [])

    def _issue(
        self, files: KeyPair, subject: x509.Name, usage: x509.ObjectIdentifier, alternatives: Iterable[str]
    ) -> KeyPair:
        key = new_key(files.key)
        builder = _builder(subject, self._certificate.subject, key.public_key())
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        names = [_general_name(each) for each in alternatives]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False
        )
        certificate = builder.sign(self._key, hashes.SHA256())
        files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        return files


def new_authority(files: KeyPair, name: str, validity: timedelta = _VALIDITY) -> Authority:
    """Make a certificate authority and write its files."""
    key = new_key(files.key)
    subject = x509.Name([_common_name(name)])
    certificate = (
        _builder(subject, subject, key.public_key(), validity)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(files)


def new_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Make a private key and write it, for its owner's eyes alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    encoding, encryption = serialization.Encoding.PEM, serialization.NoEncryption()
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, encryption))
    return key


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, validity: timedelta = _VALIDITY
) -> x509.CertificateBuilder:
    begin = datetime.now(UTC) - _CLOCK_SKEW
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + validity)
    )


def _common_name(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, name)


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
