"""Values of Istio's charts as plain data: which of them the program owns, and where the charts read them."""

from collections.abc import Mapping
from typing import Any, Final, cast

from common.plain import at, list_at
from components.constants.names import FILES_TEMPLATE, PROVIDER_NAMES

#: Chart values as Helm takes them: plain JSON-like data.
Values = dict[str, Any]

#: Values of the base chart that the program owns: dotted path -> the configuration key to use instead.
OWNED_BASE_VALUES: Final[Mapping[str, str]] = {
    "defaultRevision": "istioRevision",
    "global.istioNamespace": "istioVersion",
}

#: Values of the istiod chart that the program owns: dotted path -> the configuration key to use instead.
OWNED_ISTIOD_VALUES: Final[Mapping[str, str]] = {
    "global.hub": "istioHub",
    "global.tag": "istioVersion",
    "global.istioNamespace": "istioVersion",
    "global.proxy.tracer": "tracingMode",
    "global.tracer": "backendAddress",
    "hub": "istioHub",
    "tag": "istioVersion",
    "revision": "istioRevision",
    "revisionTags": "istioTags",
    "autoscaleMin": "istiodReplicas",
    "replicaCount": "istiodReplicas",
    "global.defaultPodDisruptionBudget.enabled": "istiodReplicas",
    "traceSampling": "samplingPercentage",
    "env.PILOT_TRACE_SAMPLING": "samplingPercentage",
    "cni.enabled": "podNetwork",
    "meshConfig.enableTracing": "samplingPercentage",
    "meshConfig.defaultConfig.tracing": "backendAddress",
    "meshConfig.defaultProviders.tracing": "tracingMode",
    f"sidecarInjectorWebhook.templates.{FILES_TEMPLATE}": "tracingMode",
}

#: Values of the cni chart that the program owns: dotted path -> the configuration key to use instead. The chart also
#: copies what is under `cni` to the top.
OWNED_CNI_VALUES: Final[Mapping[str, str]] = {
    f"{prefix}{path}": key
    for prefix in ("", "global.", "cni.")
    for path, key in {"hub": "istioHub", "tag": "istioVersion"}.items()
}

#: Where the charts read the same values from: everything under `pilot` is copied to the top.
_PLACES: Final = ("", "pilot.")

#: The same, and where the charts keep their own defaults (istio.io/istio 1.27.0, zzz_profile.yaml and
#: zzy_descope_legacy.yaml in each chart).
PREFIXES: Final = tuple(
    f"{defaults}{place}" for defaults in ("", "_internal_defaults_do_not_set.") for place in _PLACES
)

#: Our tracing provider is added to a team's own ones here; in the other places a list would replace ours.
PROVIDERS: Final = ("meshConfig", "extensionProviders")

#: Names of the injection templates that every sidecar is made of: ours go behind a team's own ones.
DEFAULT_TEMPLATES: Final = ("sidecarInjectorWebhook", "defaultTemplates")


def owned_paths(values: Mapping[str, Any], owned: Mapping[str, str]) -> dict[str, str]:
    """Return which of a team's own chart values the program owns.

    These are the values that would be overruled, or have a key of their own. Other ways to the same end are found by
    what the charts make (`components/mesh/owned_facts.py`).

    Arguments:
        values: the team's values.
        owned: `OWNED_BASE_VALUES` or another of the tables above.

    Returns:
        Dotted path in `values` -> the configuration key to use instead; empty if there is no conflict.
    """
    providers = ".".join(PROVIDERS)
    everywhere = {f"{place}{path}": key for place in _PLACES for path, key in owned.items()}
    found = {path: key for path, key in everywhere.items() if at(values, *path.split(".")) is not None}
    for index, provider in enumerate(list_at(values, *PROVIDERS)):
        if isinstance(provider, Mapping) and cast("Mapping[str, Any]", provider).get("name") in PROVIDER_NAMES.values():
            found[f"{providers}[{index}]"] = "backendAddress"
    return found
