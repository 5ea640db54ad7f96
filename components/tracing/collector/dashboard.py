"""A Grafana dashboard of the way of the spans: one table of panels, as Grafana's JSON model."""

from dataclasses import dataclass
from typing import Any, Final

from components.tracing.collector.alerts import CERTIFICATE_END, HERE

#: Panels are placed in a grid of 24 columns (https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/
#: view-dashboard-json-model/#panel-size-and-position): two beside each other.
_WIDTH: Final = 12
_HEIGHT: Final = 8

#: Whoever opens the dashboard chooses among the Prometheus data sources.
_SOURCE: Final = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True)
class Panel:
    """One panel.

    Arguments:
        title: what it shows.
        queries: legend -> query in PromQL.
        unit: Grafana's id of the unit.
    """

    title: str
    queries: dict[str, str]
    unit: str


def _rate(counter: str, by: str) -> str:
    return f"sum by ({by}) (rate({counter}{HERE}[$__rate_interval]))"


PANELS: Final = (
    Panel("Spans accepted", {"{{pod}} {{receiver}}": _rate("otelcol_receiver_accepted_spans", "pod, receiver")}, "cps"),
    Panel("Spans sent to the backend", {"{{exporter}}": _rate("otelcol_exporter_sent_spans", "exporter")}, "cps"),
    Panel(
        "Spans lost",
        {
            "refused, no memory: {{pod}}": _rate("otelcol_receiver_refused_spans", "pod"),
            "not queued, queue full: {{exporter}}": _rate("otelcol_exporter_enqueue_failed_spans", "exporter"),
            "given up, not taken: {{exporter}}": _rate("otelcol_exporter_send_failed_spans", "exporter"),
        },
        "cps",
    ),
    Panel(
        "Fullness of the queue",
        {
            "{{pod}} {{exporter}}": f"max by (pod, exporter) (otelcol_exporter_queue_size{HERE} / "
            f"otelcol_exporter_queue_capacity{HERE})"
        },
        "percentunit",
    ),
    Panel("Batches in the queue", {"{{pod}}": f"sum by (pod) (otelcol_exporter_queue_size{HERE})"}, "short"),
    Panel("Days left of certificates", {"{{certificate}}": f"({CERTIFICATE_END} - time()) / 86400"}, "d"),
)


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    return {
        "uid": "traced-mesh-collector",
        "title": "traced-mesh: the way of the spans",
        "tags": ["traced-mesh"],
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"type": "datasource", "name": "datasource", "label": "Prometheus", "query": "prometheus"}]
        },
        "panels": [_panel(position, panel) for position, panel in enumerate(PANELS)],
    }


def _panel(position: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(position, 24 // _WIDTH)
    return {
        "id": position + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []}},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for index, (legend, query) in enumerate(panel.queries.items())
        ],
    }
