"""A whole environment in each tracing mode, and on the way from one mode to the next."""

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest

from tests.components.configuration.settings_support import EXISTING, SATELLITES, TOKEN, read
from tests.support.lists import by_name, non_empty
from tests.support.mocks import Recorded, Recording
from tests.support.stacks import record_environment

#: Each mode, with the versions between which its needs differ.
MODES: Final = {
    "native": {"istioVersion": "1.14.6"},
    "provider, token in a file": {"istioVersion": "1.14.6", "tracingMode": "lightstep-provider"},
    "provider, token as text": {"istioVersion": "1.26.8", "tracingMode": "lightstep-provider"},
    "opentelemetry": {"istioVersion": "1.26.8"},
    "opentelemetry only": {"istioVersion": "1.27.0"},
}
SATELLITE_MODES: Final = ["native", "provider, token in a file", "provider, token as text"]
EVERY_MODE = pytest.mark.parametrize("mode", MODES)
EACH_SATELLITE_MODE = pytest.mark.parametrize("mode", SATELLITE_MODES)


@cache
def environment(project: Path, mode: str, **changes: str) -> Recording:
    raw = {**EXISTING, **SATELLITES, **MODES[mode], **changes}
    return record_environment(read(raw, project, kubernetes="1.24"))


def namespaces_with(made: Recording, secret: str) -> list[str]:
    return [
        each.inputs["metadata"]["namespace"]
        for each in made.of_kind("Secret")
        if each.inputs["metadata"]["name"] == secret
    ]


def selectors(made: Recording) -> dict[str, Any]:
    deployments = non_empty(made.of_kind("Deployment"), "Deployments")
    return by_name((each.name, each.inputs["spec"]["selector"]["matchLabels"]) for each in deployments)


def pod_of(deployment: Recorded) -> dict[str, Any]:
    return deployment.inputs["spec"]["template"]["spec"]


@EACH_SATELLITE_MODE
def test_collector_and_its_namespace_are_there_in_mode_opentelemetry_only(mode: str, project: Path) -> None:
    made = environment(project, mode)

    assert made.outputs["namespaces"] == ["bookinfo", "istio-ingress"]
    assert not [each for each in made.resources if "observability" in str(each.plain) or "collector" in each.name]


@EVERY_MODE
def test_output_names_the_mode(mode: str, project: Path) -> None:
    asked = MODES[mode].get("tracingMode", mode.partition(" ")[0])

    assert environment(project, mode).outputs["tracingMode"] == asked


@EVERY_MODE
def test_token_is_readable_in_no_resource_and_no_output(mode: str, project: Path) -> None:
    made = environment(project, mode)

    assert [text for text in made.texts(with_secrets=True) if TOKEN in text]
    assert not [text for text in made.texts() if TOKEN in text]


@pytest.mark.parametrize(
    ("mode", "holders"),
    [
        ("native", ["istiod"]),
        ("provider, token in a file", ["tracing-token-bookinfo", "tracing-token-istio-ingress"]),
        ("provider, token as text", ["istiod"]),
        ("opentelemetry", ["tracing-collector-credentials"]),
        ("opentelemetry only", ["tracing-collector-credentials"]),
    ],
)
def test_token_is_where_the_mode_needs_it_and_nowhere_else(mode: str, holders: list[str], project: Path) -> None:
    made = environment(project, mode)

    assert [each.name for each in made.resources if TOKEN in str(each.plain)] == holders


@EVERY_MODE
def test_config_maps_of_istiod_are_hidden_where_the_token_is_in_them(mode: str, project: Path) -> None:
    istiod = environment(project, mode).named("istiod")

    assert ("hide_config_maps" in istiod.transforms) is (mode in {"native", "provider, token as text"})


@EACH_SATELLITE_MODE
def test_every_namespace_with_sidecars_has_the_ca_secret(mode: str, project: Path) -> None:
    made = environment(project, mode, injectedNamespaces='["shop"]')

    assert made.outputs["namespaces"] == ["bookinfo", "shop", "istio-ingress"]
    assert namespaces_with(made, "lightstep.cacert") == ["bookinfo", "shop", "istio-ingress"]


@pytest.mark.parametrize("mode", ["opentelemetry", "opentelemetry only"])
def test_with_a_collector_only_its_namespace_has_the_ca_secret(mode: str, project: Path) -> None:
    made = environment(project, mode, injectedNamespaces='["shop"]')

    assert namespaces_with(made, "lightstep.cacert") == ["observability"]


@EVERY_MODE
def test_without_tls_there_is_no_ca_secret_and_nothing_mounts_one(mode: str, project: Path) -> None:
    made = environment(project, mode, backendTls="false")

    assert namespaces_with(made, "lightstep.cacert") == []
    assert "lightstep.cacert" not in str([each.plain for each in made.resources])


@pytest.mark.parametrize(
    ("mode", "secrets"),
    [
        ("native", ["lightstep.cacert"]),
        ("provider, token in a file", ["lightstep.cacert", "lightstep.access-token"]),
        ("provider, token as text", ["lightstep.cacert"]),
        ("opentelemetry", []),
    ],
)
def test_gateway_mounts_what_its_proxy_reads(mode: str, secrets: list[str], project: Path) -> None:
    pod = pod_of(environment(project, mode).named("gateway-deployment"))

    assert [volume["secret"]["secretName"] for volume in pod.get("volumes", [])] == secrets


@EVERY_MODE
def test_every_pod_waits_for_the_injector_and_for_the_secrets_that_its_sidecar_reads(mode: str, project: Path) -> None:
    made = environment(project, mode)

    read_by_sidecars = {each.name for each in made.of_kind("Secret") if mode in SATELLITE_MODES}
    assert bool(read_by_sidecars) is (mode in SATELLITE_MODES)
    for deployment in non_empty(made.of_kind("Deployment"), "Deployments"):
        assert {"istiod", "mesh-validator-answers", *read_by_sidecars} <= made.waits_for(deployment.name)


@EVERY_MODE
def test_no_secret_waits_for_istiod(mode: str, project: Path) -> None:
    made = environment(project, mode)

    for secret in non_empty(made.of_kind("Secret"), "Secrets"):
        assert "istiod" not in made.waits_for(secret.name)


@pytest.mark.parametrize(
    ("mode", "telemetry", "networking"),
    [
        ("native", set[str](), {"networking.istio.io/v1beta1"}),
        ("provider, token in a file", {"telemetry.istio.io/v1alpha1"}, {"networking.istio.io/v1beta1"}),
        ("provider, token as text", {"telemetry.istio.io/v1"}, {"networking.istio.io/v1"}),
        ("opentelemetry only", {"telemetry.istio.io/v1"}, {"networking.istio.io/v1"}),
    ],
)
def test_istios_objects_are_in_the_api_versions_that_the_mesh_serves(
    mode: str, telemetry: set[str], networking: set[str], project: Path
) -> None:
    made = environment(project, mode)

    versions = [each.inputs["apiVersion"] for each in made.resources if ".istio.io/" in each.type]
    assert {version for version in versions if version.startswith("telemetry")} == telemetry
    assert {version for version in versions if version.startswith("networking")} == networking


@pytest.mark.parametrize("mode", ["provider, token in a file", "provider, token as text", "opentelemetry"])
def test_telemetry_names_a_provider_that_the_mesh_has(mode: str, project: Path) -> None:
    made = environment(project, mode)

    (provider,) = made.named("istiod").plain["values"]["meshConfig"]["extensionProviders"]
    (tracing,) = made.named("tracing-mesh-telemetry").inputs["spec"]["tracing"]
    assert tracing["providers"] == [{"name": provider["name"]}]


@pytest.mark.parametrize("mode", ["provider, token in a file", "provider, token as text", "opentelemetry"])
def test_sampling_overrides_and_custom_tags_reach_every_telemetry_that_traces(mode: str, project: Path) -> None:
    overrides = '[{"namespace": "bookinfo", "workload": "reviews", "percentage": 12.25}]'

    made = environment(project, mode, samplingOverrides=overrides, customTags='{"team": {"literal": "shop"}}')

    traced = [
        (each.inputs["metadata"]["namespace"], tracing["randomSamplingPercentage"], tracing["customTags"])
        for each in made.of_kind("Telemetry")
        for tracing in each.inputs["spec"]["tracing"]
        if "providers" in tracing
    ]
    tags = {"team": {"literal": {"value": "shop"}}}
    assert traced == [("istio-system", 100, tags), ("bookinfo", 12.25, tags)]


def test_native_mode_samples_and_tags_by_chart_values(project: Path) -> None:
    tags = '{"team": {"literal": "shop"}}'

    values = environment(project, "native", samplingPercentage="12.25", customTags=tags).named("istiod").plain["values"]

    assert values["pilot"]["traceSampling"] == 12.25
    assert values["meshConfig"]["defaultConfig"]["tracing"]["customTags"] == {"team": {"literal": {"value": "shop"}}}


def test_upgrade_from_mode_to_mode_keeps_bookinfo_the_gateway_and_their_namespaces(project: Path) -> None:
    recordings = [environment(project, mode) for mode in MODES]

    for before, after in pairwise(recordings):
        later = {each.name: each for each in after.resources}
        for each in [each for each in before.resources if not each.name.startswith("tracing")]:
            assert each.type in {later[each.name].type, *later[each.name].aliases}
        assert selectors(before).items() <= selectors(after).items()
