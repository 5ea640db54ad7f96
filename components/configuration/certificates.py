"""The CA certificates by which the Collector recognizes the tracing backend, checked before anything is created."""

import re
import warnings
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

#: Common name of the root that issued the public satellite pool's certificate, as it stands in certifi's bundle.
DEFAULT_ROOT: Final = "ISRG Root X1"

#: A CA that expires sooner is refused: a team needs the time to roll a new one out.
SHORTEST_REST_OF_LIFE: Final = timedelta(days=30)

_PEM_BLOCK: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def read_ca_file(path: Path, now: datetime) -> str:
    """Read a PEM file of one or more CA certificates and return them as PEM text without anything else.

    Arguments:
        path: the file.
        now: the time, with its zone, against which validity is checked.

    Raises:
        ValueError: if the file can't be read, is not PEM, holds a private key or no certificate, or if one of its
            certificates is no CA, not yet valid, expired, or expires within 30 days.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"the file can't be read: {error.strerror}") from error
    certificates = _parse(content)
    check_authorities(certificates, now)
    return _pem(certificates)


@cache
def default_root() -> x509.Certificate:
    """Return the certificate named by `DEFAULT_ROOT` from certifi's bundle.

    Raises:
        ValueError: if the installed certifi no longer has it.
    """
    for block in _PEM_BLOCK.findall(Path(certifi.where()).read_bytes()):
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", CryptographyDeprecationWarning
            )  # other roots' oddities are not ours to mend
            certificate = x509.load_pem_x509_certificate(block)
        if _name(certificate) == DEFAULT_ROOT:
            return certificate
    raise ValueError(f"certifi's bundle has no certificate named {DEFAULT_ROOT}")


def default_root_pem() -> str:
    """Return `default_root` as PEM text; raises as it does."""
    return _pem([default_root()])


def check_authorities(certificates: list[x509.Certificate], now: datetime) -> None:
    """Check that each certificate is a CA and valid at `now` and for the following 30 days.

    Raises:
        ValueError: naming the first certificate that is not, and why.
    """
    for position, certificate in enumerate(certificates, start=1):
        which = f" ({position} of {len(certificates)})" if len(certificates) > 1 else ""
        fault = _fault(certificate, now)
        if fault:
            raise ValueError(f"certificate '{_name(certificate)}'{which} {fault}")


def _parse(content: bytes) -> list[x509.Certificate]:
    if b"PRIVATE KEY-----" in content:
        raise ValueError("the file holds a private key; give a file with CA certificates only")
    if b"-----BEGIN " not in content:
        raise ValueError("the file is not PEM: it has no line '-----BEGIN CERTIFICATE-----'")
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise ValueError("the file holds no certificate")
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise ValueError("the file holds a certificate that can't be decoded") from error


def _fault(certificate: x509.Certificate, now: datetime) -> str | None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if not _is_authority(certificate):
        return "is not a CA certificate (basicConstraints does not say CA:TRUE)"
    if now < begins:
        return f"is not valid before {begins:%Y-%m-%d}"
    if now > ends:
        return f"expired on {ends:%Y-%m-%d}"
    if ends - now < SHORTEST_REST_OF_LIFE:
        return f"expires on {ends:%Y-%m-%d}, in less than {SHORTEST_REST_OF_LIFE.days} days"
    return None


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):  # ValueError: an extension that can't be decoded vouches for nothing
        return False


def _name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _pem(certificates: list[x509.Certificate]) -> str:
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in certificates)
