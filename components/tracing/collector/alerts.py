"""When somebody is told that spans are lost, or soon will be: one table, as rules of Prometheus.

The counters' names and meaning: https://opentelemetry.io/docs/collector/internal-telemetry/#lists-of-internal-metrics.
A counter appears with the first thing that it counts, so whatever it counted before it was first scraped raises no
alert; `verify` sees that. Left out on purpose: how old the oldest span in the queue is, which the Collector does not
tell. `TracesBackendTakesNothing` stands for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from components.constants.names import COLLECTOR_NAMESPACE

#: The end of each certificate's life, in seconds since 1970; label `certificate` says which.
CERTIFICATE_END: Final = "traced_mesh:certificate_not_after:seconds"

#: Days for which a certificate must still be valid, as `verify` and the configuration ask.
_DAYS_LEFT: Final = 30

#: Every Collector's counters, and nobody else's.
HERE: Final = f'{{namespace="{COLLECTOR_NAMESPACE}"}}'


@dataclass(frozen=True)
class Alert:
    """One alert.

    Arguments:
        name: its name.
        expression: in PromQL, what is there as long as it holds.
        lasting: how long it must hold.
        severity: `critical` if spans are lost now, `warning` if they soon will be.
        summary: what is wrong.
        fix: what to do.
    """

    name: str
    expression: str
    lasting: str
    severity: str
    summary: str
    fix: str

    def rule(self) -> dict[str, Any]:
        """Return it as a rule of Prometheus."""
        return {
            "alert": self.name,
            "expr": self.expression,
            "for": self.lasting,
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "description": self.fix},
        }


def _rate(counter: str, by: str = "exporter") -> str:
    return f"sum by ({by}) (rate({counter}{HERE}[5m]))"


ALERTS: Final = (
    Alert(
        "TracesCollectorAbsent",
        f"absent(otelcol_exporter_queue_capacity{HERE})",
        "5m",
        "critical",
        "No Collector tells its counters.",
        "kubectl --namespace observability get pods: no Pod is ready, or nothing scrapes them.",
    ),
    Alert(
        "TracesRefused",
        f"{_rate('otelcol_receiver_refused_spans', 'pod')} > 0",
        "5m",
        "critical",
        "The Collector refuses spans for want of memory.",
        "More Pods share the load: pulumi config set traced-mesh:collectorReplicas.",
    ),
    Alert(
        "TracesDropped",
        f"{_rate('otelcol_exporter_enqueue_failed_spans')} > 0 or {_rate('otelcol_exporter_send_failed_spans')} > 0",
        "0s",
        "critical",
        "Spans are given up: the queue is full, or the backend refused them for good.",
        "make verify names the cause; kubectl --namespace observability logs deployment/otel-collector has its words.",
    ),
    Alert(
        "TracesBackendTakesNothing",
        f"sum by (exporter) (otelcol_exporter_queue_size{HERE}) > 0 "
        f"unless sum by (exporter) (rate(otelcol_exporter_sent_spans{HERE}[5m])) > 0",
        "5m",
        "warning",
        "Spans wait, and the backend has taken none for 5 minutes.",
        "make verify names the cause: the backend is down, slow, or refuses the credential.",
    ),
    Alert(
        "TracesQueueFilling",
        f"max by (pod, exporter) (otelcol_exporter_queue_size{HERE} / otelcol_exporter_queue_capacity{HERE}) > 0.5",
        "5m",
        "warning",
        "The queue of a Collector is more than half full.",
        "The backend takes less than comes in; what a full queue does not hold is lost.",
    ),
    Alert(
        "TracesCertificateEnds",
        f"{CERTIFICATE_END} - time() < {_DAYS_LEFT} * 86400",
        "1h",
        "warning",
        f"A certificate on the way of the spans is valid for less than {_DAYS_LEFT} days.",
        "docs/operations.md says how each is replaced.",
    ),
)


def rule_groups(certificates: Mapping[str, datetime]) -> list[dict[str, Any]]:
    """Return the groups of rules, as a file of Prometheus and the objects of both operators have them.

    Arguments:
        certificates: what each certificate is for -> when its life ends, with its time zone.
    """
    ends = [
        {"record": CERTIFICATE_END, "expr": f"vector({ends.timestamp():.0f})", "labels": {"certificate": name}}
        for name, ends in certificates.items()
    ]
    return [{"name": "traced-mesh", "interval": "30s", "rules": [*ends, *(each.rule() for each in ALERTS)]}]
