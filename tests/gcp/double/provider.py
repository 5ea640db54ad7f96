"""The double of the provider: checks, compares, and changes the fake cloud."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pulumi.provider.experimental import provider as pulumi_provider

from tests.gcp.api.answers import entry, resource
from tests.gcp.api.calls import Call
from tests.gcp.api.checking import problems as problems_of
from tests.gcp.api.resources import CALLS
from tests.gcp.double.changes import changed_inputs, compared
from tests.gcp.double.cloud import Cloud, Fault, RefusedError
from tests.gcp.double.google import delete, make, update
from tests.gcp.double.kinds import CLUSTER, KINDS, Kind
from tests.gcp.double.outputs import Endpoints, merged, outputs, unknown_outputs
from tests.gcp.double.sdk_types import problems
from tests.gcp.double.values import plain_map, wrapped_map

#: Who runs Pulumi, as Google says.
INSTALLING_USER: Final = "whoever-runs-pulumi@example.com"

#: Number of every project, as Google says.
PROJECT_NUMBER: Final = "123456789012"

#: Lists the inputs that were filled in; the bridge has the same.
_DEFAULTS: Final = "__defaults"

#: Where the state keeps the inputs: a DiffRequest of Pulumi's Python SDK carries no old inputs.
_INPUTS: Final = "__inputs"

#: Characters that the bridge adds to a name that it fills in.
_RANDOM_CHARACTERS: Final = 7

_TICK: Final = 0.05


_Request = (
    pulumi_provider.CheckRequest
    | pulumi_provider.DiffRequest
    | pulumi_provider.CreateRequest
    | pulumi_provider.ReadRequest
    | pulumi_provider.UpdateRequest
    | pulumi_provider.DeleteRequest
)


class PartlyMadeError(Exception):
    """A resource that exists but whose creation failed.

    Arguments:
        id: its id.
        properties: what is known about it.
        reason: what went wrong.
    """

    def __init__(self, id_: str, properties: Mapping[str, Any], reason: str) -> None:
        super().__init__(reason)
        self.id = id_
        self.properties = properties


class GcpDouble(pulumi_provider.Provider):
    """Stands in for Google's provider.

    Arguments:
        cloud: the fake cloud.
        endpoints: where the clusters' control planes are.
    """

    def __init__(self, cloud: Cloud, endpoints: Endpoints) -> None:
        self._cloud = cloud
        self._endpoints = endpoints

    async def check(self, request: pulumi_provider.CheckRequest) -> pulumi_provider.CheckResponse:
        """Hold inputs against the SDK's types, unless the state holds the same already, and fill in the name."""
        type_, inputs, old = _type(request), plain_map(request.new_inputs), plain_map(request.old_inputs)
        kind = _kind(type_)
        was_filled_in = old.pop(_DEFAULTS, [])
        filled_in, defaults = kind.filled_in(inputs)
        if kind.named_by and kind.named_by not in inputs:
            defaults.append(kind.named_by)
            random = request.random_seed.hex()[:_RANDOM_CHARACTERS]
            known = old[kind.named_by] if kind.named_by in was_filled_in else None
            filled_in[kind.named_by] = known or f"{request.name}-{random}"
        failures = [
            pulumi_provider.CheckFailure(path, f"{type_}: {path}: {reason}")
            for path, reason in (problems(kind.arguments(), inputs) if filled_in != old else ())
        ]
        if failures:
            return pulumi_provider.CheckResponse(failures=failures)
        return pulumi_provider.CheckResponse(inputs=wrapped_map({**filled_in, _DEFAULTS: sorted(defaults)}))

    async def diff(self, request: pulumi_provider.DiffRequest) -> pulumi_provider.DiffResponse:
        """Compare the inputs with those that the state holds."""
        old: dict[str, Any] = json.loads(plain_map(request.old_state)[_INPUTS])
        new = plain_map(request.new_inputs)
        kind = _kind(_type(request))
        autonamed = kind.named_by in new.pop(_DEFAULTS, [])
        return compared(old, new, kind.replaced_by, is_autonamed=autonamed)

    async def create(self, request: pulumi_provider.CreateRequest) -> pulumi_provider.CreateResponse:
        """Make a resource, unless something is to go wrong."""
        type_, inputs = _type(request), _inputs(request.properties)
        if request.preview:
            properties = merged(unknown_outputs(type_, inputs), inputs)
            return pulumi_provider.CreateResponse("", wrapped_map(properties))
        _refuse(problem for call in CALLS[type_].create(inputs) for problem in problems_of(call))
        fault = self._cloud.fault(type_)
        if fault is Fault.SLOW:
            while not self._cloud.release.exists():
                await asyncio.sleep(_TICK)
        id_ = make(self._cloud, type_, inputs, fault)
        self._log("create", type_, inputs, CALLS[type_].create(inputs))
        if fault is Fault.TIMEOUT:
            # The genuine provider leaves with what it was told to make, and has read nothing yet; what comes after
            # the creation, as the removal of the first node pool, was not done.
            raise PartlyMadeError(
                id_, state_of(inputs), f"error waiting for the creation of {id_}: timeout while waiting"
            )
        return pulumi_provider.CreateResponse(id_, wrapped_map(self._complete(type_, inputs)))

    async def update(self, request: pulumi_provider.UpdateRequest) -> pulumi_provider.UpdateResponse:
        """Change a resource in place, and read it anew."""
        inputs = _inputs(request.news)
        if request.preview:
            return pulumi_provider.UpdateResponse(wrapped_map(merged(plain_map(request.olds), inputs)))
        type_, before = _type(request), json.loads(plain_map(request.olds)[_INPUTS])
        calls = CALLS[type_].update(inputs, changed_inputs(before, inputs))
        _refuse(problem for call in calls for problem in problems_of(call))
        update(self._cloud, type_, request.resource_id, inputs)
        self._log("update", type_, inputs, calls)
        return pulumi_provider.UpdateResponse(wrapped_map(self._complete(type_, inputs)))

    async def read(self, request: pulumi_provider.ReadRequest) -> pulumi_provider.ReadResponse:
        """Return a resource as the fake cloud has it; nothing if it is gone."""
        found = self._cloud.resources.get(request.resource_id)
        if found is None:
            return pulumi_provider.ReadResponse("")
        properties = self._complete(_type(request), found["inputs"])
        self._log("read", _type(request), found["inputs"], [])
        return pulumi_provider.ReadResponse(request.resource_id, wrapped_map(properties), request.inputs)

    async def delete(self, request: pulumi_provider.DeleteRequest) -> None:
        """Delete a resource, unless it is protected or in use."""
        if _type(request) == CLUSTER and plain_map(request.properties).get("deletionProtection", True):
            raise RefusedError(
                "Cannot destroy cluster because deletion_protection is set to true. "
                "Set it to false to proceed with cluster deletion."
            )
        found = self._cloud.resources.get(request.resource_id)
        delete(self._cloud, _type(request), request.resource_id)
        if found:
            self._log("delete", _type(request), found["inputs"], CALLS[_type(request)].delete(found["inputs"]))

    async def invoke(self, request: pulumi_provider.InvokeRequest) -> pulumi_provider.InvokeResponse:
        """Answer the questions that this program asks."""
        if request.tok == "gcp:organizations/getClientOpenIdUserInfo:getClientOpenIdUserInfo":
            return pulumi_provider.InvokeResponse(wrapped_map({"email": INSTALLING_USER, "id": INSTALLING_USER}))
        if request.tok == "gcp:organizations/getProject:getProject":
            asked = plain_map(request.args)
            return pulumi_provider.InvokeResponse(wrapped_map({**asked, "number": PROJECT_NUMBER}))
        raise RefusedError(f"the double does not know the function {request.tok}")

    def _log(self, operation: str, type_: str, inputs: Mapping[str, Any], calls: Sequence[Call]) -> None:
        """Write down an operation's calls of Google's APIs with their answers; unless it deletes, it reads last."""
        read = [] if operation == "delete" else CALLS[type_].read(inputs)
        found = resource(type_, inputs, outputs(type_, inputs, self._endpoints))
        self._cloud.log([entry(each, found) for each in (*calls, *read)])

    def _complete(self, type_: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **merged(state_of(inputs), outputs(type_, inputs, self._endpoints)),
            "id": KINDS[type_].identify(inputs),
        }


def _type(request: _Request) -> str:
    """Return the type token of a request; the SDK's own property has the types of its parents in front."""
    return request.type.rpartition("$")[2]


def _kind(type_: str) -> Kind:
    if type_ not in KINDS:
        raise RefusedError(f"the double does not know the type {type_}")
    return KINDS[type_]


def _inputs(properties: Mapping[str, Any]) -> dict[str, Any]:
    inputs = plain_map(properties)
    inputs.pop(_DEFAULTS, None)
    return inputs


def _refuse(problems: Iterable[str]) -> None:
    """Refuse a request that Google's description of its API does not allow."""
    found = list(problems)
    if found:
        raise RefusedError(f"googleapi: Error 400: {found[0]}, badRequest")


def state_of(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the state holds of inputs: each of them, and all of them once more to compare with."""
    return {**inputs, _INPUTS: json.dumps(inputs)}
