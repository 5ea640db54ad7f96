"""The rules of tracing: which options an Istio version and a tracing mode have."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from components.configuration.errors import Steps, put, remove
from components.configuration.fields import is_free_namespace
from components.configuration.key import Surroundings
from components.configuration.mesh_keys import DEFAULT_VERSION
from components.configuration.parsing import Finding, Findings, Rule
from components.constants.choices import TracingMode
from components.model.spans import SamplingOverride
from components.versions.istio import row_for

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module


def to_opentelemetry(settings: "Settings") -> Steps:
    """Return the commands by which a stack comes to send its spans through the Collector."""
    if TracingMode.OPENTELEMETRY in row_for(settings.istio_version).modes:
        return put("tracingMode", TracingMode.OPENTELEMETRY)
    given = remove("tracingMode") if "tracing_mode" in settings.model_fields_set else ()
    return (*given, *put("istioVersion", DEFAULT_VERSION))


def _overrides_have_an_effect(settings: "Settings", _: Surroundings) -> Findings:
    row = row_for(settings.istio_version)
    if settings.sampling_overrides and not row.telemetry_in(settings.tracing_mode):
        missing = f"tracingMode {settings.tracing_mode}" if row.telemetry_api else f"Istio {settings.istio_version}"
        yield Finding(
            "sampling_overrides",
            f"{missing} has no Telemetry API, and one percentage holds for the whole mesh",
            mend=(remove("samplingOverrides"), _to_telemetry(settings)),
        )


def _to_telemetry(settings: "Settings") -> Steps:
    row = row_for(settings.istio_version)
    usable = [mode for mode in row.modes if row.telemetry_in(mode)]
    return put("tracingMode", usable[0]) if usable else to_opentelemetry(settings)


def _overrides_are_for_sidecars(settings: "Settings", _: Surroundings) -> Findings:
    application = (settings.bookinfo_namespace,) if settings.bookinfo else ()
    injected = {*application, *settings.injected_namespaces}
    others = [override for override in settings.sampling_overrides if override.namespace not in injected]
    if others:
        names = list(dict.fromkeys(override.namespace for override in others))
        rest = [override for override in settings.sampling_overrides if override.namespace in injected]
        leave_out = put("samplingOverrides", _as_json(rest)) if rest else remove("samplingOverrides")
        inject = put("injectedNamespaces", json.dumps([*settings.injected_namespaces, *names]))
        free = all(is_free_namespace(name) for name in names)
        yield Finding(
            "sampling_overrides",
            f"this program gives no sidecars to Pods in: {', '.join(names)}",
            mend=(inject, leave_out) if free else (leave_out,),
        )


def _as_json(overrides: Sequence[SamplingOverride]) -> str:
    """Return overrides as they stand in configuration."""
    entries = [
        {"namespace": override.namespace, "percentage": float(override.percentage)}
        | ({"workload": override.workload} if override.workload else {})
        for override in overrides
    ]
    return json.dumps(entries)


def _tags_have_an_effect(settings: "Settings", _: Surroundings) -> Findings:
    if settings.custom_tags and not row_for(settings.istio_version).custom_tags:
        yield Finding(
            "custom_tags",
            f"Istio {settings.istio_version} can't add tags to spans",
            mend=(remove("customTags"), put("istioVersion", DEFAULT_VERSION)),
        )


TRACING_RULES: Final[Sequence[Rule["Settings"]]] = (
    Rule(("istio_version", "tracing_mode", "sampling_overrides"), _overrides_have_an_effect),
    Rule(("bookinfo", "bookinfo_namespace", "injected_namespaces", "sampling_overrides"), _overrides_are_for_sidecars),
    Rule(("istio_version", "custom_tags"), _tags_have_an_effect),
)
