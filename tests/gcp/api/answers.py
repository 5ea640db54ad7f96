"""What Google's APIs answer, in their own JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from tests.gcp.api.calls import Body, Call, Inputs, at, is_empty, put
from tests.gcp.api.descriptions import method
from tests.gcp.api.resources import CALLS

#: Output of Pulumi's provider -> where the API has it, as far as the program or people need it.
_OUTPUTS: Final[Mapping[str, Mapping[str, str]]] = {
    "gcp:container/cluster:Cluster": {
        "endpoint": "endpoint",
        "masterVersion": "currentMasterVersion",
        "masterAuth.clusterCaCertificate": "masterAuth.clusterCaCertificate",
        "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint": (
            "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint"
        ),
        "privateClusterConfig.privateEndpoint": "controlPlaneEndpointsConfig.ipEndpointsConfig.privateEndpoint",
        "privateClusterConfig.publicEndpoint": "controlPlaneEndpointsConfig.ipEndpointsConfig.publicEndpoint",
        "selfLink": "selfLink",
    },
    "gcp:container/nodePool:NodePool": {"version": "version"},
    "gcp:compute/network:Network": {"selfLink": "selfLink", "routingMode": "routingConfig.routingMode"},
    "gcp:compute/subnetwork:Subnetwork": {
        **{name: name for name in ("gatewayAddress", "network", "privateIpv6GoogleAccess", "purpose", "selfLink")},
        "stackType": "stackType",
    },
    "gcp:compute/router:Router": {"network": "network", "selfLink": "selfLink"},
    "gcp:compute/firewall:Firewall": {"network": "network", "selfLink": "selfLink"},
    "gcp:serviceaccount/account:Account": {"email": "email", "name": "name"},
}

#: What a resource has whatever its inputs are.
_ALWAYS: Final[Mapping[str, Body]] = {
    "gcp:container/cluster:Cluster": {"status": "RUNNING"},
    "gcp:container/nodePool:NodePool": {"status": "RUNNING"},
}

#: What a creation's body wraps the resource in.
_WRAPPERS: Final = ("cluster", "nodePool", "serviceAccount")


def resource(type_: str, inputs: Inputs, outputs: Inputs) -> Body:
    """Return a resource as the API answers a question for it.

    Arguments:
        type_: its type token.
        inputs: its inputs.
        outputs: what the provider answers beyond them.
    """
    body = next(each.body for each in CALLS[type_].create(inputs) if each.body is not None)
    found = next((body[each] for each in _WRAPPERS if each in body), body)
    made: Body = {**json.loads(json.dumps(found)), **_ALWAYS.get(type_, {})}
    for given, path in _OUTPUTS.get(type_, {}).items():
        value = at(outputs, given)
        if not is_empty(value):
            put(made, path, value)
    return made


def entry(call: Call, found: Body) -> dict[str, Any]:
    """Return what the log holds of a call: its method, verb and URL, body, and the answer."""
    sent = {} if call.body is None else {"request": call.body}
    return {"method": call.method, "call": call.line, **sent, "answer": answer(call, found)}


def answer(call: Call, found: Body) -> Body:
    """Return what a call is answered.

    Arguments:
        call: the call.
        found: the resource that it is about, as the API has it.
    """
    kind = method(call.method).response
    if kind in _FIXED:
        return _FIXED[kind](call)
    return {"nats": found["nats"]} if kind == "Router" and "nats" in found else found


def _operation(call: Call) -> Body:
    done: Body = {"done": True} if method(call.method).api == "serviceusage" else {"status": "DONE"}
    return {"name": "operation-1", **done}


def _policy(call: Call) -> Body:
    return cast("Body", (call.body or {}).get("policy", {"bindings": [], "etag": "BwXhqDzNQ5A=", "version": 1}))


_FIXED: Final[Mapping[str, Callable[[Call], Body]]] = {
    "Empty": lambda _: {},
    "InstanceGroupManagerList": lambda _: {"items": []},
    "ListServicesResponse": lambda _: {"services": []},
    "Operation": _operation,
    "Policy": _policy,
    "Project": lambda it: {"projectId": it.parameters["projectId"], "lifecycleState": "ACTIVE"},
}
