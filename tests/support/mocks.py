"""Runs a part of the program without an engine and records every resource that it makes, as the engine would see it.

Inputs are recorded as they travel to a provider: plain data with the provider's own names (camel case), in which each
secret stands inside a `Secret`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, register_stack_transformation
from pulumi.runtime.proto import callback_pb2
from pulumi.runtime.settings import SETTINGS, get_root_resource

from components.kubernetes.transforms import IN_TURN

#: Marks of Pulumi's wire format for secrets (sdk/python/lib/pulumi/runtime/rpc.py).
_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"

#: What stands in for values that only a cloud knows.
LOAD_BALANCER_IP: Final = "192.0.2.80"
NODE_PORT: Final = 30080
INSTALLING_USER: Final = "whoever-runs-pulumi@example.com"
PROJECT_NUMBER: Final = "123456789012"
GKE_ENDPOINT: Final = "192.0.2.1"
GKE_PRIVATE_ENDPOINT: Final = "172.16.0.2"
GKE_DNS_ENDPOINT: Final = "gke-0123456789abcdef-1.us-central1.gke.goog"
GKE_CA: Final = "Z2tlLWNh"
GKE_VERSION: Final = "the version that GKE chose"


@dataclass(frozen=True)
class Secret:
    """A value that Pulumi keeps encrypted."""

    value: Any


@dataclass(frozen=True)
class Recorded:
    """A resource as it was registered.

    Arguments:
        type: its type token.
        name: its name in Pulumi.
        inputs: its inputs; secrets inside `Secret`.
        parent: name of its parent; `None` for a top-level resource.
        depends_on: names of the resources that it waits for, explicitly or because its inputs use their outputs.
        provider: name of its provider; `None` for the default one.
        uses: input -> names of the resources whose outputs stand in it.
        transforms: names of the functions that the engine calls for it and for each of its children.
        retained: whether it stays in the cloud when it is deleted in Pulumi.
        protected: whether Pulumi refuses to delete it.
        ignored: inputs whose changes are not looked at.
        aliases: type tokens under which an existing state may hold it.
    """

    type: str
    name: str
    inputs: dict[str, Any]
    parent: str | None
    depends_on: frozenset[str]
    provider: str | None
    uses: dict[str, frozenset[str]]
    transforms: tuple[str, ...]
    retained: bool = False
    protected: bool = False
    ignored: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The last part of the type token, for example `Deployment`."""
        return self.type.rpartition(":")[2]

    @property
    def plain(self) -> Any:
        """The inputs with secrets readable."""
        return mapped(self.inputs, secret=lambda it: it)


@dataclass(frozen=True)
class Recording:
    """What a part of the program has made.

    Arguments:
        resources: its resources in the order of the program.
        outputs: what `record`'s function returned, secrets inside `Secret`.
    """

    resources: list[Recorded]
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def of_kind(self, kind: str) -> list[Recorded]:
        """Return the resources of a kind, for example `Deployment`."""
        return [each for each in self.resources if each.kind == kind]

    def only(self, kind: str) -> Recorded:
        """Return the one resource of a kind."""
        (found,) = self.of_kind(kind)
        return found

    def named(self, name: str) -> Recorded:
        """Return the one resource with that name in Pulumi."""
        (found,) = (each for each in self.resources if each.name == name)
        return found

    def texts(self, *, with_secrets: bool = False) -> list[str]:
        """Return every text in inputs and outputs: keys and values that anybody may read.

        Arguments:
            with_secrets: whether to return those inside secrets too, so that a test sees that it would find one.
        """
        data: list[Any] = [*(each.inputs for each in self.resources), self.outputs]
        shown = [mapped(each, secret=lambda it: it) for each in data] if with_secrets else data
        return [text for each in shown for text in plain_texts(each)]

    def waits_for(self, name: str) -> set[str]:
        """Return the names of all that a resource waits for, directly and through others."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            new = self.named(waiting.pop()).depends_on - found
            found |= new
            waiting += new
        return found


def record(make: Callable[[], object]) -> Recording:
    """Run `make` with Pulumi's mocks and return what it has made.

    Arguments:
        make: makes resources; what it returns is recorded too if it is outputs or plain values by name.
    """
    monitor = _Monitor(_Cloud())
    mocks.set_mocks(_Cloud(), project="traced-mesh", stack="test", preview=False, monitor=monitor)
    cast("Any", SETTINGS).callbacks = _Callbacks()
    _watch_construction()
    outputs: dict[str, Any] = {}

    async def observe(name: str, output: pulumi.Output[Any]) -> None:
        value = await output.future()
        outputs[name] = Secret(value) if await output.is_secret() else value

    def run() -> pulumi.Output[Any]:
        returned = make()
        made: Mapping[str, Any] = cast("Mapping[str, Any]", returned) if isinstance(returned, Mapping) else {}
        return pulumi.Output.all(*(observe(name, pulumi.Output.from_input(value)) for name, value in made.items()))

    cast("Any", mocks).test(run)()
    order = {key: position for position, key in enumerate(_constructed)}
    return Recording(sorted(monitor.recorded, key=lambda each: order[each.type, each.name]), outputs)


def mapped(value: Any, secret: Callable[[Any], Any]) -> Any:
    """Return a copy of recorded data with `secret` applied to what stands in each `Secret`."""
    if isinstance(value, Secret):
        return secret(mapped(value.value, secret))
    if isinstance(value, dict):
        return {key: mapped(item, secret) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [mapped(item, secret) for item in cast("list[Any]", value)]
    return value


def plain_texts(value: Any) -> Iterator[str]:
    """Yield every text in recorded data that is not secret: keys and values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield key
            yield from plain_texts(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from plain_texts(item)


class _Cloud(mocks.Mocks):
    """Answers as the clouds would: each resource has its inputs, and what only a cloud knows."""

    def call(self, args: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        if args.token == "gcp:organizations/getClientOpenIdUserInfo:getClientOpenIdUserInfo":
            return {"email": INSTALLING_USER, "id": "1"}, []
        if args.token == "gcp:organizations/getProject:getProject":
            return {**args.args, "number": PROJECT_NUMBER}, []
        raise AssertionError(f"nothing answers {args.token} here")

    def new_resource(self, args: Any) -> tuple[str | None, dict[str, Any]]:
        inputs: dict[str, Any] = dict(args.inputs)
        if args.typ == "kubernetes:core/v1:Service":
            spec: dict[str, Any] = inputs.get("spec") or {"ports": [{"port": 80}, {"port": 443}]}  # none: only read
            ports = [{**port, "nodePort": NODE_PORT + index} for index, port in enumerate(spec["ports"])]
            address = {"loadBalancer": {"ingress": [{"ip": LOAD_BALANCER_IP}]}}
            inputs |= {"spec": {**spec, "ports": ports}, "status": address}
        if args.typ == "gcp:container/cluster:Cluster":
            inputs |= _answer_of_gke(inputs)
        if args.typ == "gcp:serviceaccount/account:Account":
            inputs |= {"email": f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"}
        return f"{args.name}-id", inputs


def _answer_of_gke(inputs: Mapping[str, Any]) -> dict[str, Any]:
    endpoints: dict[str, Any] = inputs["controlPlaneEndpointsConfig"]
    return {
        "endpoint": GKE_ENDPOINT,
        "masterAuth": {**inputs["masterAuth"], "clusterCaCertificate": GKE_CA},
        "masterVersion": GKE_VERSION,
        "privateClusterConfig": {**inputs.get("privateClusterConfig", {}), "privateEndpoint": GKE_PRIVATE_ENDPOINT},
        "controlPlaneEndpointsConfig": {
            **endpoints,
            "dnsEndpointConfig": {**endpoints["dnsEndpointConfig"], "endpoint": GKE_DNS_ENDPOINT},
        },
    }


class _Monitor(mocks.MockMonitor):
    """Records each registration before answering it."""

    def __init__(self, cloud: mocks.Mocks) -> None:
        super().__init__(cloud)
        self.recorded: list[Recorded] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of a method of Pulumi's protocol
        if request.type != "pulumi:pulumi:Stack":
            self.recorded.append(_recorded(request))
        return cast("Any", super()).RegisterResource(request)


class _Callbacks:
    """Stands in for the server through which an engine calls transforms back; here nothing calls them."""

    def register_transform(self, transform: pulumi.ResourceTransform) -> callback_pb2.Callback:
        return callback_pb2.Callback(token=getattr(transform, "__name__", repr(transform)))


def _recorded(request: Any) -> Recorded:
    return Recorded(
        type=request.type,
        name=request.name,
        inputs=_data(cast("Any", json_format).MessageToDict(request.object)),
        parent=None if "pulumi:pulumi:Stack::" in request.parent else _name(request.parent),
        depends_on=frozenset(_name(urn) for urn in request.dependencies),
        provider=_name(request.provider.rpartition("::")[0]) if request.provider else None,
        uses={
            key: frozenset(_name(urn) for urn in used.urns)
            for key, used in request.propertyDependencies.items()
            if used.urns
        },
        transforms=tuple(name for callback in request.transforms for name in callback.token.split(IN_TURN)),
        retained=request.retainOnDelete,
        protected=request.protect,
        ignored=tuple(request.ignoreChanges),
        aliases=tuple(alias.spec.type for alias in request.aliases),
    )


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _data(value: Any) -> Any:
    """Return what a value of the wire format means."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_data(item) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    entries = cast("dict[str, Any]", value)
    if entries.get(_SIGNATURE) == _SECRET:
        return Secret(_data(entries["value"]))
    return {key: _data(item) for key, item in entries.items()}


#: Type and name of each resource in the order in which the program constructs them. Registrations run side by side, so
#: their own order differs from run to run.
_constructed: list[tuple[str, str]] = []
_watched: list[pulumi.Resource] = []


def _watch_construction() -> None:
    _constructed.clear()
    root = get_root_resource()
    if root is not None and root not in _watched:
        register_stack_transformation(_note)
        _watched.append(root)


def _note(args: pulumi.ResourceTransformationArgs) -> None:
    _constructed.append((args.type_, args.name))
