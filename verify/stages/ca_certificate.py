"""The CA by which the backend is recognized: its Secret is there, right and valid, and it verifies the backend."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from components.constants.choices import TracingMode
from components.constants.files import CA_SECRET
from verify.causes import Cause
from verify.cluster.certificates import handshake, judge_ca_secret
from verify.cluster.collector import judge_acceptance
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Finding, Verdict, any_failed, skipped
from verify.stage import Stage

#: Complaints of the Collector that are about the CA.
_OF_THE_CA: Final = frozenset({Cause.CA_DOES_NOT_VERIFY_BACKEND, Cause.BACKEND_SPEAKS_PLAIN_TEXT})


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the Secrets, then make a handshake from here and read what the Collector says of its own."""
    expected = context.expected
    if not expected.backend_tls:
        way = "inside mutual TLS" if expected.jaeger_namespace else "without TLS"
        return [skipped(STAGE.name, f"the stack reaches {expected.backend_address} {way}")]
    if not expected.backend_ca_sha256:
        return _recognized(context, progress, None)
    progress("reading the CA Secrets")
    found: list[Finding] = []
    pems: list[str] = []
    for namespace in namespaces_with_ca(expected):
        secret = context.kubernetes.find(f"/api/v1/namespaces/{namespace}/secrets/{CA_SECRET}")
        seen = judge_ca_secret(namespace, secret, expected, datetime.now(UTC))
        found += seen.findings
        pems += [seen.pem] if seen.pem else []
    if any_failed(found) or not pems:
        return found
    return [*found, *_recognized(context, progress, pems[0])]


STAGE: Final = Stage("CA certificate", "ca-certificate", 14, check)


def _recognized(context: Context, progress: Callable[[str], None], pem: str | None) -> list[Finding]:
    """Return whether the backend is recognized by a CA, `None` for the public ones: from here, and by the Collector."""
    address = context.expected.backend_address
    progress(f"TLS handshake with {address}")
    shown = handshake(address, pem)
    if shown.verdict is Verdict.FAIL:
        return [shown]
    progress("reading the Collector's log")
    title = "the Collector accepts the backend's certificate"
    return [shown, *judge_acceptance(title, context.collector, _OF_THE_CA)]


def namespaces_with_ca(expected: Expected) -> tuple[str, ...]:
    """Return where the CA Secret is read: beside the Collector, or in every namespace with sidecars."""
    if expected.tracing_mode is TracingMode.OPENTELEMETRY:
        return (expected.collector_namespace or "",)
    return expected.namespaces
