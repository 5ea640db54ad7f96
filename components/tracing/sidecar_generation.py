"""What sidecars read only when they start: a change of it rolls the Pods that the program makes."""

from components.kubernetes.checksums import checksum
from components.kubernetes.secret_values import revealed
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values


def sidecar_generation(plan: TracingPlan) -> str:
    """Return a text that changes with all that a running sidecar would not notice.

    Sidecars of an older version may be sent a tracer that they don't have. In mode `opentelemetry` istiod tells them
    all the rest; in the other modes their bootstrap and their files hold the satellites' address, CA and token.
    """
    generation = f"{plan.version} {plan.mode}"
    if plan.has_collector:
        return generation
    values = revealed(tracing_values(plan))
    values.pop("pilot", None)  # sampling, which istiod tells them
    token = plan.token.get_secret_value() if plan.token else None
    return f"{generation} {checksum([values, token, plan.backend.ca_certificate])}"
