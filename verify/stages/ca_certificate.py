"""The CA by which the backend is recognized: its Secret is there, right and valid, and it verifies the backend."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from components.constants.choices import TracingMode
from components.constants.files import CA_SECRET
from verify.causes import Cause
from verify.cluster.certificates import handshake, judge_ca_secret
from verify.context import Context
from verify.expected import Expected
from verify.outcomes import Finding, Verdict, failed, passed, skipped
from verify.stage import Stage

#: Complaints of the Collector that are about the CA.
_OF_THE_CA: Final = frozenset({Cause.CA_DOES_NOT_VERIFY_BACKEND, Cause.BACKEND_SPEAKS_PLAIN_TEXT})


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read the Secrets, then make a handshake from here and read what the Collector says of its own."""
    expected = context.expected
    if not expected.backend_tls:
        return [skipped(STAGE.name, f"the stack reaches {expected.backend_address} without TLS")]
    progress("reading the CA Secrets")
    found: list[Finding] = []
    pems: list[str] = []
    for namespace in namespaces_with_ca(expected):
        secret = context.kubernetes.find(f"/api/v1/namespaces/{namespace}/secrets/{CA_SECRET}")
        seen = judge_ca_secret(namespace, secret, expected, datetime.now(UTC))
        found += seen.findings
        pems += [seen.pem] if seen.pem else []
    if any(each.verdict is Verdict.FAIL for each in found) or not pems:
        return found
    progress(f"TLS handshake with {expected.backend_address}")
    shown = handshake(expected.backend_address, pems[0])
    if shown.verdict is Verdict.FAIL:
        return [*found, shown]
    progress("reading the Collector's log")
    return [*found, shown, *_collector_says(context)]


STAGE: Final = Stage("CA certificate", "ca-certificate", 14, check)


def namespaces_with_ca(expected: Expected) -> tuple[str, ...]:
    """Return where the CA Secret is read: beside the Collector, or in every namespace with sidecars."""
    if expected.tracing_mode is TracingMode.OPENTELEMETRY:
        return (expected.collector_namespace or "",)
    return expected.namespaces


def _collector_says(context: Context) -> list[Finding]:
    reading = context.collector
    if reading is None:
        return []
    title = "the Collector accepts the backend's certificate"
    complaint = reading.complaint
    if complaint is not None and complaint.cause in _OF_THE_CA:
        return [failed(title, complaint.cause, f"its log: {complaint.line}")]
    if reading.simulated:
        return [skipped(title, reading.unseen, Cause.SIMULATED_NODES)]
    if reading.counters is None:
        return [skipped(title, "its counters can't be read; stage Collector says why")]
    if reading.counters.sent:
        return [passed(title, f"{reading.counters.sent} spans sent")]
    return [skipped(title, "it has sent nothing yet; the smoke traffic will show")]
