"""Rules about rights in the cluster, and about the namespaces that limit what Pods may ask for."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.reading import at, entries, texts
from policy.resource import Resource
from policy.rule import BEYOND_DEV, EVERYWHERE, ResourceRule, kinds

#: Groups that everybody is in (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles).
_EVERYBODY: Final = frozenset({"system:anonymous", "system:authenticated", "system:unauthenticated"})

#: https://kubernetes.io/docs/concepts/security/pod-security-admission/
POD_SECURITY_LABEL: Final = "pod-security.kubernetes.io/enforce"


def _everybody(binding: Resource) -> Iterator[str]:
    for subject in entries(binding.properties, "subjects"):
        if subject.get("name") in _EVERYBODY:
            yield f"{subject['name']} gets {at(binding.properties, 'roleRef.name')}"


def _wildcards(role: Resource) -> Iterator[str]:
    for rule in entries(role.properties, "rules"):
        if all("*" in texts(rule, what) for what in ("apiGroups", "resources", "verbs")):
            yield "the role allows everything on everything"


def _pod_security(namespace: Resource) -> Iterator[str]:
    level = namespace.label(POD_SECURITY_LABEL)
    if level is None:
        yield f"namespace '{namespace.object_name}' has no label {POD_SECURITY_LABEL}, so Pods may ask for anything"


RULES: Final = (
    ResourceRule(
        "rbac-nobody-unknown",
        "No right is given to everybody.",
        Severity.CRITICAL,
        EVERYWHERE,
        "bind the role to the users or ServiceAccounts that need it",
        kinds("ClusterRoleBinding", "RoleBinding"),
        _everybody,
    ),
    ResourceRule(
        "rbac-no-wildcards",
        "No role of the stack's own allows everything.",
        Severity.HIGH,
        EVERYWHERE,
        "list API groups, resources and verbs",
        kinds("ClusterRole", "Role"),
        _wildcards,
    ),
    ResourceRule(
        "namespace-pod-security",
        "Each namespace enforces a Pod Security Standard.",
        Severity.MEDIUM,
        BEYOND_DEV,
        f"label the namespace with {POD_SECURITY_LABEL}: restricted, or what its Pods need",
        kinds("Namespace"),
        _pod_security,
    ),
)
