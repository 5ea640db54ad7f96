"""The CA Secret held against the stack, and the backend's certificate held against it."""

import base64
import socket
import ssl
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import certifi
from cryptography import x509

from common.plain import at
from components.backends.address import BackendAddress
from components.configuration.machinery.certificates import SHORTEST_REST_OF_LIFE, fingerprints, name_of
from components.constants.files import CA_KEY, CA_SECRET
from verify.causes import Cause
from verify.outcomes import Finding, failed, passed, skipped, warned

#: Seconds for a TLS handshake from this machine.
_PATIENCE: Final = 5


@dataclass(frozen=True)
class CaSecret:
    """What a CA Secret is found to be.

    Arguments:
        findings: whether it is there, right and valid.
        pem: its certificates, if they can be used.
    """

    findings: tuple[Finding, ...]
    pem: str | None = None


@dataclass(frozen=True)
class CaPlace:
    """Where a CA stands: a namespace, and in it a Secret and its key."""

    namespace: str
    secret: str = CA_SECRET
    key: str = CA_KEY

    def __str__(self) -> str:
        """Return what people know it by: `<namespace>/<Secret>`."""
        return f"{self.namespace}/{self.secret}"


def judge_ca_secret(
    place: CaPlace, secret: Mapping[str, Any] | None, sha256: Collection[str], now: datetime
) -> CaSecret:
    """Return whether a Secret holds the stack's CA, valid now and for the next 30 days.

    Arguments:
        place: where it stands.
        secret: the Secret; `None` if it does not exist.
        sha256: fingerprints of the stack's CA certificates.
        now: the time, with its zone.
    """
    title = f"Secret {place} holds the stack's CA"
    if secret is None:
        return CaSecret((failed(title, Cause.CA_SECRET_MISSING, f"no Secret {place}"),))
    try:
        pem = base64.b64decode(at(secret, "data", place.key) or "").decode("ascii")
        found = fingerprints(pem)
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        return CaSecret((failed(title, Cause.CA_UNREADABLE, f"key {place.key} holds no PEM certificate"),))
    if set(found) != set(sha256):
        shown = f"SHA-256 {short(found)}, the stack's is {short(sha256)}"
        return CaSecret((failed(title, Cause.CA_SECRET_OTHER, shown),))
    validity = [_validity(certificate, now) for certificate in certificates]
    return CaSecret((passed(title, f"SHA-256 {short(found)}"), *validity), pem)


def _validity(certificate: x509.Certificate, now: datetime) -> Finding:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    title = f"CA '{name_of(certificate)}' is valid"
    if now < begins:
        return failed(title, Cause.CA_EXPIRED, f"not before {begins:%Y-%m-%d}")
    if now > ends:
        return failed(title, Cause.CA_EXPIRED, f"expired on {ends:%Y-%m-%d}")
    if ends - now < SHORTEST_REST_OF_LIFE:
        return warned(title, Cause.CA_EXPIRES_SOON, f"expires on {ends:%Y-%m-%d}")
    return passed(title, f"until {ends:%Y-%m-%d}")


def handshake(address: str, pem: str | None) -> Finding:
    """Return whether the backend shows a certificate that the CA verifies, by a TLS handshake from this machine.

    Where this machine can't reach the backend, nothing follows: it may be reachable from the cluster only, and then the
    Collector's own log says whether its handshakes succeed.

    Arguments:
        address: host and port.
        pem: the CA; `None` means the public ones, here those of the package `certifi`.
    """
    title = f"{'the CA verifies' if pem else 'public CAs verify'} the certificate of {address}"
    known = BackendAddress.parse(address)
    # gRPC and OTLP/HTTP both: a gRPC server may end a handshake that does not offer h2.
    settings = ssl.create_default_context(cadata=pem) if pem else ssl.create_default_context(cafile=certifi.where())
    settings.set_alpn_protocols(["h2", "http/1.1"])
    try:
        with (
            socket.create_connection((known.host, known.port), _PATIENCE) as connection,
            settings.wrap_socket(connection, server_hostname=known.host) as session,
        ):
            return passed(title, f"{session.version()} handshake from this machine")
    except ssl.SSLCertVerificationError as error:
        return failed(title, Cause.CA_DOES_NOT_VERIFY_BACKEND, f"handshake from this machine: {error.verify_message}")
    except ssl.SSLError as error:
        if error.reason in _PLAIN_TEXT:
            return failed(title, Cause.BACKEND_SPEAKS_PLAIN_TEXT, f"handshake from this machine: {error.reason}")
        return skipped(title, f"the handshake from this machine ended early ({error.reason}), the Collector tells more")
    except OSError as error:
        return skipped(title, f"this machine can't reach it ({error.strerror or error}); the Collector's log counts")


#: What OpenSSL says when the answer to its greeting is no TLS record.
_PLAIN_TEXT: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST"}
)


def short(found: Iterable[str]) -> str:
    """Return the beginnings of fingerprints, for people; `nothing` if there are none."""
    return ", ".join(f"{each[:16]}…" for each in found) or "nothing"
