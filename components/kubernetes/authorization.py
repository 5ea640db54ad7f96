"""Who may call whom in a namespace: AuthorizationPolicies from a table of allowed calls.

A workload that some policy allows a call to refuses every other call
(https://istio.io/latest/docs/concepts/security/#implicit-enablement). The kubelet's probes and Prometheus reach the
sidecar's own ports, past the policies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi

from components.kubernetes.istio_objects import IstioObject, istio_object

#: Stands for the mesh's own trust domain and its aliases, whatever they are called
#: (istio.io/istio 1.15.0 and 1.27.0, pilot/pkg/security/trustdomain/bundle.go, `ReplaceTrustDomainAliases`).
LOCAL_TRUST_DOMAIN: Final = "cluster.local"

#: Whoever shows a certificate of the mesh.
ANYBODY_IN_THE_MESH: Final = "*"

#: Every ServiceAccount of a namespace (https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source).
ANY_ACCOUNT: Final = "*"

#: Name of the policy that allows nothing, and so refuses what no other policy allows.
DENY_BY_DEFAULT: Final = "deny-by-default"


@dataclass(frozen=True)
class AllowedCall:
    """Calls that a workload takes.

    Arguments:
        name: name of the policy.
        selector: labels of the workload's Pods.
        ports: TCP ports of the Pods.
        principals: identities of the callers (`principal`, `ANYBODY_IN_THE_MESH`); `None` is anybody, also without one.
    """

    name: str
    selector: Mapping[str, str]
    ports: Sequence[int]
    principals: Sequence[pulumi.Input[str]] | None

    def spec(self) -> dict[str, Any]:
        """Return the specification of the AuthorizationPolicy."""
        rule: dict[str, Any] = {"to": [{"operation": {"ports": [str(port) for port in self.ports]}}]}
        if self.principals is not None:
            rule["from"] = [{"source": {"principals": list(self.principals)}}]
        return {"selector": {"matchLabels": dict(self.selector)}, "action": "ALLOW", "rules": [rule]}


@dataclass(frozen=True)
class AuthorizationArgs:
    """Arguments of `Authorization`.

    Arguments:
        security_api: `apiVersion` of AuthorizationPolicy, for example `security.istio.io/v1`.
        namespace: name of the namespace.
        allowed: the calls that are allowed there.
        labels: labels of the policies.
        deny_by_default: whether workloads that `allowed` does not name refuse everything. Default `True`; not for a
            namespace that others use too.
        after: what proves that the validator answers (`Mesh.answering`). Default: nothing.
    """

    security_api: str
    namespace: pulumi.Input[str]
    allowed: Sequence[AllowedCall]
    labels: Mapping[str, str]
    deny_by_default: bool = True
    after: Sequence[pulumi.Resource] = ()


class Authorization(pulumi.ComponentResource):
    """The AuthorizationPolicies of one namespace."""

    def __init__(self, name: str, args: AuthorizationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:security:Authorization", name, {}, opts)
        specs = {each.name: each.spec() for each in args.allowed}
        if args.deny_by_default:
            specs = {DENY_BY_DEFAULT: {}, **specs}
        for policy, spec in specs.items():
            wanted = IstioObject(args.security_api, "AuthorizationPolicy", policy, args.namespace, spec, args.labels)
            istio_object(f"{name}-{policy}", wanted, pulumi.ResourceOptions(parent=self, depends_on=args.after))
        self.register_outputs({})


def principal(namespace: pulumi.Input[str], service_account: str) -> pulumi.Output[str]:
    """Return the identity in the mesh of a ServiceAccount's workloads, or of those of `ANY_ACCOUNT`."""
    return pulumi.Output.concat(LOCAL_TRUST_DOMAIN, "/ns/", namespace, "/sa/", service_account)
