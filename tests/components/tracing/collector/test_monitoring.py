"""What watches the Collector: rules, dashboard, and who reads the counters."""

import json
import re
from datetime import UTC, datetime
from typing import Any, cast

import promql_parser
import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard

from components.constants.choices import Monitoring
from components.tracing.collector.alerts import ALERTS, CERTIFICATE_END, rule_groups
from components.tracing.collector.dashboard import PANELS, dashboard
from components.tracing.collector.monitoring import CollectorMonitoring, CollectorMonitoringArgs
from tests.components.tracing.collector.collector_support import collector, pod
from tests.support.mocks import Recording, record
from verify.cluster.collector_counters import COUNTERS

ENDS = datetime(2035, 6, 4, 11, 4, 38, tzinfo=UTC)
EXPRESSIONS = {
    **{each.name: each.expression for each in ALERTS},
    **{f"{panel.title}, {legend}": query for panel in PANELS for legend, query in panel.queries.items()},
}


def made(system: Monitoring) -> Recording:
    args = CollectorMonitoringArgs(system, "observability", {"backend CA": ENDS})
    return record(lambda: CollectorMonitoring("monitoring", args))


def metrics(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:otelcol_\w+|traced_mesh:[\w:]+)", expression))


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS)
def test_every_expression_is_promql_of_counters_that_the_collector_has(expression: str) -> None:
    promql_parser.parse(expression.replace("$__rate_interval", "5m"))

    assert metrics(expression)
    assert metrics(expression) <= {*COUNTERS.values(), CERTIFICATE_END}


@pytest.mark.parametrize("wrong", ["sum by exporter (a)", "rate(a) >", "a{b=}"])
def test_what_is_no_promql_is_found(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        promql_parser.parse(wrong)


def test_every_way_to_lose_spans_raises_an_alert() -> None:
    watched = {each for alert in ALERTS for each in metrics(alert.expression)}

    assert {COUNTERS[each] for each in ("refused", "failed", "not_queued", "sent", "waiting", "capacity")} <= watched


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    rules = [rule for group in rule_groups({}) for rule in group["rules"]]

    assert all(rule["annotations"]["summary"] and rule["annotations"]["description"] for rule in rules)
    assert {rule["labels"]["severity"] for rule in rules} == {"critical", "warning"}
    assert len({rule["alert"] for rule in rules}) == len(rules) == len(ALERTS)


def test_certificates_ends_are_rules_that_need_no_exporter() -> None:
    (first, *_) = rule_groups({"gateway": ENDS})[0]["rules"]

    assert first == {"record": CERTIFICATE_END, "expr": "vector(2064567878)", "labels": {"certificate": "gateway"}}


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return what stands at the ends of nested data, by its path."""
    if isinstance(value, dict):
        items = [(f"{path}.{name}", item) for name, item in cast("dict[str, Any]", value).items()]
    elif isinstance(value, list):
        items = [(f"{path}[{index}]", item) for index, item in enumerate(cast("list[Any]", value))]
    else:
        return {path: value}
    return {end: found for below, item in items for end, found in leaves(item, below).items()}


def test_grafana_s_own_model_of_a_dashboard_keeps_all_of_it() -> None:
    read: Any = Dashboard.from_json(dashboard())
    theirs = leaves(json.loads(json.dumps(read.to_json(), default=lambda it: it.to_json())))

    assert {path: value for path, value in leaves(dashboard()).items() if theirs.get(path) != value} == {}


def test_panels_lie_beside_each_other() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard()["panels"]]

    assert places == [(0, 0), (12, 0), (0, 8), (12, 8), (0, 16), (12, 16)]


@pytest.mark.parametrize(
    ("system", "scraping", "rules"),
    [
        (Monitoring.GOOGLE, "monitoring.googleapis.com/v1:PodMonitoring", "monitoring.googleapis.com/v1:Rules"),
        (Monitoring.OPERATOR, "monitoring.coreos.com/v1:PodMonitor", "monitoring.coreos.com/v1:PrometheusRule"),
    ],
)
def test_each_system_gets_its_own_objects(system: Monitoring, scraping: str, rules: str) -> None:
    objects = {each.type.removeprefix("kubernetes:"): each.inputs for each in made(system).resources}

    assert objects.keys() >= {scraping, rules}
    (endpoint,) = objects[scraping]["spec"]["endpoints" if system is Monitoring.GOOGLE else "podMetricsEndpoints"]
    assert endpoint == {"port": "metrics", "interval": "30s"}
    assert objects[scraping]["spec"]["selector"] == {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}}
    assert objects[rules]["spec"]["groups"] == rule_groups({"backend CA": ENDS})


def test_grafana_finds_the_dashboard_by_its_label() -> None:
    config_map = made(Monitoring.GOOGLE).only("ConfigMap").inputs

    assert config_map["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert [json.loads(text) for text in config_map["data"].values()] == [dashboard()]


@pytest.mark.parametrize(
    ("system", "peer"),
    [
        (Monitoring.GOOGLE, {"matchLabels": {"kubernetes.io/metadata.name": "gke-gmp-system"}}),
        (Monitoring.OPERATOR, {"matchLabels": {}}),  # every namespace
    ],
)
def test_counters_are_told_to_what_scrapes_them(system: Monitoring, peer: Any) -> None:
    watched = collector(monitoring=system)
    (_, rule) = watched.only("NetworkPolicy").inputs["spec"]["ingress"]
    metadata = watched.only("Deployment").inputs["spec"]["template"]["metadata"]
    ports = {each["name"]: each["containerPort"] for each in pod(watched)["containers"][0]["ports"]}

    assert rule == {"from": [{"namespaceSelector": peer}], "ports": [{"protocol": "TCP", "port": 8888}]}
    assert metadata["annotations"]["traffic.sidecar.istio.io/excludeInboundPorts"] == "8888"
    assert ports["metrics"] == 8888
    assert "host: 0.0.0.0" in watched.only("ConfigMap").inputs["data"]["config.yaml"]


def test_unless_asked_for_nobody_outside_the_pod_is_told() -> None:
    silent = collector()

    assert len(silent.only("NetworkPolicy").inputs["spec"]["ingress"]) == 1
    assert "metrics" not in str(pod(silent)["containers"][0]["ports"])
    assert "host: localhost" in silent.only("ConfigMap").inputs["data"]["config.yaml"]
