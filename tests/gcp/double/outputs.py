"""What the genuine provider answers about a resource beyond its inputs.

`tests/gcp/facts/provider.yaml` holds each property of its recorded answers against these.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any, Final, cast

from tests.gcp.double.kinds import ACCOUNT, CLUSTER, KINDS, NODE_POOL, Inputs, account_email
from tests.gcp.double.values import UNKNOWN

#: The control plane's version unless the cluster asks for an exact one: that of the sandbox's API server.
_VERSION: Final = "1.33.13-gke.1000000"

_COMPUTE: Final = "https://www.googleapis.com/compute/v1/"


@dataclass(frozen=True)
class Endpoints:
    """Where the cluster's control plane is reached.

    Arguments:
        dns: host name and port of the DNS endpoint, for which a CA vouches that clients know anyway.
        public: address and port of the public endpoint.
        private: address and port of the private one.
        ca: the cluster's own CA certificate, base64 of PEM.
    """

    dns: str
    public: str
    private: str
    ca: str


def outputs(type_: str, inputs: Inputs, endpoints: Endpoints) -> dict[str, Any]:
    """Return what Google answers about a resource with these inputs, nested as the inputs are."""
    return _OUTPUTS[type_](inputs, endpoints) if type_ in _OUTPUTS else {}


def unknown_outputs(type_: str, inputs: Inputs) -> dict[str, Any]:
    """Return the same before the resource is made: all of it unknown."""
    return _unknown(outputs(type_, inputs, Endpoints("", "", "", "")))


def merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return `first` with `second` over it, object by object."""
    both = dict(first)
    for key, value in second.items():
        below = both.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            both[key] = merged(cast("dict[str, Any]", below), cast("dict[str, Any]", value))
        else:
            both[key] = value
    return both


def _project_url(inputs: Inputs, path: str) -> str:
    return f"{_COMPUTE}projects/{inputs['project']}/{path}"


def _network_url(inputs: Inputs) -> str:
    given = str(inputs["network"])
    return _COMPUTE + given if "/" in given else _project_url(inputs, f"global/networks/{given}")


def _network(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    return {
        "description": "",
        "enableUlaInternalIpv6": False,
        "gatewayIpv4": "",
        "internalIpv6Range": "",
        "mtu": 0,
        "routingMode": "REGIONAL",
        "selfLink": _project_url(inputs, f"global/networks/{inputs['name']}"),
    }


def _subnetwork(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    nodes = inputs.get("ipCidrRange")
    return {
        "description": "",
        "externalIpv6Prefix": "",
        "gatewayAddress": str(ip_network(nodes)[1]) if isinstance(nodes, str) else "",
        "internalIpv6Prefix": "",
        "ipv6AccessType": "",
        "ipv6CidrRange": "",
        "network": _network_url(inputs),
        "privateIpGoogleAccess": inputs.get("privateIpGoogleAccess", False),
        "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
        "purpose": "PRIVATE",
        "role": "",
        "secondaryIpRanges": inputs.get("secondaryIpRanges", []),
        "selfLink": _project_url(inputs, f"regions/{inputs['region']}/subnetworks/{inputs['name']}"),
        "stackType": "IPV4_ONLY",
    }


def _router(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    return {
        "description": "",
        "encryptedInterconnectRouter": False,
        "network": _network_url(inputs),
        "selfLink": _project_url(inputs, f"regions/{inputs['region']}/routers/{inputs['name']}"),
    }


def _nat(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    subnetworks: list[Inputs] = inputs.get("subnetworks", [])
    return {
        "drainNatIps": [],
        "enableDynamicPortAllocation": False,
        "maxPortsPerVm": 0,
        "natIps": [],
        "rules": [],
        "subnetworks": [
            {**each, "name": f"{_COMPUTE}{each['name']}", "secondaryIpRangeNames": []} for each in subnetworks
        ],
    }


def _firewall(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    lists = ("denies", "destinationRanges", "sourceRanges", "sourceServiceAccounts", "sourceTags")
    return {
        **{each: inputs.get(each, []) for each in (*lists, "targetServiceAccounts", "targetTags")},
        "description": inputs.get("description", ""),
        "direction": inputs.get("direction", "INGRESS"),
        "disabled": False,
        "network": _network_url(inputs),
        "selfLink": _project_url(inputs, f"global/firewalls/{inputs['name']}"),
    }


def _account(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    email = account_email(inputs)
    return {
        "description": "",
        "email": email,
        "member": f"serviceAccount:{email}",
        "name": f"projects/{inputs['project']}/serviceAccounts/{email}",
    }


def _cluster(inputs: Inputs, endpoints: Endpoints) -> dict[str, Any]:
    """Name only the endpoints that the inputs switch on, so that a client of another one fails.

    Without IP addresses Google names the DNS endpoint as the endpoint: recorded by k8s-config-connector (commit
    cdb85ecf1708), `containercluster-dnsendpoint-noipendpoint/_http.log`.
    """
    by_address = _at(inputs, "controlPlaneEndpointsConfig", "ipEndpointsConfig", "enabled")
    private_only = _at(inputs, "privateClusterConfig", "enablePrivateEndpoint")
    private = endpoints.private if by_address else ""
    public = endpoints.public if by_address and not private_only else ""
    version = inputs.get("minMasterVersion")
    place = f"projects/{inputs['project']}/locations/{inputs['location']}"
    network, subnetwork = KINDS[CLUSTER].needs(inputs)[:2]
    return {
        "description": "",
        "enableAutopilot": False,
        "endpoint": (private if private_only else public) if by_address else endpoints.dns,
        "masterAuth": {"clientCertificate": "", "clientKey": "", "clusterCaCertificate": endpoints.ca},
        "network": network,
        "subnetwork": subnetwork,
        "masterVersion": _VERSION if version in {None, "latest"} else version,
        "privateClusterConfig": {"peeringName": "", "privateEndpoint": private, "publicEndpoint": public},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": endpoints.dns}},
        "selfLink": f"https://container.googleapis.com/v1beta1/{place}/clusters/{inputs['name']}",
    }


def _node_pool(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    return {
        "initialNodeCount": inputs.get("initialNodeCount", inputs.get("nodeCount", 0)),
        "maxPodsPerNode": 110,
        "namePrefix": "",
        "version": inputs.get("version", _VERSION),
    }


_OUTPUTS: Final[Mapping[str, Callable[[Inputs, Endpoints], dict[str, Any]]]] = {
    "gcp:compute/network:Network": _network,
    "gcp:compute/subnetwork:Subnetwork": _subnetwork,
    "gcp:compute/router:Router": _router,
    "gcp:compute/routerNat:RouterNat": _nat,
    "gcp:compute/firewall:Firewall": _firewall,
    ACCOUNT: _account,
    CLUSTER: _cluster,
    NODE_POOL: _node_pool,
}


def _at(inputs: Inputs, *keys: str) -> bool:
    value: Any = inputs
    for key in keys:
        value = cast("Inputs", value).get(key, {}) if isinstance(value, Mapping) else {}
    return value is True


def _unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unknown(item) for key, item in cast("dict[str, Any]", value).items()}
    return UNKNOWN
