"""The servers of an Istio Gateway: HTTP, or HTTPS to which HTTP is redirected."""

from collections.abc import Sequence
from typing import Any

from components.gateway.entry import HTTP_PORT, HTTPS_PORT


def gateway_servers(hosts: Sequence[str], certificate: str | None) -> list[dict[str, Any]]:
    """Return the servers as Istio's Gateway has them.

    Arguments:
        hosts: hosts that they serve.
        certificate: name of a TLS Secret in the gateway's namespace; `None` serves HTTP.
    """
    http: dict[str, Any] = {
        "port": {"number": HTTP_PORT, "name": "http", "protocol": "HTTP"},
        "hosts": list(hosts),
    }
    if certificate is None:
        return [http]
    https = {
        "port": {"number": HTTPS_PORT, "name": "https", "protocol": "HTTPS"},
        "hosts": list(hosts),
        "tls": {"mode": "SIMPLE", "credentialName": certificate, "minProtocolVersion": "TLSV1_2"},
    }
    return [{**http, "tls": {"httpsRedirect": True}}, https]
