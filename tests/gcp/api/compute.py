"""The requests for networks, subnets, routers, Cloud NAT and firewall rules (`google-beta/services/compute`)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.gcp.api.calls import UNSENT, Call, Field, Fields, Inputs, UnknownInputError, body


def _network(given: str, inputs: Inputs) -> str:
    return given if "/" in given else f"projects/{inputs['project']}/global/networks/{given}"


def _region(given: str, inputs: Inputs) -> str:
    return f"projects/{inputs['project']}/global/regions/{given}"


_NETWORK: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "autoCreateSubnetworks": Field("autoCreateSubnetworks", is_forced=True),
    "deleteBgpAlwaysCompareMed": UNSENT,
    "deleteDefaultRoutesOnCreate": UNSENT,
    "networkFirewallPolicyEnforcementOrder": Field("networkFirewallPolicyEnforcementOrder"),
}

_SUBNETWORK: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "region": Field("region", _region),
    "network": Field("network", _network),
    "ipCidrRange": Field("ipCidrRange"),
    "privateIpGoogleAccess": Field("privateIpGoogleAccess"),
    "secondaryIpRanges": Field("secondaryIpRanges"),
}

_ROUTER: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "region": Field("region", _region),
    "network": Field("network", _network),
}

_NAT: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "region": UNSENT,
    "router": UNSENT,
    "natIpAllocateOption": Field("natIpAllocateOption"),
    "sourceSubnetworkIpRangesToNat": Field("sourceSubnetworkIpRangesToNat"),
    "subnetworks": Field(
        "subnetworks",
        lambda it, _: [{"name": each["name"], "sourceIpRangesToNat": each["sourceIpRangesToNats"]} for each in it],
    ),
    "logConfig.enable": Field("logConfig.enable"),
    "logConfig.filter": Field("logConfig.filter"),
    "minPortsPerVm": Field("minPortsPerVm"),
    "icmpIdleTimeoutSec": Field("icmpIdleTimeoutSec"),
    "tcpEstablishedIdleTimeoutSec": Field("tcpEstablishedIdleTimeoutSec"),
    "tcpTimeWaitTimeoutSec": Field("tcpTimeWaitTimeoutSec"),
    "tcpTransitoryIdleTimeoutSec": Field("tcpTransitoryIdleTimeoutSec"),
    "type": Field("type"),
    "udpIdleTimeoutSec": Field("udpIdleTimeoutSec"),
}

_FIREWALL: Final[Fields] = {
    "name": Field("name"),
    "project": UNSENT,
    "network": Field("network", _network),
    "description": Field("description", is_forced=True),
    "direction": Field("direction"),
    "priority": Field("priority", is_forced=True),
    "sourceRanges": Field("sourceRanges"),
    "targetServiceAccounts": Field("targetServiceAccounts"),
    "allows": Field("allowed", lambda it, _: [{"IPProtocol": each["protocol"], "ports": each["ports"]} for each in it]),
}

#: Collection of the API -> what of the inputs becomes the body, and whether it stands in a region.
_COLLECTIONS: Final[Mapping[str, tuple[Fields, bool]]] = {
    "networks": (_NETWORK, False),
    "subnetworks": (_SUBNETWORK, True),
    "routers": (_ROUTER, True),
    "firewalls": (_FIREWALL, False),
}

#: What the provider's schemas add to a request, whatever the inputs are.
_ALWAYS: Final[Mapping[str, Mapping[str, Any]]] = {
    "networks": {"routingConfig": {}},
    "subnetworks": {},
    "routers": {},
    "firewalls": {"disabled": False},
}

#: Input of a subnet -> the method that changes it (`resourceComputeSubnetworkUpdate`); others are patched.
_SUBNETWORK_SETTERS: Final[Mapping[str, str]] = {
    "ipCidrRange": "compute.subnetworks.expandIpCidrRange",
    "privateIpGoogleAccess": "compute.subnetworks.setPrivateIpGoogleAccess",
}

#: Parameter that names one resource of a collection.
_NAMED: Final[Mapping[str, str]] = {
    "networks": "network",
    "subnetworks": "subnetwork",
    "routers": "router",
    "firewalls": "firewall",
}


def create(collection: str, inputs: Inputs) -> list[Call]:
    """Return the calls that make a resource of a collection such as `networks`."""
    fields, _ = _COLLECTIONS[collection]
    made = {**_ALWAYS[collection], **body(fields, inputs)}
    return [Call(f"compute.{collection}.insert", _place(collection, inputs), made), _wait(collection, inputs)]


def read(collection: str, inputs: Inputs) -> list[Call]:
    """Return the calls that read one."""
    return [Call(f"compute.{collection}.get", _name(collection, inputs))]


def update(collection: str, inputs: Inputs, changed: Sequence[str]) -> list[Call]:
    """Return the calls that change one in place.

    Arguments:
        collection: the collection.
        inputs: its inputs now.
        changed: names of those that differ.

    Raises:
        UnknownInputError: if no table says how one of them is changed.
    """
    fields, _ = _COLLECTIONS[collection]
    unknown = [each for each in changed if each not in fields]
    if unknown:
        raise UnknownInputError(f"no table of requests says how the input {unknown[0]} of {collection} is changed")
    setters = [each for each in changed if collection == "subnetworks" and each in _SUBNETWORK_SETTERS]
    patched = {key: value for key, value in inputs.items() if key in changed and key not in setters}
    calls = [
        *(Call(_SUBNETWORK_SETTERS[each], _name(collection, inputs), {each: inputs[each]}) for each in setters),
        *([Call(f"compute.{collection}.patch", _name(collection, inputs), body(fields, patched))] if patched else []),
    ]
    return [call for each in calls for call in (each, _wait(collection, inputs))]


def delete(collection: str, inputs: Inputs) -> list[Call]:
    """Return the calls that delete one."""
    return [Call(f"compute.{collection}.delete", _name(collection, inputs)), _wait(collection, inputs)]


def create_nat(inputs: Inputs) -> list[Call]:
    """Return the calls that add a NAT to its router: the API has it as a part of the router, which is read first."""
    return _patched_router(inputs, [body(_NAT, inputs)])


def read_nat(inputs: Inputs) -> list[Call]:
    """Return the calls that read the router of a NAT."""
    return [Call("compute.routers.get", _router(inputs))]


def update_nat(inputs: Inputs, _: Sequence[str]) -> list[Call]:
    """Return the calls that change a NAT, which is written anew whatever has changed."""
    return _patched_router(inputs, [body(_NAT, inputs)])


def delete_nat(inputs: Inputs) -> list[Call]:
    """Return the calls that take a NAT from its router."""
    return _patched_router(inputs, [])


def _patched_router(inputs: Inputs, nats: list[dict[str, Any]]) -> list[Call]:
    name = _router(inputs)
    return [
        Call("compute.routers.get", name),
        Call("compute.routers.patch", name, {"nats": nats}),
        _wait("routers", inputs),
    ]


def _router(inputs: Inputs) -> dict[str, str]:
    return {"project": inputs["project"], "region": inputs["region"], "router": inputs["router"]}


def _place(collection: str, inputs: Inputs) -> dict[str, str]:
    _, is_regional = _COLLECTIONS[collection]
    return {"project": inputs["project"], **({"region": inputs["region"]} if is_regional else {})}


def _name(collection: str, inputs: Inputs) -> dict[str, str]:
    return {**_place(collection, inputs), _NAMED[collection]: inputs["name"]}


def _wait(collection: str, inputs: Inputs) -> Call:
    """Return the call that is repeated until Google has done what it was asked for."""
    place = _place(collection, inputs)
    method = "compute.regionOperations.get" if "region" in place else "compute.globalOperations.get"
    return Call(method, {**place, "operation": "operation-1"})
