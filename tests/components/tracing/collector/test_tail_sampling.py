"""Which traces the Collector keeps, as data; that the genuine Collector does so is proved beside it, in `genuine`."""

from decimal import Decimal
from typing import Any

from components.model.spans import Kept, TailSampling
from components.tracing.collector.configuration import collector_configuration
from tests.components.tracing.collector.collector_support import PLAIN, collector, destination

EVERYWHERE = TailSampling(Kept(1000, Decimal("12.5")), {})
IN_SHOP = TailSampling(Kept(1000, Decimal(10)), {"shop": Kept(500, Decimal(50))})


def policies(wanted: TailSampling) -> dict[str, Any]:
    sampler = collector_configuration([destination(PLAIN)], wanted)["processors"]["tail_sampling"]
    return {each["name"]: each for each in sampler["policies"]}


def ports(wanted: TailSampling | None, replicas: int) -> set[int]:
    made = collector(PLAIN, tail_sampling=wanted, replicas=replicas)
    return {rule["ports"][0]["port"] for rule in made.only("NetworkPolicy").inputs["spec"]["ingress"]}


def test_errors_slow_ones_the_verifications_and_a_share_are_kept() -> None:
    made = policies(EVERYWHERE)

    assert list(made) == ["errors", "verification", "default-slow", "default-share"]
    assert made["errors"]["status_code"] == {"status_codes": ["ERROR"]}
    assert made["default-slow"]["latency"] == {"threshold_ms": 1000}
    assert made["default-share"]["probabilistic"] == {"sampling_percentage": 12.5}


def test_what_holds_for_a_namespace_holds_in_place_of_the_default() -> None:
    made = policies(IN_SHOP)

    of_shop, slow = made["shop-slow"]["and"]["and_sub_policy"]
    of_others, _ = made["default-share"]["and"]["and_sub_policy"]
    assert slow["latency"] == {"threshold_ms": 500}
    assert of_shop["string_attribute"]["key"] == "service.name"
    assert of_others["not"]["not_sub_policy"] == of_shop


def test_the_decision_comes_before_batches_are_made_and_after_memory_was_looked_at() -> None:
    pipelines = collector_configuration([destination(PLAIN)], EVERYWHERE)["service"]["pipelines"]

    assert pipelines["traces"]["processors"] == ["memory_limiter", "tail_sampling", "batch"]


def test_several_collectors_bring_the_spans_of_a_trace_together_and_one_alone_has_nobody_to_ask() -> None:
    several, alone = (collector_configuration([destination(PLAIN)], EVERYWHERE, replicas) for replicas in (2, 1))

    together, after = several["service"]["pipelines"].values()
    exporter = several["exporters"]["load_balancing"]
    assert (together["receivers"], together["exporters"]) == (["otlp"], ["load_balancing"])
    assert (after["receivers"], after["exporters"]) == (["otlp/peers"], ["otlp_grpc"])
    assert exporter["resolver"]["dns"]["hostname"] == "otel-collector-peers.observability.svc.cluster.local"
    assert list(alone["service"]["pipelines"].values()) == [{**after, "receivers": ["otlp"]}]
    assert "load_balancing" not in alone["exporters"]


def test_collectors_find_one_another_by_a_headless_service_of_which_istio_takes_the_port_for_tcp() -> None:
    made = collector(PLAIN, tail_sampling=EVERYWHERE, replicas=3)

    (peers,) = (each.inputs for each in made.of_kind("Service") if each.inputs["spec"].get("clusterIP") == "None")
    assert peers["metadata"]["name"] == "otel-collector-peers"
    assert peers["spec"]["selector"] == {"app.kubernetes.io/name": "otel-collector"}
    assert peers["spec"]["ports"] == [
        {"name": "tcp-otlp-peers", "port": 4319, "targetPort": 4319, "appProtocol": "tcp"}
    ]


def test_only_collectors_that_need_one_another_may_reach_one_another() -> None:
    made = collector(PLAIN, tail_sampling=EVERYWHERE, replicas=2)

    rules = made.only("NetworkPolicy").inputs["spec"]
    peers = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "observability"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "otel-collector"}},
    }
    to_peers = [{"protocol": "TCP", "port": 4319}]
    assert rules["ingress"][-1] == {"from": [peers], "ports": to_peers}
    assert rules["egress"][-1] == {"to": [peers], "ports": to_peers}
    assert 4319 not in ports(EVERYWHERE, 1) | ports(None, 2)
