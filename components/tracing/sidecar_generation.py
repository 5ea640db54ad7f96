"""What sidecars read only when they start: a change of it rolls the Pods that the program makes."""

from packaging.version import Version

from components.constants.choices import PodNetwork
from components.constants.names import DEFAULT_REVISION
from components.kubernetes.checksums import checksum
from components.kubernetes.secret_values import revealed
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values


def sidecar_generation(
    plan: TracingPlan, pod_network: PodNetwork, version: Version, revision: str = DEFAULT_REVISION
) -> str:
    """Return a text that changes with all that a running sidecar would not notice.

    Sidecars of an older version may be sent a tracer that they don't have. In mode `opentelemetry` istiod tells them
    all the rest; in the other modes their bootstrap and their files hold the satellites' address, CA and token. Who
    leads traffic through a sidecar is settled when its Pod is made.

    Arguments:
        plan: how the environment traces.
        pod_network: who leads Pods' traffic through their sidecars.
        version: Istio version of the sidecars.
        revision: revision of the control plane that they are of. Default: the one without a name.
    """
    generation = f"{version} {plan.mode}"
    if revision != DEFAULT_REVISION:
        generation += f" {revision}"
    if pod_network is PodNetwork.ISTIO_CNI:
        generation += f" {pod_network}"
    if plan.has_collector:
        return generation
    values = revealed(tracing_values(plan))
    values.pop("pilot", None)  # sampling, which istiod tells them
    token = plan.token.get_secret_value() if plan.token else None
    return f"{generation} {checksum([values, token, plan.backend.ca_certificate])}"
