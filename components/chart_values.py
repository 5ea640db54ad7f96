"""The values that the program gives to Istio's charts, decided by pure functions on plain data.

A team may add values of its own (`baseValues`, `istiodValues`); what the program owns always wins, and settings refuse
a value that would be overruled, naming the configuration key to use instead.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final, cast

from components.container_resources import QUOTAS
from components.tracing_values import FILES_TEMPLATE, PROVIDER_NAMES, Values

#: Where Istio lives, in every guide and by every chart's default.
ISTIO_NAMESPACE: Final = "istio-system"

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
    "autoscaleMin": "istiodReplicas",
    "replicaCount": "istiodReplicas",
    "global.defaultPodDisruptionBudget.enabled": "istiodReplicas",
    "traceSampling": "samplingPercentage",
    "env.PILOT_TRACE_SAMPLING": "samplingPercentage",
    "meshConfig.enableTracing": "samplingPercentage",
    "meshConfig.defaultConfig.tracing": "backendAddress",
    "meshConfig.defaultProviders.tracing": "tracingMode",
    f"sidecarInjectorWebhook.templates.{FILES_TEMPLATE}": "tracingMode",
}

#: Where else the charts read the same values from: everything under `pilot` is copied to the top, and the defaults are
#: kept under a name of their own (istio.io/istio 1.27.0, zzz_profile.yaml and zzy_descope_legacy.yaml in each chart).
PREFIXES: Final = ("", "pilot.", "_internal_defaults_do_not_set.", "_internal_defaults_do_not_set.pilot.")

#: How many Pods of istiod the charts' autoscaler makes at most (chart value `pilot.autoscaleMax`).
_MOST_PODS: Final = 5

#: Our tracing provider is added to a team's own ones here; in the other places a list would replace ours.
PROVIDERS: Final = "meshConfig.extensionProviders"

#: Names of the injection templates that every sidecar is made of: ours go behind a team's own ones.
DEFAULT_TEMPLATES: Final = "sidecarInjectorWebhook.defaultTemplates"


def base_values(*, revision: str | None, extra: Mapping[str, Any]) -> Values:
    """Return the values of the base chart.

    Arguments:
        revision: the control plane's revision; `None` is the default one.
        extra: the team's own values.
    """
    return merged(extra, {"defaultRevision": revision or "default", "global": {"istioNamespace": ISTIO_NAMESPACE}})


def istiod_values(
    *,
    version: str,
    hub: str,
    revision: str | None,
    replicas: int,
    tracing: Mapping[str, Any],
    extra: Mapping[str, Any],
) -> Values:
    """Return the values of the istiod chart.

    Arguments:
        version: exact Istio version, the tag of the images.
        hub: registry and path of Istio's images, for example `docker.io/istio`.
        revision: the control plane's revision; `None` is the default one.
        replicas: number of istiod's Pods that there are at least; the chart's autoscaler adds more under load.
        tracing: what `tracing_values` returned.
        extra: the team's own values.
    """
    ours = merged(tracing, {"global": {"hub": hub, "tag": version, "istioNamespace": ISTIO_NAMESPACE}})
    ours = merged(ours, _replicas(replicas))
    if revision:
        ours["revision"] = revision
    values = merged(_defaults(replicas, extra), merged(extra, ours))
    _extend(values, PROVIDERS, _list_at(extra, PROVIDERS), _list_at(tracing, PROVIDERS))
    templates = [each for each in _list_at(tracing, DEFAULT_TEMPLATES) if each == FILES_TEMPLATE]
    _extend(values, DEFAULT_TEMPLATES, _list_at(extra, DEFAULT_TEMPLATES), templates)
    return values


def _replicas(replicas: int) -> Values:
    """Return the values that keep so many Pods. Of a single one a disruption budget would only block every drain."""
    return {
        "pilot": {"autoscaleMin": replicas, "replicaCount": replicas},
        "global": {"defaultPodDisruptionBudget": {"enabled": replicas > 1}},
    }


def _defaults(replicas: int, extra: Mapping[str, Any]) -> Values:
    """Return the values that hold unless a team has its own, wherever it has put them."""
    pilot = {"resources": QUOTAS["istiod"].values(), "autoscaleMax": max(_MOST_PODS, replicas)}
    free = {key: value for key, value in pilot.items() if all(_at(extra, p + key) is None for p in PREFIXES)}
    return {"pilot": free}


def owned_paths(values: Mapping[str, Any], owned: Mapping[str, str]) -> dict[str, str]:
    """Return which of a team's own chart values the program owns.

    Arguments:
        values: the team's values.
        owned: `OWNED_BASE_VALUES` or `OWNED_ISTIOD_VALUES`.

    Returns:
        Dotted path in `values` -> the configuration key to use instead; empty if there is no conflict.
    """
    hidden = {f"{prefix}{PROVIDERS}": "backendAddress" for prefix in PREFIXES if prefix}
    everywhere = {f"{prefix}{path}": key for prefix in PREFIXES for path, key in owned.items()}
    found = {path: key for path, key in (everywhere | hidden).items() if _at(values, path) is not None}
    for index, provider in enumerate(_list_at(values, PROVIDERS)):
        if isinstance(provider, Mapping) and cast("Mapping[str, Any]", provider).get("name") in PROVIDER_NAMES.values():
            found[f"{PROVIDERS}[{index}]"] = "backendAddress"
    return found


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """Return `over` laid on `under`, mapping by mapping; anything else in `over` replaces what it meets."""
    result: Values = deepcopy(dict(under))
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            result[key] = merged(cast("Mapping[str, Any]", below), cast("Mapping[str, Any]", value))
        else:
            result[key] = deepcopy(value)
    return result


def _at(values: Mapping[str, Any], path: str) -> object:
    """Return what stands at a dotted path, or `None`."""
    here: object = values
    for part in path.split("."):
        if not isinstance(here, Mapping):
            return None
        here = cast("Mapping[str, object]", here).get(part)
    return here


def _list_at(values: Mapping[str, Any], path: str) -> list[Any]:
    found = _at(values, path)
    return cast("list[Any]", found) if isinstance(found, list) else []


def _extend(values: Values, path: str, theirs: list[Any], ours: list[Any]) -> None:
    """Put `theirs` and then `ours` at a dotted path, each entry once, where both have something to say."""
    if not theirs or not ours:
        return
    *parents, last = path.split(".")
    holder: Any = values
    for part in parents:
        holder = holder[part]
    holder[last] = [*theirs, *(each for each in ours if each not in theirs)]
