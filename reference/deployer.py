"""The ClusterRole of whoever runs Pulumi against a cluster: what each kind of object needs, and what istiod is given.

The verbs are those that the API server's audit log shows of `up`, `up` without a change, `refresh` and `destroy` with
pulumi-kubernetes 4.25, and `create`, which the API server asks for besides `patch` when an object is new
(kubernetes/kubernetes, staging/src/k8s.io/apiserver/pkg/endpoints/handlers/patch.go, `withAuthorization`).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import yaml

from common.plain import list_at
from reference.stacks.recordings import recordings
from reference.writing import COMMAND
from tests.support.charts import chart_objects
from tests.support.mocks import Recording

#: What Pulumi does with an object of its own.
_OWN: Final = ("create", "delete", "get", "list", "patch", "watch")

#: CRDs are kept when a stack is destroyed.
_KEPT: Final = {"customresourcedefinitions": ("create", "get", "list", "patch", "watch")}

#: What Pulumi looks at besides while it waits for Deployments, DaemonSets and Services, by API group.
_AWAITED: Final[Mapping[str, tuple[str, ...]]] = {
    "": ("endpoints", "events", "persistentvolumeclaims", "pods"),
    "apps": ("replicasets",),
    "discovery.k8s.io": ("endpointslices",),
}

#: Group and kind in a token of Pulumi's, such as `kubernetes:apps/v1:Deployment`; `core` is the group without a name.
_TOKEN: Final = re.compile(r"kubernetes:(?P<group>[a-z0-9.-]+)/v[a-z0-9]+:(?P<kind>[A-Z]\w+?)(?:Patch)?$")

#: Groups of components of the provider itself, which stand for other objects.
_OF_PULUMI: Final = frozenset({"helm.sh", "yaml"})

#: Name of the ClusterRole.
ROLE: Final = "traced-mesh-deployer"

#: Kinds that only a setting brings in which no stack of the project has -> that setting.
BY_A_SETTING: Final[Mapping[tuple[str, str], str]] = {
    ("", "PersistentVolumeClaim"): "jaegerVolumeGb",
    ("cert-manager.io", "Certificate"): "gatewayCertificateIssuer",
    ("gateway.networking.k8s.io", "Gateway"): "gatewayApi",
    ("gateway.networking.k8s.io", "HTTPRoute"): "gatewayApi",
    ("networking.istio.io", "DestinationRule"): "tracingMode",
    ("networking.istio.io", "ServiceEntry"): "tracingMode",
}

#: Kinds that hold rights.
_ROLES: Final = frozenset({"ClusterRole", "Role"})

_HEADER: Final = f"""\
# Written by `{COMMAND}`; docs/security.md says who gets it.
"""

#: API group and resource -> verbs.
Rights = dict[tuple[str, str], set[str]]


def role_file() -> str:
    """Return the ClusterRole as a file for `kubectl apply`."""
    rights: Rights = {}
    for group, kind in {*_recorded_kinds(), *_chart_kinds(), *BY_A_SETTING}:
        resource = plural(kind)
        _add(rights, group, resource, _KEPT.get(resource, _OWN))
    for group, resources in _AWAITED.items():
        for resource in resources:
            _add(rights, group, resource, ("list", "watch"))
    for rule in _given():
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                _add(rights, group, resource, rule["verbs"])
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": ROLE},
        "rules": list(_rules(rights)),
    }
    return _HEADER + yaml.safe_dump(role, sort_keys=False, width=120)


def plural(kind: str) -> str:
    """Return the resource of a kind, as the API server names it: `NetworkPolicy` is `networkpolicies`."""
    name = kind.lower()
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"


def kinds(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield group and kind of each Kubernetes object that a recording has; of charts, none."""
    for each in recording.resources:
        if (found := _TOKEN.fullmatch(each.type)) and found["group"] not in _OF_PULUMI:
            yield "" if found["group"] == "core" else found["group"], found["kind"]


def _rules(rights: Rights) -> Iterator[dict[str, list[str]]]:
    """Yield one rule for each set of verbs within an API group."""
    by_verbs: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), verbs in sorted(rights.items()):
        by_verbs.setdefault((group, tuple(sorted(verbs))), []).append(resource)
    for (group, verbs), resources in by_verbs.items():
        yield {"apiGroups": [group], "resources": resources, "verbs": list(verbs)}


def _add(rights: Rights, group: str, resource: str, verbs: Iterable[str]) -> None:
    rights.setdefault((group, resource), set()).update(verbs)


def _given() -> Iterator[Mapping[str, Any]]:
    """Yield the rules of what istiod, its reader, the CNI plugin's agent and the gateway are given.

    Kubernetes lets nobody give rights that they do not have themselves
    (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping).
    """
    made = [each.plain for recording in recordings().values() for each in recording.resources if each.kind in _ROLES]
    for role in (*made, *(each for each in chart_objects() if each["kind"] in _ROLES)):
        yield from list_at(role, "rules")


def _recorded_kinds() -> Iterator[tuple[str, str]]:
    for recording in recordings().values():
        yield from kinds(recording)


def _chart_kinds() -> Iterator[tuple[str, str]]:
    for each in chart_objects():
        group, _, _ = each["apiVersion"].rpartition("/")
        yield group, each["kind"]
