"""What watches the Collector: what is scraped, when somebody is told, and a dashboard.

Left out on purpose: Prometheus, Alertmanager and Grafana themselves, and where alerts go, which is the team's affair.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs
from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgs

from components.constants.choices import Monitoring
from components.constants.names import COLLECTOR, COLLECTOR_SELECTOR
from components.constants.ports import METRICS_PORT
from components.kubernetes.network_policies import namespace, namespaces, tcp
from components.kubernetes.objects import recommended_labels
from components.tracing.collector.alerts import rule_groups
from components.tracing.collector.dashboard import dashboard

#: Name of the container's port with the counters.
METRICS_PORT_NAME: Final = "metrics"

#: Where GKE runs its collectors (https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed).
_GOOGLES_COLLECTORS: Final = "gke-gmp-system"

_INTERVAL: Final = "30s"


@dataclass(frozen=True)
class _Objects:
    """How a system's objects are called; what is in them is the same but for the list of endpoints."""

    api_version: str
    scraping: str
    endpoints: str
    rules: str


_OBJECTS: Final[Mapping[Monitoring, _Objects]] = {
    # https://github.com/GoogleCloudPlatform/prometheus-engine/blob/v0.17.2/doc/api.md
    Monitoring.GOOGLE: _Objects("monitoring.googleapis.com/v1", "PodMonitoring", "endpoints", "Rules"),
    # https://prometheus-operator.dev/docs/api-reference/api/
    Monitoring.OPERATOR: _Objects("monitoring.coreos.com/v1", "PodMonitor", "podMetricsEndpoints", "PrometheusRule"),
}


@dataclass(frozen=True)
class CollectorMonitoringArgs:
    """Arguments of `CollectorMonitoring`.

    Arguments:
        system: what watches.
        namespace: name of the Collector's namespace.
        certificates: what each certificate on the way of the spans is for -> when its life ends. Default: none.
    """

    system: Monitoring
    namespace: pulumi.Input[str]
    certificates: Mapping[str, datetime] = field(default_factory=dict[str, datetime])


class CollectorMonitoring(pulumi.ComponentResource):
    """The object that has the Collector's Pods scraped, the rules, and a ConfigMap with the dashboard.

    Grafana's sidecar takes up ConfigMaps with the label `grafana_dashboard`, as Grafana's own chart sets it up
    (github.com/grafana/helm-charts, charts/grafana, `sidecar.dashboards.label`).
    """

    def __init__(self, name: str, args: CollectorMonitoringArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:tracing:CollectorMonitoring", name, {}, opts)
        known, child = _OBJECTS[args.system], pulumi.ResourceOptions(parent=self)
        labels = recommended_labels(COLLECTOR, part_of="traced-mesh", component="monitoring")
        metadata = ObjectMetaArgs(name=COLLECTOR, namespace=args.namespace, labels=labels)
        endpoint = {"port": METRICS_PORT_NAME, "interval": _INTERVAL}
        scraping: dict[str, Any] = {"selector": {"matchLabels": COLLECTOR_SELECTOR}, known.endpoints: [endpoint]}
        specs = {known.scraping: scraping, known.rules: {"groups": rule_groups(args.certificates)}}
        for kind, spec in specs.items():
            kubernetes.apiextensions.CustomResource(
                f"{name}-{kind.lower()}",
                api_version=known.api_version,
                kind=kind,
                metadata=metadata,
                spec=spec,
                opts=child,
            )
        kubernetes.core.v1.ConfigMap(
            f"{name}-dashboard",
            metadata=ObjectMetaArgs(
                name=f"{COLLECTOR}-dashboard", namespace=args.namespace, labels={**labels, "grafana_dashboard": "1"}
            ),
            data={"traced-mesh-collector.json": json.dumps(dashboard(), indent=1)},
            opts=child,
        )
        self.register_outputs({})


def scrapers(system: Monitoring) -> NetworkPolicyIngressRuleArgs:
    """Return who may read the counters: Google's collectors, or any Pod, since a Prometheus may be in any namespace."""
    peer = namespace(_GOOGLES_COLLECTORS) if system is Monitoring.GOOGLE else namespaces({})
    return NetworkPolicyIngressRuleArgs(from_=[peer], ports=[tcp(METRICS_PORT)])
