"""What istiod is told about the Deployment and Service that it makes of a Gateway: pure functions on plain data.

istiod lays each on its own template, as a strategic merge patch (istio.io/istio 1.31,
pilot/pkg/config/kube/gatewaycommon/deploymentcontroller.go, `applyOverlay`, and
manifests/charts/istio-control/istio-discovery/files/kube-gateway.yaml). Its containers are hardened there already.
"""

from typing import Any

import yaml

from components.constants.choices import ServiceType
from components.gateway.entry import HTTP_PORT, HTTPS_PORT, POD_PORTS, GatewayArgs
from components.kubernetes.draining import PROXY_DRAINS
from components.kubernetes.resources import RESOURCES
from components.kubernetes.workloads import spread_data
from components.model.gateway import BY_GATEWAY_API


def overlays(args: GatewayArgs) -> dict[str, str]:
    """Return the data of the ConfigMap that a Gateway's `parametersRef` names."""
    parts = {"deployment": _deployment(args), "service": _service(args)}
    if args.replicas > 1:  # of a single one a budget would only block every drain
        parts["podDisruptionBudget"] = {"spec": {"maxUnavailable": 1}}
    return {name: yaml.safe_dump(part, sort_keys=False) for name, part in parts.items()}


def _deployment(args: GatewayArgs) -> dict[str, Any]:
    pod: dict[str, Any] = {
        # The template's privilege, to bind ports below 1024, is of no use: the Service leads to ports above.
        "securityContext": {"sysctls": [], "seccompProfile": {"type": "RuntimeDefault"}},
        "topologySpreadConstraints": spread_data(BY_GATEWAY_API.selector),
        "containers": [{"name": "istio-proxy", "resources": RESOURCES["gateway"].values(), "env": list(PROXY_DRAINS)}],
    }
    return {"spec": {"replicas": args.replicas, "template": {"spec": pod}}}


def _service(args: GatewayArgs) -> dict[str, Any]:
    entries = (HTTP_PORT, HTTPS_PORT) if args.tls else (HTTP_PORT,)
    spec: dict[str, Any] = {
        "type": args.service_type.value,
        "ports": [{"port": port, "targetPort": to} for port, to in zip(entries, POD_PORTS, strict=False)],
    }
    if args.source_ranges:
        # Otherwise nodes that pass requests on put their own address in place of the caller's.
        spec |= {"loadBalancerSourceRanges": list(args.source_ranges), "externalTrafficPolicy": "Local"}
    return {"spec": spec}


def addresses(args: GatewayArgs) -> dict[str, Any]:
    """Return the address of the Gateway's specification; nothing where the cloud chooses one."""
    if args.load_balancer_address is None or args.service_type is not ServiceType.LOAD_BALANCER:
        return {}
    return {"addresses": [{"type": "IPAddress", "value": args.load_balancer_address}]}
