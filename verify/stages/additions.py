"""What others have added, kind by kind: the object and the field that takes spans away, or that nothing does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from common.plain import at
from components.constants.names import ISTIO_NAMESPACE
from verify.cluster import added_to_mesh, added_to_namespace
from verify.cluster.addition import Loss, Object, Scene, is_ours, namespace_of
from verify.context import Context
from verify.outcomes import Finding, failed, passed, warned
from verify.stage import Stage


def _nothing(_added: Object, _scene: Scene) -> Iterator[Loss]:
    """Yield nothing: no field of the kind has a say in requests without credentials, or in spans."""
    return iter(())


@dataclass(frozen=True)
class Kind:
    """A kind of object that others add.

    Arguments:
        name: the kind.
        path: API path of its collection in all namespaces, in a version that every release serves.
        losses: what an object of it takes away.
        everywhere: whether one acts on Pods of other namespaces, too. Default: no, but for those of the root namespace.
    """

    name: str
    path: str
    losses: Callable[[Object, Scene], Iterator[Loss]]
    everywhere: bool = False


_NETWORKING: Final = "/apis/networking.istio.io/v1alpha3"
_SECURITY: Final = "/apis/security.istio.io/v1beta1"

#: A ProxyConfig sets threads, environment and image of a proxy; a RequestAuthentication refuses only tokens that are
#: wrong, and a request without one passes (https://istio.io/latest/docs/reference/config/security/request_authentication/).
KINDS: Final = (
    Kind("Sidecar", f"{_NETWORKING}/sidecars", added_to_mesh.sidecar),
    Kind("AuthorizationPolicy", f"{_SECURITY}/authorizationpolicies", added_to_mesh.authorization_policy),
    Kind("PeerAuthentication", f"{_SECURITY}/peerauthentications", added_to_mesh.peer_authentication),
    Kind("RequestAuthentication", f"{_SECURITY}/requestauthentications", _nothing),
    Kind("DestinationRule", f"{_NETWORKING}/destinationrules", added_to_mesh.destination_rule, everywhere=True),
    Kind("VirtualService", f"{_NETWORKING}/virtualservices", added_to_mesh.virtual_service),
    Kind("ServiceEntry", f"{_NETWORKING}/serviceentries", added_to_mesh.service_entry, everywhere=True),
    Kind("EnvoyFilter", f"{_NETWORKING}/envoyfilters", added_to_mesh.envoy_filter),
    Kind("ProxyConfig", "/apis/networking.istio.io/v1beta1/proxyconfigs", _nothing),
    Kind("WasmPlugin", "/apis/extensions.istio.io/v1alpha1/wasmplugins", added_to_mesh.wasm_plugin),
    Kind("Telemetry", "/apis/telemetry.istio.io/v1alpha1/telemetries", added_to_mesh.telemetry),
    Kind("NetworkPolicy", "/apis/networking.k8s.io/v1/networkpolicies", added_to_namespace.network_policy),
    Kind("LimitRange", "/api/v1/limitranges", added_to_namespace.limit_range),
    Kind("ResourceQuota", "/api/v1/resourcequotas", added_to_namespace.resource_quota),
    Kind("Pod", "/api/v1/pods", added_to_namespace.pod),
    Kind("Namespace", "/api/v1/namespaces", added_to_namespace.namespace),
)


def check(context: Context, progress: Callable[[str], None]) -> list[Finding]:
    """Read every kind, and judge the objects that the program did not make."""
    objects: dict[str, Sequence[Object]] = {}
    for kind in KINDS:
        progress(f"reading every {kind.name}")
        objects[kind.name] = _read(kind, context)
    return judge_additions(objects, context)


def _read(kind: Kind, context: Context) -> list[Object]:
    if kind.name != "Pod":
        return list(context.kubernetes.items(kind.path))
    # A cluster has many Pods, of which only those with sidecars matter.
    core, _, plural = kind.path.rpartition("/")
    namespaces = context.expected.namespaces
    return [pod for each in namespaces for pod in context.kubernetes.items(f"{core}/namespaces/{each}/{plural}")]


STAGE: Final = Stage("what others added", "additions", 24, check, needs=frozenset({"cluster", "namespaces"}))


def judge_additions(objects: dict[str, Sequence[Object]], context: Context) -> list[Finding]:
    """Return one finding for each field that takes something away, and one for all that takes nothing.

    Arguments:
        objects: kind -> all its objects in the cluster.
        context: the run.
    """
    expected = context.expected
    pods = {name: [pod for pod in objects["Pod"] if namespace_of(pod) == name] for name in expected.namespaces}
    scene = Scene(expected, pods, objects)
    places = {*expected.namespaces, ISTIO_NAMESPACE}
    found: list[Finding] = []
    harmless: list[str] = []
    for kind in KINDS:
        for added in objects[kind.name]:
            if is_ours(added) or not (kind.everywhere or namespace_of(added) in places):
                continue
            losses = [_finding(kind, added, loss) for loss in kind.losses(added, scene)]
            found += losses
            if not losses and kind.name not in {"Pod", "Namespace"}:
                harmless.append(_name(kind, added))
    if found:
        return found
    return [passed("nothing that others added takes spans away", *(harmless or ["nobody added anything"]))]


def _finding(kind: Kind, added: Object, loss: Loss) -> Finding:
    judge = failed if loss.certain else warned
    name = str(at(added, "metadata", "name"))
    resource = kind.path.rpartition("/")[2]
    return judge(
        _name(kind, added),
        loss.cause,
        f"{loss.field}: {loss.why}",
        resource=resource,
        name=name,
        namespace=namespace_of(added),
    )


def _name(kind: Kind, added: Object) -> str:
    name = str(at(added, "metadata", "name"))
    return f"{kind.name} {name}" if kind.name == "Namespace" else f"{kind.name} {namespace_of(added)}/{name}"
