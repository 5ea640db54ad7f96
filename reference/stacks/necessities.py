"""The waits that Google Cloud, Kubernetes and Istio make necessary: one table, each with its reason."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from reference.stacks.waits import Graph, Wait, waits
from tests.support.mocks import Recorded, Recording


@dataclass(frozen=True)
class Necessity:
    """A wait that no program could leave out.

    Arguments:
        waiting: what waits: a pattern of names, or of type tokens where it has a colon.
        awaited: what it waits for, likewise.
        reason: what happens without it, or who refuses it.
    """

    waiting: str
    awaited: str
    reason: str

    def covers(self, waiting: Recorded, awaited: Recorded) -> bool:
        """Tell whether a recorded wait is of this kind."""
        return _is(waiting, self.waiting) and _is(awaited, self.awaited)


_DISABLED: Final = "Google answers 403 SERVICE_DISABLED until the API is enabled"
_NAMES_IT: Final = "it names the other, which has to be there"
_POD: Final = "a Pod without it is refused, and tried again with growing delays"

NECESSITIES: Final = (
    Necessity("gcp:compute/network:*", "cluster-api-compute", _DISABLED),
    Necessity("gcp:compute/firewall:*", "cluster-api-compute", _DISABLED),
    Necessity("gcp:serviceaccount/account:*", "cluster-api-iam", _DISABLED),
    Necessity("gcp:projects/iAMMember:*", "cluster-api-cloudresourcemanager", _DISABLED),
    Necessity("gcp:container/cluster:*", "cluster-api-container", _DISABLED),
    Necessity("gcp:projects/iAMMember:*", "gcp:serviceaccount/account:*", _NAMES_IT),
    Necessity("gcp:compute/*", "gcp:compute/network:*", _NAMES_IT),
    Necessity("gcp:compute/routerNat:*", "gcp:compute/router:*", _NAMES_IT),
    Necessity("gcp:compute/routerNat:*", "gcp:compute/subnetwork:*", _NAMES_IT),
    Necessity("gcp:compute/firewall:*", "gcp:serviceaccount/account:*", _NAMES_IT),
    Necessity("gcp:container/cluster:*", "gcp:compute/network:*", _NAMES_IT),
    Necessity("gcp:container/cluster:*", "gcp:compute/subnetwork:*", "the control plane and the ranges stand on it"),
    Necessity("gcp:container/cluster:*", "gcp:serviceaccount/account:*", "Google's first node pool runs as it"),
    Necessity("gcp:container/nodePool:*", "gcp:container/cluster:*", _NAMES_IT),
    Necessity("gcp:container/nodePool:*", "gcp:serviceaccount/account:*", _NAMES_IT),
    Necessity("gcp:container/nodePool:*", "gcp:projects/iAMMember:*", "nodes report what only the role lets them"),
    Necessity("pulumi:providers:kubernetes", "gcp:container/cluster:*", "it needs the endpoint and the CA"),
    Necessity("kubernetes:*", "pulumi:providers:kubernetes", "nothing is made in a cluster that is not there"),
    Necessity("kubernetes:*", "kubernetes:core/v1:Namespace", "its objects live there"),
    Necessity("istio-base", "cluster-admin", "Kubernetes lets nobody give rights that they don't have"),
    Necessity("istiod", "istio-base", "istiod reads the CRDs"),
    Necessity("istiod", "gcp:container/nodePool:*", "its Pods run on nodes"),
    Necessity("istiod", "gcp:compute/routerNat:*", "private nodes pull images through Cloud NAT"),
    Necessity("istio-cni", "cluster-admin", "Kubernetes lets nobody give rights that they don't have"),
    Necessity("istio-cni", "gcp:container/nodePool:*", "its Pods run on nodes"),
    Necessity("istio-cni", "gcp:compute/routerNat:*", "private nodes pull images through Cloud NAT"),
    Necessity("mesh-*-answers", "istiod", "they prove that istiod answers"),
    Necessity("kubernetes:apps/v1:Deployment", "mesh-injector-answers", "a Pod made earlier stays without its sidecar"),
    Necessity("kubernetes:apps/v1:Deployment", "istio-cni", "a Pod made earlier fails until the agent repairs it"),
    Necessity("kubernetes:*.istio.io/*", "mesh-validator-answers", "the validator has to be reached"),
    Necessity("kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ServiceAccount", _POD),
    Necessity("kubernetes:apps/v1:Deployment", "kubernetes:core/v1:Secret", _POD),
    Necessity("kubernetes:apps/v1:Deployment", "kubernetes:core/v1:ConfigMap", _POD),
    Necessity("kubernetes:apps/v1:Deployment", "kubernetes:rbac.*:RoleBinding", "its Pods read Secrets by it"),
    Necessity("kubernetes:rbac.*:RoleBinding", "kubernetes:rbac.*:Role", _NAMES_IT),
)


def necessary_waits(recording: Recording) -> dict[Wait, Necessity]:
    """Return the waits of a stack that cannot be left out, each with the first row that says so."""
    by_name = {each.name: each for each in recording.resources}
    found: dict[Wait, Necessity] = {}
    for awaited, waiting in waits(recording).edges:
        for row in NECESSITIES:
            if row.covers(by_name[waiting], by_name[awaited]):
                found[awaited, waiting] = row
                break
    return found


def necessary_graph(recording: Recording) -> Graph:
    """Return the stack's resources with the necessary waits only."""
    graph = waits(recording)
    graph.remove_edges_from(set(graph.edges) - set(necessary_waits(recording)))
    return graph


def _is(resource: Recorded, pattern: str) -> bool:
    return fnmatchcase(resource.type if ":" in pattern else resource.name, pattern)
