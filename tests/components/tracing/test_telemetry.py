"""The Telemetry resources that choose what is traced."""

import re
from decimal import Decimal

import pytest
from packaging.version import Version

from components.constants.choices import TracingMode
from components.model.spans import CustomTags, EnvironmentTag, HeaderTag, LiteralTag, SamplingOverride
from components.tracing.plan import TracingPlan
from components.tracing.telemetry import mesh_spec, override_name, override_spec, untraced_spec
from tests.components.tracing.tracing_support import satellites

SHOP = SamplingOverride("shop", Decimal("12.25"))
CART = SamplingOverride("shop", Decimal(0), workload="cart")


def plan(percentage: str = "100", tags: CustomTags | None = None) -> TracingPlan:
    return TracingPlan(
        Version("1.27.0"),
        TracingMode.OPENTELEMETRY,
        satellites(),
        sampling_percentage=Decimal(percentage),
        overrides=(SHOP, CART),
        custom_tags=tags or {},
    )


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0.01", 0.01), ("12.25", 12.25), ("100", 100)])
def test_mesh_is_traced_by_its_provider_and_percentage(text: str, number: float) -> None:
    assert mesh_spec(plan(text)) == {
        "tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": number}]
    }


def test_override_for_a_namespace_says_all_that_the_mesh_wide_one_says() -> None:
    assert override_spec(plan(), SHOP) == {
        "tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": 12.25}]
    }


def test_override_for_a_workload_chooses_its_pods() -> None:
    assert override_spec(plan(), CART) == {
        "selector": {"matchLabels": {"app": "cart"}},
        "tracing": [{"providers": [{"name": "otel-collector"}], "randomSamplingPercentage": 0}],
    }


def test_custom_tags_stand_in_every_telemetry_that_traces() -> None:
    tags = {
        "team": LiteralTag("shop"),
        "tenant": HeaderTag("x-tenant"),
        "region": HeaderTag("x-region", "none"),
        "node": EnvironmentTag("NODE_NAME"),
        "zone": EnvironmentTag("ZONE", ""),
    }

    tagged = plan(tags=tags)

    for spec in (mesh_spec(tagged), override_spec(tagged, SHOP), override_spec(tagged, CART)):
        assert spec["tracing"][0]["customTags"] == {
            "team": {"literal": {"value": "shop"}},
            "tenant": {"header": {"name": "x-tenant"}},
            "region": {"header": {"name": "x-region", "defaultValue": "none"}},
            "node": {"environment": {"name": "NODE_NAME"}},
            "zone": {"environment": {"name": "ZONE", "defaultValue": ""}},
        }


def test_names_of_overrides_are_unique_in_their_namespace() -> None:
    overrides = [SHOP, CART, SamplingOverride("shop", Decimal(1), workload="sampling")]

    assert [override_name(each) for each in overrides] == ["sampling", "sampling-cart", "sampling-sampling"]


def test_untraced_pods_report_no_spans_and_no_others_are_meant() -> None:
    assert untraced_spec({"app": "collector"}) == {
        "selector": {"matchLabels": {"app": "collector"}},
        "tracing": [{"disableSpanReporting": True}],
    }


@pytest.mark.parametrize("workload", ["My_App", "a..b", "v1.2", "A" * 63])
def test_name_of_an_override_is_one_that_kubernetes_takes(workload: str) -> None:
    name = override_name(SamplingOverride("shop", Decimal(1), workload))

    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name)
