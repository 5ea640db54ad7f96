"""What sidecars read only when they start: a change of it rolls the Pods that the program makes."""

from components.constants.choices import TracingMode
from components.kubernetes.checksums import checksum
from components.kubernetes.secret_values import revealed
from components.tracing.values import TracingDemand, tracing_values
from components.versions.istio import VersionRow


def sidecar_generation(version: str, row: VersionRow, demand: TracingDemand, ca_certificate: str | None) -> str:
    """Return a text that changes with all that a running sidecar would not notice.

    Sidecars of an older version may be sent a tracer that they don't have. In mode `opentelemetry` istiod tells them
    all the rest; in the other modes their bootstrap and their files hold the satellites' address, CA and token.

    Arguments:
        version: the Istio version.
        row: what holds for it.
        demand: what is asked of tracing.
        ca_certificate: the CA that verifies the backend, PEM; `None` without TLS.
    """
    generation = f"{version} {demand.mode}"
    if demand.mode is TracingMode.OPENTELEMETRY:
        return generation
    values = revealed(tracing_values(row, demand))
    values.pop("pilot", None)  # sampling, which istiod tells them
    token = demand.token.get_secret_value() if demand.token else None
    return f"{generation} {checksum([values, token, ca_certificate])}"
