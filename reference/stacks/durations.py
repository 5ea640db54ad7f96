"""How long resources typically take to be made: one table, each figure with its source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reference.stacks.waits import is_component
from tests.support.mocks import Recorded, Recording


@dataclass(frozen=True)
class Duration:
    """A typical duration.

    Arguments:
        seconds: how long making it takes.
        source: where the figure is from.
    """

    seconds: float
    source: str


_AIRBYTE: Final = 'the log in "Deploy Airbyte with Terraform on Google Cloud Platform" (a public tutorial)'
_KUBERNETES_CLUSTER: Final = "https://github.com/kubernetes/k8s.io/pull/306 (us-central1, regional)"
_SANDBOX: Final = "the sandbox's event log, see above"

#: Type token -> what is known of it. Where Google Cloud is concerned, the logs of real runs by others.
TYPICAL: Final[Mapping[str, Duration]] = {
    "gcp:projects/service:Service": Duration(
        22, "https://github.com/GoogleCloudPlatform/pbmm-on-gcp-onboarding/issues/345"
    ),
    "gcp:compute/network:Network": Duration(22, "https://github.com/opea-project/GenAIInfra/pull/977"),
    "gcp:compute/subnetwork:Subnetwork": Duration(23, _AIRBYTE),
    "gcp:compute/router:Router": Duration(12, _AIRBYTE),
    "gcp:compute/routerNat:RouterNat": Duration(12, _AIRBYTE),
    "gcp:compute/firewall:Firewall": Duration(12, _AIRBYTE),
    "gcp:compute/address:Address": Duration(12, "no log found; taken as long as a firewall rule"),
    "gcp:serviceaccount/account:Account": Duration(8, "no log found; taken as long as an IAM binding"),
    "gcp:projects/iAMMember:IAMMember": Duration(
        8, "https://github.com/hashicorp/terraform-provider-google/issues/7814"
    ),
    "gcp:container/cluster:Cluster": Duration(522, _KUBERNETES_CLUSTER),
    "gcp:container/nodePool:NodePool": Duration(128, _KUBERNETES_CLUSTER),
    "pulumi:providers:kubernetes": Duration(0, "starts a process on the machine that runs Pulumi"),
    "kubernetes:apps/v1:Deployment": Duration(2, _SANDBOX),
    "kubernetes:admissionregistration.k8s.io/v1:MutatingWebhookConfigurationPatch": Duration(1, _SANDBOX),
}

#: The charts, by their names in Pulumi.
CHARTS: Final[Mapping[str, Duration]] = {
    "istio-base": Duration(8, _SANDBOX),
    "istiod": Duration(9, _SANDBOX),
    "istio-cni": Duration(2, _SANDBOX),
}

#: A Service with a load balancer, which is awaited; no other Service is.
LOAD_BALANCER: Final = Duration(60, "https://github.com/jupyterhub/zero-to-jupyterhub-k8s/issues/880")

#: Every other object in the cluster.
OBJECT: Final = Duration(0.5, _SANDBOX)


def duration(resource: Recorded) -> Duration:
    """Return how long a resource typically takes.

    Raises:
        AssertionError: if the table does not say.
    """
    if resource.type == "kubernetes:helm.sh/v4:Chart":
        return CHARTS[resource.name]
    if resource.kind == "Service" and resource.plain.get("spec", {}).get("type") == "LoadBalancer":
        return LOAD_BALANCER
    if resource.type in TYPICAL:
        return TYPICAL[resource.type]
    if resource.type.startswith("kubernetes:"):
        return OBJECT
    raise AssertionError(f"reference/stacks/durations.py lacks how long {resource.type} takes: add it with its source")


def durations(recording: Recording) -> dict[str, float]:
    """Return the seconds that each resource of a stack takes, by name."""
    return {each.name: duration(each).seconds for each in recording.resources if not is_component(each)}
