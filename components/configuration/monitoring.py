"""Whether the way of the spans is watched, and by what."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from components.configuration.istio import facts_of_existing
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import one_of
from components.configuration.tracing import TracingSettings, to_opentelemetry
from components.constants.choices import ClusterKind, Monitoring, TracingMode

#: The API group of each one's objects, which its operator brings.
GROUPS: Final[Mapping[Monitoring, str]] = {
    Monitoring.GOOGLE: "monitoring.googleapis.com",
    Monitoring.OPERATOR: "monitoring.coreos.com",
}


class MonitoringSettings(TracingSettings):
    """Whether the way of the spans is watched."""

    subject = "Monitoring"

    monitoring: Annotated[Monitoring, one_of(Monitoring)] | None = key(
        f"What watches the Collector: {Monitoring.GOOGLE} (Google Cloud Managed Service for Prometheus, which GKE "
        f"clusters have) or {Monitoring.OPERATOR} (the Prometheus Operator, as kube-prometheus-stack installs it). "
        "Alerts, a Grafana dashboard and the way to the Collector's counters are made.",
        Monitoring.GOOGLE,
        allowed="{type}, where tracingMode is opentelemetry and the cluster has it",
        default_text="none: nothing is made, and the counters are on the Pods' loopback address only",
        default=None,
    )


def _there_is_a_collector(settings: MonitoringSettings, _: ReadingContext) -> Faults:
    if settings.monitoring and settings.tracing_mode is not TracingMode.OPENTELEMETRY:
        reason = f"tracingMode {settings.tracing_mode} has no Collector, so there is nothing to watch"
        yield Fault("monitoring", reason, fixes=(remove("monitoring"), to_opentelemetry(settings)))


def _cluster_has_it(settings: MonitoringSettings, around: ReadingContext) -> Faults:
    if settings.monitoring is None:
        return
    if settings.cluster_kind is ClusterKind.GKE:
        if settings.monitoring is not Monitoring.GOOGLE:
            reason = f"a cluster that the program makes has {Monitoring.GOOGLE}, and no other"
            yield Fault("monitoring", reason, fixes=(put("monitoring", Monitoring.GOOGLE), remove("monitoring")))
        return
    groups, needed = facts_of_existing(settings, around).api_groups, GROUPS[settings.monitoring]
    if groups is not None and needed not in groups:
        others = [put("monitoring", each) for each, group in GROUPS.items() if group in groups]
        reason = f"the cluster does not have it: its API server serves no group {needed}"
        yield Fault("monitoring", reason, fixes=(*others, remove("monitoring")))


MONITORING_CONSTRAINTS: Final[Sequence[Constraint[MonitoringSettings]]] = (
    Constraint(("istio_version", "tracing_mode", "monitoring"), _there_is_a_collector),
    Constraint(("cluster_kind", "kubeconfig", "kube_context", "monitoring"), _cluster_has_it),
)
