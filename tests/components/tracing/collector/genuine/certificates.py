"""Certificates for a connection in which both sides show one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Identity:
    """A certificate and its private key, both PEM."""

    certificate: str
    key: str


@dataclass(frozen=True)
class Authority:
    """A CA.

    Arguments:
        name: its common name.
        hours: how long it and what it issues are valid from now on; negative: how long ago they expired. Default 1,
            longer than any test.
    """

    name: str
    hours: int = 1
    _key: ec.EllipticCurvePrivateKey = field(default_factory=_key)

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self._signed(self.name, self._key, authority=True)

    def issue(self, name: str, address: str = "127.0.0.1") -> Identity:
        """Return an identity for `address`, as a server or a client."""
        key = _key()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return Identity(self._signed(name, key, address), pem)

    def _signed(
        self, name: str, key: ec.EllipticCurvePrivateKey, address: str = "127.0.0.1", *, authority: bool = False
    ) -> str:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(self.name))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(hours=self.hours - 2))
            .not_valid_after(now + timedelta(hours=self.hours))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))]), critical=False)
            .sign(self._key, hashes.SHA256())
            .public_bytes(Encoding.PEM)
            .decode()
        )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
