"""Gateways of the Gateway API as rules see them: what istiod is told to make of them, and which routes hang on them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from policy.reading import at, entries, known, mapping
from policy.resource import Resource

#: The keys of a ConfigMap that a Gateway's `parametersRef` names (istio.io/istio 1.31,
#: pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go, `supportedOverlays`).
_OVERLAYS: Final = frozenset(
    {"deployment", "service", "serviceAccount", "horizontalPodAutoscaler", "podDisruptionBudget"}
)


def overlays(config_map: Resource) -> Mapping[str, Any]:
    """Return what a ConfigMap tells istiod about objects of a Gateway, by their names there; empty if it is no such.

    Raises:
        NotKnownYet: if that is not known.
    """
    data = mapping(config_map.properties, "data")
    if not data or not data.keys() <= _OVERLAYS:
        return {}
    return {name: yaml.safe_load(str(known(text))) for name, text in data.items()}


def plain_listeners(gateway: Resource) -> Iterator[str]:
    """Yield the names of a Gateway's listeners that take unencrypted requests; none of Istio's own Gateway."""
    for listener in entries(gateway.properties, "spec.listeners"):
        if at(listener, "protocol") == "HTTP":
            yield str(at(listener, "name"))


def hangs_on(route: Resource, gateway: Resource, listener: str) -> bool:
    """Tell whether an HTTPRoute names a listener of a Gateway, or all of them, as its parent."""
    return any(
        at(parent, "name") == gateway.object_name
        and (at(parent, "namespace") or route.namespace) == gateway.namespace
        and at(parent, "sectionName") in (None, listener)
        for parent in entries(route.properties, "spec.parentRefs")
    )


def redirects_only(route: Resource) -> bool:
    """Tell whether all that an HTTPRoute does is to send requests to HTTPS."""
    rules = entries(route.properties, "spec.rules")
    return bool(rules) and all(
        any(at(each, "requestRedirect.scheme") == "https" for each in entries(rule, "filters")) for rule in rules
    )
