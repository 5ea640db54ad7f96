"""The access token, and other headers that the backend wants: where they are read, and not refused. Never shown."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from common.plain import at, map_at
from components.constants.choices import TracingMode
from components.constants.files import CREDENTIALS_KEY, CREDENTIALS_SECRET, TOKEN_KEY, TOKEN_SECRET
from components.constants.names import ISTIO_NAMESPACE
from components.versions.istio import ProviderToken, row_for
from verify.causes import Cause
from verify.cluster.collector import judge_acceptance, reading_of
from verify.cluster.collector_counters import is_of_mirror
from verify.context import Context
from verify.expected import ExpectedBackend
from verify.outcomes import Finding, any_failed, failed, passed, skipped
from verify.stage import Stage

#: Complaints of the Collector that are about the token.
_OF_THE_TOKEN: Final = frozenset({Cause.TOKEN_REFUSED})


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Look for the Secrets, and for the backend's refusal in the Collector's log."""
    found: list[Finding] = []
    for backend in context.expected.backends:
        reading = reading_of(context.collector, mirror=backend.mirror)
        if backend.google:
            title = "Google Cloud takes the Collector's identity"
            found += judge_acceptance(title, reading, _OF_THE_TOKEN, Cause.IDENTITY_REFUSED)
            continue
        if not backend.header_names:
            found.append(skipped(STAGE.name, f"{backend.address} wants no token"))
            continue
        progress("looking for the token")
        present = _present(context, backend)
        found += present
        if not any_failed(present):
            found += judge_acceptance(f"the {backend.called} takes the token", reading, _OF_THE_TOKEN)
    return found


STAGE: Final = Stage("access token", "access-token", 15, check)


def _present(context: Context, backend: ExpectedBackend) -> list[Finding]:
    expected = context.expected
    if expected.tracing_mode is TracingMode.OPENTELEMETRY:
        path = f"/api/v1/namespaces/{expected.collector_namespace}/secrets/{CREDENTIALS_SECRET}"
        return [judge_credentials(context.kubernetes.find(path), expected.collector_namespace or "", backend)]
    row = row_for(expected.istio_version)
    if expected.tracing_mode is TracingMode.LIGHTSTEP_PROVIDER and row.provider_token is ProviderToken.FILE:
        paths = {each: f"/api/v1/namespaces/{each}/secrets/{TOKEN_SECRET}" for each in expected.namespaces}
        return [judge_token_file(each, context.kubernetes.find(path)) for each, path in paths.items()]
    folder = f"/api/v1/namespaces/{ISTIO_NAMESPACE}/configmaps"
    names = [f"istio{each.revision_suffix}" for each in expected.control_planes]
    return [judge_mesh_token(context.kubernetes.find(f"{folder}/{name}")) for name in names]


def judge_credentials(secret: Mapping[str, Any] | None, namespace: str, backend: ExpectedBackend) -> Finding:
    """Return whether the Collector's Secret holds every header that a backend wants, with a value."""
    where = f"{namespace}/{CREDENTIALS_SECRET}"
    title = f"Secret {where} holds the {backend.called}'s headers"
    if secret is None:
        return failed(title, Cause.TOKEN_MISSING, f"no Secret {where}")
    present = _headers(secret, backend)
    missing = [name for name in backend.header_names if not present.get(name)]
    if missing:
        return failed(title, Cause.TOKEN_MISSING, f"without a value: {', '.join(missing)}")
    return passed(title, f"{', '.join(backend.header_names)}: present, not shown")


def _headers(secret: Mapping[str, Any], backend: ExpectedBackend) -> Mapping[str, Any]:
    try:
        document: object = json.loads(base64.b64decode(at(secret, "data", CREDENTIALS_KEY) or ""))
    except ValueError:
        return {}
    return {
        name: value
        for called, exporter in map_at(document, "exporters").items()
        if is_of_mirror(called) is backend.mirror
        for name, value in map_at(exporter, "headers").items()
    }


def judge_token_file(namespace: str, secret: Mapping[str, Any] | None) -> Finding:
    """Return whether a namespace has the Secret with the token that its sidecars read."""
    title = f"Secret {namespace}/{TOKEN_SECRET} holds the token"
    if not at(secret, "data", TOKEN_KEY):
        seen = f"no Secret {namespace}/{TOKEN_SECRET}" if secret is None else f"key {TOKEN_KEY} is empty"
        return failed(title, Cause.TOKEN_MISSING, seen)
    return passed(title, "present, not shown")


def judge_mesh_token(config_map: Mapping[str, Any] | None) -> Finding:
    """Return whether the mesh configuration holds a token, in the modes that have it there."""
    title = "the mesh configuration holds the token"
    text = str(at(config_map, "data", "mesh") or "")
    values = [line.partition(":")[2].strip().strip("\"'") for line in text.splitlines() if "accessToken:" in line]
    if not any(values):
        return failed(title, Cause.TOKEN_MISSING, "accessToken is empty or not there")
    return passed(title, "present, not shown")
