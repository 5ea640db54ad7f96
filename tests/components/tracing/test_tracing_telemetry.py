"""The Telemetry resources that `Tracing` makes."""

from decimal import Decimal
from typing import Any

import pytest

from components.constants.choices import TracingMode
from components.constants.names import PROVIDER_NAMES
from components.model.spans import SamplingOverride
from tests.components.tracing.tracing_support import NAMESPACES, NATIVE, OPENTELEMETRY, PROVIDER, tracing
from tests.support.mocks import Recording


def telemetry(made: Recording, namespace: str, name: str) -> dict[str, Any]:
    (found,) = (
        each.inputs
        for each in made.of_kind("Telemetry")
        if (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]) == (namespace, name)
    )
    return found


@pytest.mark.parametrize(
    ("mode", "version", "api"),
    [
        (PROVIDER, "1.15.0", "telemetry.istio.io/v1alpha1"),
        (PROVIDER, "1.21.6", "telemetry.istio.io/v1alpha1"),
        (PROVIDER, "1.26.8", "telemetry.istio.io/v1"),
        (OPENTELEMETRY, "1.16.1", "telemetry.istio.io/v1alpha1"),
        (OPENTELEMETRY, "1.27.0", "telemetry.istio.io/v1"),
    ],
)
def test_telemetry_of_the_root_namespace_traces_the_whole_mesh(mode: TracingMode, version: str, api: str) -> None:
    mesh = telemetry(tracing(mode, version), "istio-system", "mesh-default")

    assert mesh["apiVersion"] == api
    assert mesh["spec"] == {
        "tracing": [{"providers": [{"name": PROVIDER_NAMES[mode]}], "randomSamplingPercentage": 100}]
    }


def test_native_mode_has_no_telemetry() -> None:
    assert tracing(NATIVE, "1.15.0").of_kind("Telemetry") == []


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0.01", 0.01), ("12.25", 12.25), ("100", 100)])
def test_sampling_percentage_is_the_telemetrys(text: str, number: float) -> None:
    (entry,) = telemetry(tracing(sampling=text), "istio-system", "mesh-default")["spec"]["tracing"]

    assert entry["randomSamplingPercentage"] == number


@pytest.mark.parametrize(("mode", "version"), [(PROVIDER, "1.26.8"), (OPENTELEMETRY, "1.27.0")])
def test_sampling_percentage_touches_nothing_but_the_telemetry(mode: TracingMode, version: str) -> None:
    low, high = tracing(mode, version, sampling="1").resources, tracing(mode, version, sampling="100").resources

    changed = [now.name for before, now in zip(low, high, strict=True) if before != now]
    assert changed == ["tracing-mesh-telemetry"]


def test_each_override_is_a_telemetry_in_its_namespace() -> None:
    overrides = (
        SamplingOverride("bookinfo", Decimal(10)),
        SamplingOverride("shop", Decimal(20)),
        SamplingOverride("shop", Decimal("0.5"), workload="cart"),
    )

    made = tracing(overrides=overrides)

    percentages = {
        (each.inputs["metadata"]["namespace"], each.inputs["metadata"]["name"]): each.inputs["spec"]["tracing"][0].get(
            "randomSamplingPercentage"
        )
        for each in made.of_kind("Telemetry")
    }
    assert percentages == {
        ("istio-system", "mesh-default"): 100,
        ("bookinfo", "sampling"): 10,
        ("shop", "sampling"): 20,
        ("shop", "sampling-cart"): 0.5,
        ("observability", "otel-collector"): None,
    }


def test_overrides_that_read_alike_are_resources_of_their_own() -> None:
    overrides = (
        SamplingOverride("shop", Decimal(10), workload="sampling-cart"),
        SamplingOverride("shop-sampling", Decimal(10), workload="cart"),
    )

    made = tracing(overrides=overrides, namespaces={name: name for name in (*NAMESPACES, "shop-sampling")})

    names = [each.name for each in made.of_kind("Telemetry")]
    assert len(names) == len(set(names))


def test_collectors_own_sidecar_reports_no_spans() -> None:
    made = tracing()

    own = telemetry(made, "observability", "otel-collector")
    labels = made.only("Deployment").inputs["spec"]["template"]["metadata"]["labels"]
    assert own["spec"]["tracing"] == [{"disableSpanReporting": True}]
    assert own["spec"]["selector"]["matchLabels"].items() <= labels.items()
