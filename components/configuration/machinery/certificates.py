"""The CA certificates by which the tracing backend is recognized, checked before anything is created."""

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from common.files import UnreadableFileError, read_file

#: Common name of the root that issued the public satellite pool's certificate, as it stands in certifi's bundle.
DEFAULT_ROOT: Final = "ISRG Root X1"

#: A certificate that expires sooner is refused: a team needs the time to roll a new one out.
SHORTEST_REST_OF_LIFE: Final = timedelta(days=30)

#: How keys describe a file of certificates.
PEM_FILE: Final = "the path of a PEM file, relative to the project, with"
REST_OF_LIFE: Final = f"{SHORTEST_REST_OF_LIFE.days} days or longer"

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
    certificates = read_certificates(path, "CA certificates")
    check_authorities(certificates, now)
    return as_pem(certificates)


def read_certificates(path: Path, content: str) -> list[x509.Certificate]:
    """Read a PEM file of one or more certificates.

    Arguments:
        path: the file.
        content: what it should hold, for errors.

    Raises:
        ValueError: if the file can't be read, is not PEM, or holds a private key or no certificate.
    """
    try:
        pem = read_file(path)
    except UnreadableFileError as error:
        raise ValueError(f"the file can't be read: {error}") from error
    return _parse(pem, content)


@cache
def default_root() -> x509.Certificate:
    """Return the certificate named by `DEFAULT_ROOT` from certifi's bundle.

    Raises:
        ValueError: if the installed certifi no longer has it.
    """
    for block in _PEM_BLOCK.findall(Path(certifi.where()).read_bytes()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # other roots' oddities are not ours to fix
            certificate = x509.load_pem_x509_certificate(block)
        if name_of(certificate) == DEFAULT_ROOT:
            return certificate
    raise ValueError(f"certifi's bundle has no certificate named {DEFAULT_ROOT}")


def default_root_pem() -> str:
    """Return `default_root` as PEM text; raises as it does."""
    return as_pem([default_root()])


def check_authorities(certificates: Sequence[x509.Certificate], now: datetime) -> None:
    """Check that each certificate is a CA and valid at `now` and for the following 30 days.

    Raises:
        ValueError: naming the first certificate that is not, and why.
    """
    check_each(
        certificates, lambda certificate: _fault_of_authority(certificate) or fault_of_validity(certificate, now)
    )


def check_each(certificates: Sequence[x509.Certificate], fault: Callable[[x509.Certificate], str]) -> None:
    """Check certificates one by one.

    Arguments:
        certificates: the certificates of one file.
        fault: says what is wrong with a certificate; empty if nothing is.

    Raises:
        ValueError: naming the first certificate with a fault, and the fault.
    """
    for position, certificate in enumerate(certificates, start=1):
        which = f" ({position} of {len(certificates)})" if len(certificates) > 1 else ""
        found = fault(certificate)
        if found:
            raise ValueError(f"certificate '{name_of(certificate)}'{which} {found}")


def fault_of_validity(certificate: x509.Certificate, now: datetime) -> str:
    """Return why a certificate is not valid at `now` and for the following 30 days; empty if it is."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        return f"is not valid before {begins:%Y-%m-%d}"
    if now > ends:
        return f"expired on {ends:%Y-%m-%d}"
    if ends - now < SHORTEST_REST_OF_LIFE:
        return f"expires on {ends:%Y-%m-%d}, in less than {SHORTEST_REST_OF_LIFE.days} days"
    return ""


def name_of(certificate: x509.Certificate) -> str:
    """Return a certificate's common name, or its whole subject if it has none."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def as_pem(certificates: Sequence[x509.Certificate]) -> str:
    """Return certificates as PEM text, in their order."""
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in certificates)


def first_end(pem: str) -> datetime:
    """Return when the first of some certificates ends its life."""
    return min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(pem.encode()))


def fingerprints(pem: str) -> list[str]:
    """Return the SHA-256 fingerprint of each certificate in PEM text, lower-case hexadecimal, in their order.

    Raises:
        ValueError: if the text holds no certificate, or one that can't be decoded.
    """
    return [each.fingerprint(SHA256()).hex() for each in x509.load_pem_x509_certificates(pem.encode())]


def _parse(pem: bytes, content: str) -> list[x509.Certificate]:
    if b"PRIVATE KEY-----" in pem:
        raise ValueError(f"the file holds a private key; give a file with {content} only")
    if b"-----BEGIN " not in pem:
        raise ValueError("the file is not PEM: it has no line '-----BEGIN CERTIFICATE-----'")
    if b"-----BEGIN CERTIFICATE-----" not in pem:
        raise ValueError("the file holds no certificate")
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise ValueError("the file holds a certificate that can't be decoded") from error


def _fault_of_authority(certificate: x509.Certificate) -> str:
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):  # ValueError: an extension that can't be decoded vouches for nothing
        authority = False
    return "" if authority else "is not a CA certificate (basicConstraints does not say CA:TRUE)"


@dataclass(frozen=True)
class CertificateFile:
    """A file of certificates.

    Arguments:
        text: its path as written in configuration.
        pem: its certificates as PEM text.
    """

    text: str
    pem: str

    def __str__(self) -> str:
        return self.text
