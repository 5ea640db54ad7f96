"""What the genuine charts make of values of a team that would undo what the program promises."""

import json
from typing import Any, Final

import pytest
from packaging.version import Version

from components.constants.choices import PodNetwork, TracingMode
from components.mesh.chart_values import base_values, cni_values, merged
from components.mesh.owned_facts import DEFAULT_VALIDATOR, IstiodFacts, OwnedObject, base_objects, cni_objects
from components.model.chart_values import OWNED_ISTIOD_VALUES, Values, owned_paths
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values
from local.toolchain.istio_files import CHART_RELEASES
from tests.components.mesh.charts.chart_settings import EXTRA_BASE, EXTRA_ISTIOD, istiod
from tests.components.mesh.charts.releases import CASES, TOKEN, plan_for, values_for
from tests.support.istio import RELEASE, Document, Istio, RenderError

#: Istio 1.15's charts, unlike later ones, write objects of a cluster's version.
KUBERNETES: Final = "1.33.0"


def faults(documents: list[Document], objects: list[OwnedObject]) -> list[str]:
    """Return what is wrong with the objects of a chart, and which are missing."""
    made = {(each["kind"], each["metadata"]["name"]): each for each in documents}
    wrong = [fault for each in objects for fault in each.faults(made.get((each.kind, each.name), {}))]
    missing = [f"no {each.kind} {each.name}" for each in objects if (each.kind, each.name) not in made]
    return missing or wrong


def objects_of(plan: TracingPlan, revision: str | None = None, *, cni: bool = False) -> list[OwnedObject]:
    return IstiodFacts(str(plan.version), "docker.io/istio", revision, cni, tracing_values(plan)).objects


def of_istiod(extra: Values, revision: str | None = None) -> list[str]:
    """Return what is wrong with what the newest istiod chart makes of a team's values."""
    values = istiod(revision, extra)
    plan = plan_for(RELEASE, TracingMode.OPENTELEMETRY)
    return faults(Istio.obtain().render("istiod", values), objects_of(plan, revision))


@pytest.mark.parametrize(("release", "mode"), CASES)
@pytest.mark.parametrize("extra", [{}, EXTRA_ISTIOD], ids=["own values", "a team's values"])
def test_each_release_makes_what_is_needed_in_each_mode(release: str, mode: TracingMode, extra: Values) -> None:
    documents = Istio.obtain(release).render("istiod", values_for(release, mode, extra=extra), kubernetes=KUBERNETES)

    assert faults(documents, objects_of(plan_for(release, mode))) == []


@pytest.mark.parametrize("release", CHART_RELEASES)
def test_each_base_chart_makes_what_is_needed(release: str) -> None:
    values = base_values(revision=None, extra=EXTRA_BASE)

    assert faults(Istio.obtain(release).render("base", values, kubernetes=KUBERNETES), base_objects()) == []


@pytest.mark.parametrize("extra", [{}, {"cniBinDir": "/opt/own"}, {"global": {"platform": "k3s"}}])
def test_cni_chart_makes_what_is_needed(extra: Values, istio: Istio) -> None:
    values = cni_values(version=RELEASE, hub="docker.io/istio", gke=False, kubernetes=Version("1.36"), extra=extra)

    assert faults(istio.render("cni", values), cni_objects(RELEASE, "docker.io/istio")) == []


def test_revision_and_plugin_are_told() -> None:
    plan = plan_for(RELEASE, TracingMode.OPENTELEMETRY)
    documents = Istio.obtain().render("istiod", istiod("canary", pod_network=PodNetwork.ISTIO_CNI))

    assert faults(documents, objects_of(plan, "canary", cni=True)) == []
    assert faults(documents, objects_of(plan, cni=True))[0] == "no Deployment istiod"


#: A team's values, by the road that they take -> words of what is said. Each passes the check of the values alone.
ROADS: Final[dict[str, tuple[Values, str]]] = {
    "another root namespace": (
        {"meshConfig": {"rootNamespace": "other"}},
        'would have "other" at rootNamespace, not "istio-system"',
    ),
    "configuration from elsewhere": ({"meshConfig": {"configSources": [{"address": "fs:///x"}]}}, "at configSources"),
    "istiod elsewhere": (
        {"meshConfig": {"defaultConfig": {"discoveryAddress": "far:15012"}}},
        'would have "far:15012" at defaultConfig.discoveryAddress',
    ),
    "another cluster's domain": ({"global": {"proxy": {"clusterDomain": "k8s.example"}}}, "at values.global.proxy"),
    "no injection unless asked for": ({"global": {"proxy": {"autoInject": "disabled"}}}, '"disabled" at policy'),
    "proxy's own image": ({"global": {"proxy": {"image": "example.com/proxy:1"}}}, "at image.proxy"),
    "istiod's own image": ({"pilot": {"image": "example.com/pilot:1"}}, '"example.com/pilot:1" at image'),
    "istiod's own image at the top": ({"image": "example.com/pilot:1"}, '"example.com/pilot:1" at image'),
    "remote istiod": ({"istiodRemote": {"enabled": True}}, "no Deployment istiod"),
    "profile remote": ({"profile": "remote"}, "no Deployment istiod"),
    "remote address": ({"global": {"remotePilotAddress": "192.0.2.1"}}, "at values.global.remotePilotAddress"),
    "only what is of the whole cluster": ({"global": {"resourceScope": "cluster"}}, "no Deployment istiod"),
    "only what is in a namespace": ({"global": {"resourceScope": "namespace"}}, "no MutatingWebhookConfiguration"),
    "no mesh configuration": ({"pilot": {"configMap": False}}, "no ConfigMap istio"),
    "no injector": ({"global": {"omitSidecarInjectorConfigMap": True}}, "no ConfigMap istio-sidecar-injector"),
    "webhooks by an operator": ({"global": {"operatorManageWebhooks": True}}, "no MutatingWebhookConfiguration"),
    "providers under pilot": (
        {"pilot": {"meshConfig": {"extensionProviders": [{"name": "own"}]}}},
        "at providers.otel-collector",
    ),
    "plugin by the defaults": ({"_internal_defaults_do_not_set": {"cni": {"enabled": True}}}, "at cni, not false"),
}


@pytest.mark.parametrize("road", ROADS)
def test_road_passes_the_check_of_values(road: str) -> None:
    extra, _ = ROADS[road]

    assert owned_paths(extra, OWNED_ISTIOD_VALUES) == {}


@pytest.mark.parametrize("road", ROADS)
def test_values_that_undo_what_is_promised_are_found_by_what_comes_out(road: str) -> None:
    extra, words = ROADS[road]

    assert any(words in each for each in of_istiod(extra)), of_istiod(extra)


@pytest.mark.parametrize("parent", ["global", "meshConfig", "pilot", "sidecarInjectorWebhook"])
def test_null_for_a_parent_is_found_or_the_chart_refuses_it_or_nothing_is_lost(parent: str) -> None:
    try:
        found = of_istiod({parent: None})
    except RenderError:
        return
    assert found == []


def test_base_without_its_cluster_wide_objects_is_found(istio: Istio) -> None:
    values = base_values(revision=None, extra={"global": {"resourceScope": "namespace"}})

    assert f"no ValidatingWebhookConfiguration {DEFAULT_VALIDATOR}" in faults(
        istio.render("base", values), base_objects()
    )


def test_excluded_crd_is_found(istio: Istio) -> None:
    values = base_values(revision=None, extra={"base": {"excludedCRDs": ["telemetries.telemetry.istio.io"]}})

    assert faults(istio.render("base", values), base_objects()) == [
        "no CustomResourceDefinition telemetries.telemetry.istio.io"
    ]


@pytest.mark.parametrize("image", [{"image": "example.com/agent:1"}, {"cni": {"hub": "example.com"}}])
def test_agents_own_image_is_found(image: Values, istio: Istio) -> None:
    values = cni_values(version=RELEASE, hub="docker.io/istio", gke=False, kubernetes=Version("1.36"), extra=image)

    assert "at image" in faults(istio.render("cni", values), cni_objects(RELEASE, "docker.io/istio"))[0]


@pytest.mark.parametrize(("release", "mode"), CASES)
def test_other_tracing_is_found_in_each_mode_and_no_token_said(release: str, mode: TracingMode) -> None:
    other: Values = {"meshConfig": {"defaultConfig": {"tracing": {"sampling": 1}}, "enableTracing": False}}
    values = merged(values_for(release, mode), other)

    found = faults(
        Istio.obtain(release).render("istiod", values, kubernetes=KUBERNETES), objects_of(plan_for(release, mode))
    )

    assert any("would have something else at defaultConfig.tracing" in each for each in found)
    assert any("would have false at enableTracing, not true" in each for each in found)
    assert TOKEN not in json.dumps(found)


def test_provider_of_the_same_name_is_found() -> None:
    values: dict[str, Any] = istiod()
    values["meshConfig"]["extensionProviders"].insert(
        0, {"name": "otel-collector", "zipkin": {"service": "x", "port": 1}}
    )
    plan = plan_for(RELEASE, TracingMode.OPENTELEMETRY)

    (found,) = faults(Istio.obtain().render("istiod", values), objects_of(plan))

    assert "something else at providers.otel-collector" in found
