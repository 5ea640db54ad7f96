"""Where the gateway is reached from outside: its Service, DNS, and the port."""

import socket
from collections.abc import Mapping
from typing import Any, Final

from common.plain import at, list_at
from components.constants.choices import ServiceType
from verify.causes import Cause
from verify.expected import Expected
from verify.outcomes import Finding, failed, passed

#: Seconds for a TCP connection from this machine.
_PATIENCE: Final = 5


def judge_address(service: Mapping[str, Any], expected: Expected) -> Finding:
    """Return whether the gateway's Service has an address, the one in the stack's outputs."""
    title = "the gateway has an address"
    if at(service, "spec", "type") == ServiceType.LOAD_BALANCER:
        listed = list_at(service, "status", "loadBalancer", "ingress")
        hosts = [str(each[key]) for each in listed for key in ("ip", "hostname") if each.get(key)]
        if not hosts:
            return failed(title, Cause.GATEWAY_WITHOUT_ADDRESS, "its Service's status names no ingress")
        if expected.ingress_host not in hosts:
            seen = f"its Service has {', '.join(hosts)}, the stack's output says {expected.ingress_host}"
            return failed(title, Cause.GATEWAY_OTHER_ADDRESS, seen)
        key = "port"
    else:
        key = "nodePort"
    ports = [int(each[key]) for each in list_at(service, "spec", "ports") if each.get(key)]
    if not ports:
        seen = f"its Service, of type {at(service, 'spec', 'type')}, has no port on the nodes"
        return failed(title, Cause.GATEWAY_WITHOUT_ADDRESS, seen)
    if expected.ingress_port not in ports:
        seen = f"its Service has ports {', '.join(map(str, ports))}, the stack's output says {expected.ingress_port}"
        return failed(title, Cause.GATEWAY_OTHER_ADDRESS, seen)
    return passed(title, f"GATEWAY_URL={expected.gateway_url}")


def resolve(host: str) -> Finding:
    """Return whether a host name is known to DNS here; an IP address always is."""
    title = f"{host} is known here"
    try:
        found = sorted({str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError as error:
        return failed(title, Cause.GATEWAY_NAME_UNKNOWN, f"{error.strerror or error}")
    return passed(title, ", ".join(found))


def connect(host: str, port: int, namespace: str, service: str) -> Finding:
    """Return whether somebody listens at an address, that of a Service."""
    title = f"port {port} of {host} is open"
    try:
        socket.create_connection((host, port), _PATIENCE).close()
    except OSError as error:
        seen = f"from this machine: {error.strerror or error}"
        return failed(title, Cause.GATEWAY_PORT_CLOSED, seen, namespace=namespace, service=service)
    return passed(title, "TCP connection from this machine")
