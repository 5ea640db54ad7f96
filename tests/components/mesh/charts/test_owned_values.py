"""Each chart value that the program keeps to itself has an effect in the genuine chart; keeping it means something."""

import json
from typing import Any, Final

import pytest

from components.constants.choices import TracingMode
from components.constants.names import FILES_TEMPLATE
from components.mesh.chart_values import merged
from components.model.chart_values import OWNED_BASE_VALUES, OWNED_ISTIOD_VALUES, PREFIXES, Values
from tests.components.mesh.charts.chart_settings import base, istiod
from tests.components.mesh.charts.releases import values_for
from tests.support.istio import Document, Istio

#: Another value than the program's, by path, where it may not be text.
OTHER: Final[Values] = {
    "global.proxy.tracer": "zipkin",
    "global.tracer": {"zipkin": {"address": "zipkin.example.com:9411"}},
    "revisionTags": ["canary"],
    "autoscaleMin": 7,
    "replicaCount": 7,
    "global.defaultPodDisruptionBudget.enabled": False,
    "traceSampling": 7,
    "cni.enabled": True,
    "meshConfig.enableTracing": False,
    "meshConfig.defaultConfig.tracing": {"sampling": 7},
    "meshConfig.defaultProviders.tracing": ["zipkin"],
}

#: What the program itself sets under `pilot`, which the charts prefer to the same at the top.
UNDER_PILOT: Final = frozenset({"autoscaleMin", "replicaCount"})

#: What must be set besides for a path to have an effect.
TOGETHER_WITH: Final[dict[str, Values]] = {
    "global.tracer": {"global": {"proxy": {"tracer": "zipkin"}}},
    "replicaCount": {"autoscaleEnabled": False},
}


def nested(path: str, value: object) -> Values:
    """Return chart values with nothing but `value` at a dotted path."""
    first, _, rest = path.partition(".")
    return {first: nested(rest, value) if rest else value}


def without_copies_of_values(documents: list[Document]) -> list[Document]:
    """Return what a chart makes, without the places that only repeat its values: a ConfigMap and the injector's.

    Of the injector's, what its templates read of the CNI plugin stays: it has its effect when a Pod is injected.
    """
    kept: list[dict[str, Any]] = []
    for each in documents:
        name = each["metadata"]["name"]
        if each["kind"] == "ConfigMap" and name == "istio-sidecar-injector":
            read_by_templates = json.loads(each["data"]["values"]).get("pilot", {}).get("cni")
            kept.append({**each, "data": {**each["data"], "values": read_by_templates}})
        elif each["kind"] != "ConfigMap" or name != "values":
            kept.append(each)
    return kept


@pytest.mark.parametrize("path", [path for path in OWNED_ISTIOD_VALUES if FILES_TEMPLATE not in path])
def test_owned_value_of_istiod_has_an_effect(path: str, istio: Istio) -> None:
    values = merged(istiod(), TOGETHER_WITH.get(path, {}))

    place = f"pilot.{path}" if path in UNDER_PILOT else path
    before = istio.render("istiod", values)
    after = istio.render("istiod", merged(values, nested(place, OTHER.get(path, "other"))))

    assert without_copies_of_values(before) != without_copies_of_values(after)


def test_files_of_sidecars_could_be_taken_from_a_mode_that_needs_them() -> None:
    istio = Istio.obtain("1.26.0")
    values = values_for("1.26.0", TracingMode.LIGHTSTEP_PROVIDER)

    (path,) = (path for path in OWNED_ISTIOD_VALUES if FILES_TEMPLATE in path)
    after = istio.render("istiod", merged(values, nested(path, "other")))

    assert without_copies_of_values(istio.render("istiod", values)) != without_copies_of_values(after)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_value_has_an_effect_wherever_the_chart_reads_it_from(prefix: str, istio: Istio) -> None:
    before = istio.render("istiod", istiod())
    after = istio.render("istiod", merged(istiod(), nested(f"{prefix}hub", "other.example.com")))

    assert without_copies_of_values(before) != without_copies_of_values(after)


@pytest.mark.parametrize("path", OWNED_BASE_VALUES)
def test_owned_value_of_base_has_an_effect(path: str, istio: Istio) -> None:
    assert istio.render("base", base()) != istio.render("base", merged(base(), nested(path, "other")))
