"""The Telemetry resources that choose what is traced, as plain data.

A Telemetry for a namespace or a workload says everything that the mesh-wide one says, since Istio takes whole fields
from the nearest one (https://istio.io/latest/docs/reference/config/telemetry/).
"""

import hashlib
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from components.model.spans import SamplingOverride
from components.tracing.plan import TracingPlan

_OBJECT_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


def mesh_spec(plan: TracingPlan) -> dict[str, Any]:
    """Return the specification of the mesh-wide Telemetry."""
    return {"tracing": [_tracing(plan, plan.sampling_percentage)]}


def override_spec(plan: TracingPlan, override: SamplingOverride) -> dict[str, Any]:
    """Return the specification of the Telemetry for one override."""
    spec = {"tracing": [_tracing(plan, override.percentage)]}
    if override.workload is None:
        return spec
    return {"selector": {"matchLabels": {"app": override.workload}}, **spec}


def _tracing(plan: TracingPlan, percentage: Decimal) -> dict[str, Any]:
    tracing: dict[str, Any] = {
        "providers": [{"name": plan.provider}],
        "randomSamplingPercentage": float(percentage),
    }
    if plan.custom_tags:
        tracing["customTags"] = {name: tag.istio() for name, tag in plan.custom_tags.items()}
    return tracing


def override_name(override: SamplingOverride) -> str:
    """Return the name of the Telemetry for one override, unique in its namespace."""
    if override.workload is None:
        return "sampling"
    name = override.workload
    if not _OBJECT_NAME.fullmatch(name):  # the value of a label may hold what a name may not
        name = hashlib.sha256(name.encode()).hexdigest()[:10]
    return f"sampling-{name}"


def untraced_spec(labels: Mapping[str, str]) -> dict[str, Any]:
    """Return the specification of a Telemetry that lets the Pods with `labels` report no spans."""
    return {"selector": {"matchLabels": dict(labels)}, "tracing": [{"disableSpanReporting": True}]}
