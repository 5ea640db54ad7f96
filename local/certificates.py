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

#: What makes a certificate one of an authority: critical extensions both.
_OF_AUTHORITIES: Final = (
    x509.BasicConstraints(ca=True, path_length=None),
    x509.KeyUsage(
        key_cert_sign=True,
        crl_sign=True,
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    ),
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

    What it issues is valid as long as itself, and for the key that lies in its file already, or else for a new one.

    Arguments:
        files: its certificate and key.
    """

    def __init__(self, files: KeyPair) -> None:
        self.files = files
        self._certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        self._key = _read_key(files.key)

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self.files.certificate.read_text(encoding="ascii")

    def authority(self, files: KeyPair, name: str) -> "Authority":
        """Make an authority below this one and write its files."""
        return Authority(self._issue(files, _name(name), *_OF_AUTHORITIES))

    def server(self, files: KeyPair, name: str, alternatives: Iterable[str] = ()) -> KeyPair:
        """Write a server's certificate; `alternatives` are DNS names and IP addresses, beside `name`."""
        names = x509.SubjectAlternativeName([_general_name(each) for each in (name, *alternatives)])
        return self._issue(files, _name(name), x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), names)

    def client(self, files: KeyPair, user: str, group: str | None = None) -> KeyPair:
        """Write a client's certificate, for a Kubernetes user and its group."""
        return self._issue(files, _name(user, group), x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]))

    def _issue(self, files: KeyPair, subject: x509.Name, *extensions: x509.ExtensionType) -> KeyPair:
        key = _read_key(files.key) if files.key.exists() else new_key(files.key)
        begin, end = self._certificate.not_valid_before_utc, self._certificate.not_valid_after_utc
        draft = _draft(subject, key.public_key(), begin, end, extensions)
        return _sign(draft, self._certificate.subject, self._key, files)


def new_authority(
    files: KeyPair, name: str, validity: timedelta = _VALIDITY, begin: datetime | None = None
) -> Authority:
    """Make a certificate authority and write its files.

    Arguments:
        files: where its certificate and key will be.
        name: its common name.
        validity: how long it is valid; default 365 days.
        begin: from when on, with its zone; `None` (default) means 5 minutes ago, since clocks differ.
    """
    key, begin = new_key(files.key), begin or datetime.now(UTC) - _CLOCK_SKEW
    draft = _draft(_name(name), key.public_key(), begin, begin + validity, _OF_AUTHORITIES)
    return Authority(_sign(draft, _name(name), key, files))


def new_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Make a private key and write it, for its owner's eyes alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    encoding, encryption = serialization.Encoding.PEM, serialization.NoEncryption()
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.TraditionalOpenSSL, encryption))
    return key


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} holds no key of an elliptic curve")
    return key


def _draft(
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begin: datetime,
    end: datetime,
    extensions: Iterable[x509.ExtensionType],
) -> x509.CertificateBuilder:
    draft = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    for extension in (*extensions, x509.SubjectKeyIdentifier.from_public_key(key)):
        draft = draft.add_extension(extension, critical=extension in _OF_AUTHORITIES)
    return draft


def _sign(
    draft: x509.CertificateBuilder, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, files: KeyPair
) -> KeyPair:
    issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    certificate = draft.issuer_name(issuer).add_extension(issued_by, critical=False).sign(key, hashes.SHA256())
    files.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return files


def _name(common_name: str, organization: str | None = None) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)
