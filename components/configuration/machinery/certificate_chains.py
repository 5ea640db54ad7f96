"""Certificates with their private keys, checked beforehand: the Collector's as a client, the gateway's as a server."""

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from components.configuration.machinery.certificates import (
    as_pem,
    check_each,
    fault_of_validity,
    name_of,
    read_certificates,
)

_USABLE: Final = (RSAPrivateKey, EllipticCurvePrivateKey, Ed25519PrivateKey)

#: Smallest RSA key that Envoy serves (envoyproxy/envoy v1.30.0, source/common/tls/context_impl.cc).
SMALLEST_RSA: Final = 2048


def read_client_chain(path: Path, now: datetime) -> str:
    """Read a PEM file of a client certificate and the CA certificates above it, and return them as PEM text.

    Arguments:
        path: the file, the client's own certificate first, then the one that issued it, and so on.
        now: the time, with its zone, against which validity is checked.

    Raises:
        ValueError: if the file can't be read, is not PEM, holds a private key or no certificate, if a certificate is
            not yet valid, expired, or expires within 30 days, if the first one is not for clients, or if one was not
            issued by the next.
    """
    return as_pem(_chain(path, now, ExtendedKeyUsageOID.CLIENT_AUTH, "clients", "clientAuth"))


def read_server_chain(path: Path, now: datetime) -> str:
    """Read a PEM file of the gateway's certificate and the CA certificates above it, and return them as PEM text.

    Arguments as those of `read_client_chain`.

    Raises:
        ValueError: as `read_client_chain` does, for servers; and if the first certificate's key is not one that every
            Envoy serves: RSA of 2048 bits or more, or ECDSA on the curve P-256.
    """
    chain = _chain(path, now, ExtendedKeyUsageOID.SERVER_AUTH, "servers", "serverAuth")
    key = chain[0].public_key()
    is_rsa = isinstance(key, RSAPublicKey) and key.key_size >= SMALLEST_RSA
    if not is_rsa and not (isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)):
        raise ValueError(
            f"certificate '{name_of(chain[0])}' has a key that not every Envoy serves: neither RSA of {SMALLEST_RSA} "
            "bits or more nor ECDSA on P-256"
        )
    return as_pem(chain)


def covers(chain: str, host: str) -> bool:
    """Tell whether the first certificate of a chain (PEM) is for a DNS name, which may begin with `*.`."""
    certificate = x509.load_pem_x509_certificate(chain.encode())
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):  # browsers have not looked at the common name for years
        return False
    given = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    return not given.isdisjoint({host.lower(), f"*.{host.lower().partition('.')[2]}"})


def read_private_key(text: str) -> str:
    """Read a private key in PEM and return it as PKCS #8 in PEM.

    Raises:
        ValueError: if it is empty, no PEM, encrypted, or of a kind other than RSA, ECDSA and Ed25519; the message never
            repeats `text`.
    """
    if "PRIVATE KEY-----" not in text:
        raise ValueError("it is not a private key in PEM: it has no line that ends with 'PRIVATE KEY-----'")
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except TypeError as error:
        raise ValueError("it is encrypted, and whoever uses it can't ask for a passphrase") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("it can't be decoded") from error
    if not isinstance(key, _USABLE):
        raise ValueError("it is neither an RSA, an ECDSA nor an Ed25519 key")
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def belong_together(key: str, chain: str) -> bool:
    """Tell whether a private key (PEM) is that of the first certificate of a chain (PEM)."""
    private = load_pem_private_key(key.encode(), password=None)
    try:
        certified = x509.load_pem_x509_certificate(chain.encode()).public_key()
    except (ValueError, UnsupportedAlgorithm):  # a kind of key that no private key read here is of
        return False
    return _encoded(private.public_key()) == _encoded(certified)


def _encoded(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _chain(
    path: Path, now: datetime, use: x509.ObjectIdentifier, whom: str, name_of_use: str
) -> list[x509.Certificate]:
    chain = read_certificates(path, "a certificate chain")
    check_each(chain, lambda certificate: fault_of_validity(certificate, now))
    if not _is_for(chain[0], use):
        raise ValueError(
            f"certificate '{name_of(chain[0])}' is not for {whom} (extendedKeyUsage does not say {name_of_use})"
        )
    for issued, issuer in pairwise(chain):
        if not _was_issued_by(issued, issuer):
            raise ValueError(f"certificate '{name_of(issued)}' was not issued by the next, '{name_of(issuer)}'")
    return chain


def _is_for(certificate: x509.Certificate, use: x509.ObjectIdentifier) -> bool:
    """Tell whether a certificate may be put to a use; one that names none may be put to any."""
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except ValueError:  # an extension that can't be decoded allows nothing
        return False
    return not {use, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}.isdisjoint(uses)


def _was_issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
