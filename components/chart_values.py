"""The values that the program gives to Istio's charts, decided by pure functions on plain data.

A team may add values of its own (`baseValues`, `istiodValues`); what the program owns always wins, and settings refuse
a value that would be overruled, naming the configuration key to use instead.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, cast

from components.kubernetes_objects import CA_BUNDLE, SKIP_AWAIT, wait_for

#: Chart values as Helm takes them: plain JSON-like data.
Values = dict[str, Any]

#: Name of the tracing extension provider in the mesh configuration and in the Telemetry resource.
TRACING_PROVIDER: Final = "otel-collector"

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
    "global.proxy.tracer": "backendAddress",
    "global.tracer": "backendAddress",
    "hub": "istioHub",
    "tag": "istioVersion",
    "revision": "istioRevision",
    "traceSampling": "samplingPercentage",
    "meshConfig.enableTracing": "samplingPercentage",
    "meshConfig.defaultConfig.tracing": "backendAddress",
    "meshConfig.defaultProviders.tracing": "backendAddress",
}

#: Where else the charts read the same values from: everything under `pilot` is copied to the top, and the defaults are
#: kept under a name of their own (istio.io/istio 1.27.0, zzz_profile.yaml and zzy_descope_legacy.yaml in each chart).
PREFIXES: Final = ("", "pilot.", "_internal_defaults_do_not_set.", "_internal_defaults_do_not_set.pilot.")

#: Our tracing provider is added to a team's own ones here; in the other places a list would replace ours.
PROVIDERS: Final = "meshConfig.extensionProviders"


@dataclass(frozen=True)
class OtlpService:
    """A Service in the mesh that takes OTLP over gRPC.

    Arguments:
        host: the Service's full name, for example `otel-collector.observability.svc.cluster.local`.
        port: its TCP port.
    """

    host: str
    port: int


def base_values(*, revision: str | None, extra: Mapping[str, Any]) -> Values:
    """Return the values of the base chart.

    Arguments:
        revision: the control plane's revision; `None` is the default one.
        extra: the team's own values.
    """
    return merged(extra, {"defaultRevision": revision or "default", "global": {"istioNamespace": ISTIO_NAMESPACE}})


def istiod_values(
    *, version: str, hub: str, revision: str | None, collector: OtlpService, extra: Mapping[str, Any]
) -> Values:
    """Return the values of the istiod chart.

    The sampling percentage is not among them: it stands in the Telemetry resource, so that a change of it touches
    neither istiod nor the mesh configuration. The annotations tell Pulumi's Kubernetes provider what proves readiness:
    the injector's CA bundle, which istiod writes once it answers; and that istiod's Service needs no wait of its own,
    since the Deployment behind it is awaited.

    Arguments:
        version: exact Istio version, the tag of the images.
        hub: registry and path of Istio's images, for example `docker.io/istio`.
        revision: the control plane's revision; `None` is the default one.
        collector: where sidecars send their spans.
        extra: the team's own values.
    """
    provider = {
        "name": TRACING_PROVIDER,
        "opentelemetry": {"service": collector.host, "port": collector.port},
    }
    others = cast("list[Any]", _at(extra, PROVIDERS) or [])
    ours: Values = {
        "global": {"hub": hub, "tag": version, "istioNamespace": ISTIO_NAMESPACE},
        "meshConfig": {"enableTracing": True, "extensionProviders": [*others, provider]},
        "serviceAnnotations": SKIP_AWAIT,
        "sidecarInjectorWebhookAnnotations": wait_for(CA_BUNDLE),
    }
    if revision:
        ours["revision"] = revision
    return merged(extra, ours)


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
    providers = cast("list[Any]", _at(values, PROVIDERS) or [])
    for index, provider in enumerate(providers):
        if isinstance(provider, Mapping) and cast("Mapping[str, Any]", provider).get("name") == TRACING_PROVIDER:
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
