"""What istiod says of a Gateway and an HTTPRoute (Gateway API) in their status: pure judgement of objects."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from common.plain import list_at
from components.constants.names import ISTIO_NAMESPACE
from components.model.gateway import API_GATEWAY
from components.model.gateway_api import API
from verify.causes import Cause
from verify.outcomes import Finding, failed, passed

_PROGRAMMED: Final = "istiod has put the Gateway into effect"
_LISTENERS: Final = "the Gateway's listeners are in effect"
_ROUTE: Final = "the route to Bookinfo hangs on the Gateway"


def gateway_path(namespace: str) -> str:
    """Return the API path of the Gateway."""
    return f"/apis/{API}/namespaces/{namespace}/gateways/{API_GATEWAY}"


def route_path(namespace: str) -> str:
    """Return the API path of Bookinfo's HTTPRoute."""
    return f"/apis/{API}/namespaces/{namespace}/httproutes/bookinfo"


def judge_programmed(gateway: Mapping[str, Any], namespace: str) -> Finding:
    """Return whether istiod has taken the Gateway up, and made of it what takes requests."""
    wrong = list(_untrue(list_at(gateway, "status", "conditions"), ("Accepted", "Programmed")))
    if wrong:
        return failed(_PROGRAMMED, Cause.GATEWAY_NOT_PROGRAMMED, *wrong, namespace=namespace, istio=ISTIO_NAMESPACE)
    return passed(_PROGRAMMED, "conditions Accepted and Programmed")


def judge_listeners(gateway: Mapping[str, Any], namespace: str) -> Finding:
    """Return whether each listener has what it names, which is above all its certificate."""
    listeners = list_at(gateway, "status", "listeners")
    wrong = [
        f"listener {listener['name']}: {complaint}"
        for listener in listeners
        for complaint in _untrue(list_at(listener, "conditions"), ("ResolvedRefs", "Programmed"))
    ]
    if wrong:
        return failed(_LISTENERS, Cause.GATEWAY_CERTIFICATE_MISSING, *wrong, namespace=namespace)
    return passed(_LISTENERS, f"{len(listeners)} listeners")


def judge_route(route: Mapping[str, Any] | None, namespace: str) -> Finding:
    """Return whether istiod lets Bookinfo's route hang on the Gateway, and finds where it leads."""
    if route is None:
        return failed(_ROUTE, Cause.ROUTE_MISSING, f"no HTTPRoute {namespace}/bookinfo", namespace=namespace)
    parents = list_at(route, "status", "parents")
    conditions = [list_at(parent, "conditions") for parent in parents] or [[]]
    refused = [complaint for each in conditions for complaint in _untrue(each, ("Accepted",))]
    if refused:
        return failed(_ROUTE, Cause.ROUTE_REFUSED, *refused, namespace=namespace)
    lost = [complaint for each in conditions for complaint in _untrue(each, ("ResolvedRefs",))]
    if lost:
        return failed(_ROUTE, Cause.ROUTE_LEADS_NOWHERE, *lost, namespace=namespace)
    return passed(_ROUTE, f"accepted by {len(parents)} listeners")


def _untrue(conditions: Sequence[Mapping[str, Any]], types: Sequence[str]) -> Iterator[str]:
    """Yield what is said of the conditions of these types that don't hold; nobody may have said anything."""
    said = {str(each.get("type")): each for each in conditions}
    for kind in types:
        condition = said.get(kind, {})
        if condition.get("status") != "True":
            yield f"{kind}: {condition.get('message') or 'istiod says nothing of it'}"
