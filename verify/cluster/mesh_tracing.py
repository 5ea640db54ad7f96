"""What the mesh is told to trace: its configuration and its Telemetry, held against the stack."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from common.plain import at, list_at, map_at
from components.constants.choices import TracingMode
from components.constants.names import COLLECTOR, ISTIO_NAMESPACE, MESH_DEFAULT, PROVIDER_NAMES
from components.constants.ports import OTLP_PORT
from verify.causes import Cause
from verify.expected import Expected
from verify.outcomes import Finding, failed, passed


def judge_provider(mesh: str, expected: Expected) -> Finding:
    """Return whether the mesh configuration has the tracing provider of the stack.

    Arguments:
        mesh: key `mesh` of ConfigMap `istio`, YAML.
        expected: what is to hold in the environment.
    """
    known: object = yaml.safe_load(mesh)
    if expected.tracing_mode is TracingMode.NATIVE:
        return _native(known, expected)
    name = PROVIDER_NAMES[expected.tracing_mode]
    title = f"the mesh has tracing provider {name}"
    providers = list_at(known, "extensionProviders")
    provider = next((each for each in providers if each.get("name") == name), None)
    if provider is None:
        others = ", ".join(str(each.get("name")) for each in providers) or "none"
        return failed(title, Cause.PROVIDER_MISSING, f"providers: {others}")
    settings = map_at(provider, "opentelemetry") or map_at(provider, "lightstep")
    goal = f"{settings.get('service')}:{settings.get('port')}"
    if expected.collector_namespace is not None and not _is_collector(settings, expected.collector_namespace):
        return failed(title, Cause.PROVIDER_MISSING, f"it sends to {goal}, not to the Collector")
    return passed(title, f"it sends to {goal}")


def _is_collector(settings: Mapping[str, Any], namespace: str) -> bool:
    host = str(settings.get("service"))
    return host.startswith(f"{COLLECTOR}.{namespace}.") and settings.get("port") == OTLP_PORT


def _native(mesh: object, expected: Expected) -> Finding:
    title = "sidecars have Envoy's Lightstep tracer"
    address = at(mesh, "defaultConfig", "tracing", "lightstep", "address")
    if address != expected.backend_address:
        return failed(title, Cause.PROVIDER_MISSING, f"the mesh configuration names {address or 'no satellites'}")
    return passed(title, f"it sends to {address}")


def judge_telemetry(telemetry: Mapping[str, Any] | None, expected: Expected) -> list[Finding]:
    """Return whether the mesh-wide Telemetry chooses the stack's provider and sampling.

    Arguments:
        telemetry: the resource; `None` if it does not exist.
        expected: the environment, in a mode with Telemetry resources.
    """
    name = PROVIDER_NAMES[expected.tracing_mode]
    title = f"Telemetry {MESH_DEFAULT} chooses {name}"
    if telemetry is None:
        return [failed(title, Cause.TELEMETRY_MISSING, f"no Telemetry {ISTIO_NAMESPACE}/{MESH_DEFAULT}")]
    tracing = next(iter(list_at(telemetry, "spec", "tracing")), None)
    chosen = [str(each.get("name")) for each in list_at(tracing, "providers")]
    if chosen != [name] or at(tracing, "disableSpanReporting"):
        return [failed(title, Cause.TELEMETRY_OTHER, f"it chooses {', '.join(chosen) or 'nobody'}")]
    title_of_sampling = f"{expected.sampling_percentage.normalize():f} % of requests are traced"
    percentage = at(tracing, "randomSamplingPercentage")
    seen = f"the Telemetry says {'nothing' if percentage is None else f'{percentage} %'}"
    if percentage is None or Decimal(str(percentage)) != expected.sampling_percentage:
        return [passed(title), failed(title_of_sampling, Cause.SAMPLING_OTHER, seen)]
    return [passed(title), passed(title_of_sampling, seen)]
