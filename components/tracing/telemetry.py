"""The Telemetry resources that choose what is traced, as plain data.

A Telemetry for a namespace or a workload says everything that the mesh-wide one says, since Istio takes whole fields
from the nearest one (https://istio.io/latest/docs/reference/config/telemetry/).
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from components.model.spans import CustomTags, SamplingOverride

_OBJECT_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")


@dataclass(frozen=True)
class TelemetryPlan:
    """What the mesh traces.

    Arguments:
        provider: name of the tracing extension provider.
        sampling_percentage: share of requests that are traced, 0 to 100 with at most two decimals.
        overrides: other percentages for parts of the mesh. Default: none.
        custom_tags: tags for every span. Default: none.
    """

    provider: str
    sampling_percentage: Decimal
    overrides: tuple[SamplingOverride, ...] = ()
    custom_tags: CustomTags = field(default_factory=dict[str, Any])

    def mesh_spec(self) -> dict[str, Any]:
        """Return the specification of the mesh-wide Telemetry."""
        return {"tracing": [self._tracing(self.sampling_percentage)]}

    def override_spec(self, override: SamplingOverride) -> dict[str, Any]:
        """Return the specification of the Telemetry for one override."""
        spec = {"tracing": [self._tracing(override.percentage)]}
        if override.workload is None:
            return spec
        return {"selector": {"matchLabels": {"app": override.workload}}, **spec}

    def _tracing(self, percentage: Decimal) -> dict[str, Any]:
        tracing: dict[str, Any] = {
            "providers": [{"name": self.provider}],
            "randomSamplingPercentage": float(percentage),
        }
        if self.custom_tags:
            tracing["customTags"] = {name: tag.istio() for name, tag in self.custom_tags.items()}
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
