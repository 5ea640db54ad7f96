"""What a Gateway (Gateway API) listens to, and which routes hang on it: pure functions on plain data.

A listener of the Gateway API has one host, so there is one for each. Where the gateway serves HTTPS, plain HTTP has one
listener for all hosts, to which routes of the gateway's own namespace alone may attach: the one that redirects.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from components.gateway.entry import HTTP_PORT, HTTPS_PORT
from components.model.gateway import API_GATEWAY

_ANY_HOST: Final = "*"

#: The listener of plain HTTP, of one or all hosts.
_HTTP: Final = "http"


def listeners(hosts: Sequence[str], certificate: str | None, routes_from: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the listeners of the Gateway.

    Arguments:
        hosts: hosts that it serves.
        certificate: name of a TLS Secret in the gateway's namespace; `None` serves HTTP.
        routes_from: label selector of the namespaces whose routes may attach to it.
    """
    selected = {"from": "Selector", "selector": dict(routes_from)}
    if certificate is None:
        return [_listener(name, HTTP_PORT, "HTTP", selected, host) for name, host in _named(_HTTP, hosts)]
    tls = {"mode": "Terminate", "certificateRefs": [{"group": "", "kind": "Secret", "name": certificate}]}
    https = [
        {**_listener(name, HTTPS_PORT, "HTTPS", selected, host), "tls": tls} for name, host in _named("https", hosts)
    ]
    return [_listener(_HTTP, HTTP_PORT, "HTTP", {"from": "Same"}, _ANY_HOST), *https]


def parents(namespace: Any, hosts: Sequence[str], *, tls: bool) -> list[dict[str, Any]]:
    """Return the listeners that applications are served by, as an HTTPRoute names them.

    Arguments:
        namespace: name of the gateway's namespace.
        hosts: hosts that it serves.
        tls: whether it serves HTTPS.
    """
    return [_parent(name, namespace) for name, _ in _named("https" if tls else _HTTP, hosts)]


def redirect(namespace: Any) -> dict[str, Any]:
    """Return the specification of the HTTPRoute that sends plain HTTP to HTTPS."""
    to_https = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "statusCode": 301}}
    return {"parentRefs": [_parent(_HTTP, namespace)], "rules": [{"filters": [to_https]}]}


def route_hosts(hosts: Sequence[str]) -> dict[str, Any]:
    """Return the hosts of an HTTPRoute; every host is none in particular."""
    return {} if _ANY_HOST in hosts else {"hostnames": list(hosts)}


def _named(prefix: str, hosts: Sequence[str]) -> list[tuple[str, str]]:
    return [(f"{prefix}-{index}" if index > 1 else prefix, host) for index, host in enumerate(hosts, start=1)]


def _listener(name: str, port: int, protocol: str, routes: dict[str, Any], host: str) -> dict[str, Any]:
    named = {} if host == _ANY_HOST else {"hostname": host}
    return {"name": name, "port": port, "protocol": protocol, **named, "allowedRoutes": {"namespaces": routes}}


def _parent(listener: str, namespace: Any) -> dict[str, Any]:
    return {"name": API_GATEWAY, "namespace": namespace, "sectionName": listener}
