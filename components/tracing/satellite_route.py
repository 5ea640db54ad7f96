"""How the mesh reaches satellites that sidecars send to themselves, in mode `lightstep-provider`.

istiod looks the provider's host up among the mesh's services, so satellites outside of it need a ServiceEntry; a
DestinationRule says how the connection is encrypted and by which CA the satellites are recognized.
"""

from typing import Any

from components.constants.files import CA_FILE
from components.tracing.plan import TracingPlan

#: Hosts under this domain are Services of the cluster, which the mesh knows by itself.
_CLUSTER_DOMAIN = ".svc.cluster.local"


def service_entry_spec(plan: TracingPlan) -> dict[str, Any] | None:
    """Return the specification of the ServiceEntry; `None` if the satellites are a Service of the cluster."""
    host, backend = plan.satellite_host, plan.backend
    if host.endswith(_CLUSTER_DOMAIN):
        return None
    spec: dict[str, Any] = {
        "hosts": [host],
        "location": "MESH_EXTERNAL",
        "ports": [{"number": backend.address.port, "name": "grpc-satellite", "protocol": "GRPC"}],
    }
    if backend.address.is_ip:
        return {**spec, "resolution": "STATIC", "endpoints": [{"address": backend.address.host}]}
    return {**spec, "resolution": "DNS"}


def destination_rule_spec(plan: TracingPlan) -> dict[str, Any]:
    """Return the specification of the DestinationRule.

    The certificate's name is checked as well, since versions before 1.21 would take any that the CA has signed
    (istio.io/istio 1.20.0, VERIFY_CERTIFICATE_AT_CLIENT).
    """
    host, backend = plan.satellite_host, plan.backend
    if not backend.tls:
        return {"host": host, "trafficPolicy": {"tls": {"mode": "DISABLE"}}}
    tls: dict[str, Any] = {
        "mode": "SIMPLE",
        "caCertificates": CA_FILE,
        "subjectAltNames": [backend.address.host],
    }
    if not backend.address.is_ip:
        tls["sni"] = backend.address.host
    return {"host": host, "trafficPolicy": {"tls": tls}}
