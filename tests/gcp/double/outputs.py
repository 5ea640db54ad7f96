"""What Google answers about a resource beyond its inputs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from tests.gcp.double.kinds import ACCOUNT, CLUSTER, Inputs, account_email
from tests.gcp.double.values import UNKNOWN

#: The control plane's version unless the cluster asks for an exact one: that of the sandbox's API server.
_VERSION: Final = "1.33.13-gke.1000000"


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


def _cluster(inputs: Inputs, endpoints: Endpoints) -> dict[str, Any]:
    """Name only the endpoints that the inputs switch on, so that a client of another one fails."""
    by_address = _at(inputs, "controlPlaneEndpointsConfig", "ipEndpointsConfig", "enabled")
    private_only = _at(inputs, "privateClusterConfig", "enablePrivateEndpoint")
    private = endpoints.private if by_address else ""
    public = endpoints.public if by_address and not private_only else ""
    version = inputs.get("minMasterVersion")
    return {
        "endpoint": private if private_only else public,
        "masterAuth": {"clusterCaCertificate": endpoints.ca},
        "masterVersion": _VERSION if version in {None, "latest"} else version,
        "privateClusterConfig": {"privateEndpoint": private, "publicEndpoint": public},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": endpoints.dns}},
    }


def _account(inputs: Inputs, _: Endpoints) -> dict[str, Any]:
    email = account_email(inputs)
    return {"email": email, "member": f"serviceAccount:{email}"}


_OUTPUTS: Final[Mapping[str, Callable[[Inputs, Endpoints], dict[str, Any]]]] = {CLUSTER: _cluster, ACCOUNT: _account}


def _at(inputs: Inputs, *keys: str) -> bool:
    value: Any = inputs
    for key in keys:
        value = cast("Inputs", value).get(key, {}) if isinstance(value, Mapping) else {}
    return value is True


def _unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _unknown(item) for key, item in cast("dict[str, Any]", value).items()}
    return UNKNOWN
