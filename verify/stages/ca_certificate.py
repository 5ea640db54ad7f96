"""The CA by which the backend is recognized: its Secret is there, right and valid, and it verifies the backend."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from components.constants.choices import TracingMode
from components.constants.files import CA_KEY, CA_SECRET, CREDENTIALS_SECRET
from components.constants.names import MIRROR
from verify.causes import Cause
from verify.cluster.certificates import CaPlace, handshake, judge_ca_secret
from verify.cluster.collector import judge_acceptance, reading_of
from verify.context import Context
from verify.expected import Expected, ExpectedBackend
from verify.outcomes import Finding, Verdict, any_failed, skipped
from verify.stage import Stage

#: Complaints of the Collector that are about the CA.
_OF_THE_CA: Final = frozenset({Cause.CA_DOES_NOT_VERIFY_BACKEND, Cause.BACKEND_SPEAKS_PLAIN_TEXT})


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the Secrets, then make a handshake from here and read what the Collector says of its own."""
    return [finding for backend in context.expected.backends for finding in _check(context, backend, progress)]


STAGE: Final = Stage("CA certificate", "ca-certificate", 14, check)


def _check(context: Context, backend: ExpectedBackend, progress: Callable[[str], None]) -> list[Finding]:
    expected = context.expected
    if not backend.tls:
        way = "inside mutual TLS" if backend.in_cluster else "without TLS"
        return [skipped(STAGE.name, f"the stack reaches {backend.address} {way}")]
    if not backend.ca_sha256:
        return _recognized(context, backend, progress, None)
    progress("reading the CA Secrets")
    found: list[Finding] = []
    pems: list[str] = []
    secret_name, key = (CREDENTIALS_SECRET, f"{MIRROR}.{CA_KEY}") if backend.mirror else (CA_SECRET, CA_KEY)
    for namespace in namespaces_with_ca(expected):
        secret = context.kubernetes.find(f"/api/v1/namespaces/{namespace}/secrets/{secret_name}")
        place = CaPlace(namespace, secret_name, key)
        seen = judge_ca_secret(place, secret, backend.ca_sha256, datetime.now(UTC))
        found += seen.findings
        pems += [seen.pem] if seen.pem else []
    if any_failed(found) or not pems:
        return found
    return [*found, *_recognized(context, backend, progress, pems[0])]


def _recognized(
    context: Context, backend: ExpectedBackend, progress: Callable[[str], None], pem: str | None
) -> list[Finding]:
    """Return whether a backend is recognized by a CA, `None` for the public ones: from here, and by the Collector."""
    progress(f"TLS handshake with {backend.address}")
    shown = handshake(backend.address, pem)
    if shown.verdict is Verdict.FAIL:
        return [shown]
    progress("reading the Collector's log")
    title = f"the Collector accepts the {backend.called}'s certificate"
    return [shown, *judge_acceptance(title, reading_of(context.collector, mirror=backend.mirror), _OF_THE_CA)]


def namespaces_with_ca(expected: Expected) -> tuple[str, ...]:
    """Return where the CA Secret is read: beside the Collector, or in every namespace with sidecars."""
    if expected.tracing_mode is TracingMode.OPENTELEMETRY:
        return (expected.collector_namespace or "",)
    return expected.namespaces
