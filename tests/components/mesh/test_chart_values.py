"""The values that the program gives to Istio's charts."""

from copy import deepcopy
from typing import Any

import pytest
from packaging.version import Version
from pydantic import SecretStr

from components.configuration.machinery.parsing import keys
from components.configuration.settings import Settings
from components.constants.choices import PodNetwork
from components.constants.names import PROVIDER_NAMES
from components.mesh.chart_values import base_values, cni_values, istiod_values, merged
from components.model.chart_values import OWNED_BASE_VALUES, OWNED_ISTIOD_VALUES, PREFIXES, owned_paths

GLOBAL: dict[str, Any] = {
    "hub": "docker.io/istio",
    "tag": "1.27.0",
    "istioNamespace": "istio-system",
    "defaultPodDisruptionBudget": {"enabled": True},
}
PILOT: dict[str, Any] = {
    "autoscaleMin": 2,
    "autoscaleMax": 5,
    "replicaCount": 2,
    "resources": {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"cpu": "4", "memory": "4Gi"}},
}
PROVIDER = {"name": "lightstep-satellites", "lightstep": {"service": "satellite.lightstep", "port": 9292}}
TRACING: dict[str, Any] = {
    "meshConfig": {"enableTracing": True, "extensionProviders": [PROVIDER]},
    "sidecarInjectorWebhook": {
        "templates": {"tracing-files": "spec: {}"},
        "defaultTemplates": ["sidecar", "tracing-files"],
    },
}


def istiod(
    extra: dict[str, Any] | None = None,
    revision: str | None = None,
    tracing: dict[str, Any] = TRACING,
    replicas: int = 2,
    pod_network: PodNetwork = PodNetwork.INIT_CONTAINER,
) -> dict[str, Any]:
    return istiod_values(
        version="1.27.0",
        hub="docker.io/istio",
        revision=revision,
        replicas=replicas,
        pod_network=pod_network,
        tracing=tracing,
        extra=extra or {},
    )


def cni(extra: dict[str, Any] | None = None, kubernetes: str | None = "1.36", *, gke: bool = False) -> dict[str, Any]:
    version = Version(kubernetes) if kubernetes else None
    return cni_values(version="1.31.4", hub="docker.io/istio", gke=gke, kubernetes=version, extra=extra or {})


def nested(path: str, value: object) -> dict[str, Any]:
    """Return chart values with nothing but `value` at a dotted path."""
    *parents, last = path.split(".")
    values: dict[str, Any] = {last: value}
    for parent in reversed(parents):
        values = {parent: values}
    return values


def test_base_is_given_the_default_revision_and_istios_namespace() -> None:
    assert base_values(revision=None, extra={}) == {
        "defaultRevision": "default",
        "global": {"istioNamespace": "istio-system"},
    }


def test_base_is_given_a_named_revision() -> None:
    assert base_values(revision="canary", extra={})["defaultRevision"] == "canary"


def test_istiod_is_told_of_the_cni_plugin_where_there_is_one() -> None:
    assert istiod(pod_network=PodNetwork.ISTIO_CNI)["pilot"] == {**PILOT, "cni": {"enabled": True}}


def test_cni_agent_is_given_its_image_and_what_it_may_use() -> None:
    assert cni() == {
        "global": {"hub": "docker.io/istio", "tag": "1.31.4"},
        "resources": {"requests": {"cpu": "100m", "memory": "100Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
        "seccompProfile": {"type": "RuntimeDefault"},
        "useAppArmorAnnotation": False,
    }


def test_cni_agent_on_gke_is_given_googles_folder_and_a_quota() -> None:
    values = cni(gke=True)

    assert values["cniBinDir"] == "/home/kubernetes/bin"
    assert values["resourceQuotas"] == {"enabled": True}


@pytest.mark.parametrize(("kubernetes", "annotation"), [("1.29", True), ("1.30", False), (None, False)])
def test_app_armor_is_told_by_an_annotation_only_where_there_is_no_field(
    kubernetes: str | None, annotation: bool
) -> None:
    assert cni(kubernetes=kubernetes)["useAppArmorAnnotation"] is annotation


def test_teams_own_cni_values_win_but_for_the_image() -> None:
    values = cni({"cniBinDir": "/opt/own", "global": {"tag": "latest"}}, gke=True)

    assert (values["cniBinDir"], values["global"]["tag"]) == ("/opt/own", "1.31.4")


def test_istiod_is_given_images_and_what_tracing_needs() -> None:
    assert istiod() == {**TRACING, "global": GLOBAL, "pilot": PILOT}


@pytest.mark.parametrize(("replicas", "most", "budget"), [(1, 5, False), (2, 5, True), (7, 7, True)])
def test_istiod_has_so_many_pods_at_least_and_a_budget_if_one_can_be_spared(
    replicas: int, most: int, budget: bool
) -> None:
    values = istiod(replicas=replicas)

    assert values["pilot"]["autoscaleMin"] == values["pilot"]["replicaCount"] == replicas
    assert values["pilot"]["autoscaleMax"] == most
    assert values["global"]["defaultPodDisruptionBudget"] == {"enabled": budget}


@pytest.mark.parametrize("prefix", PREFIXES)
def test_limits_of_a_team_take_the_place_of_the_programs_wherever_they_stand(prefix: str) -> None:
    theirs = {"requests": {"cpu": "2", "memory": "8Gi"}}

    values = istiod(nested(f"{prefix}resources", theirs))

    assert merged(values, nested(f"{prefix}resources", theirs)) == values
    assert ("resources" in values["pilot"]) == (prefix == "pilot.")
    assert "limits" not in values["pilot"].get("resources", {})


def test_images_stand_beside_what_native_mode_has_to_say_about_proxies() -> None:
    tracer = {"proxy": {"tracer": "lightstep"}, "tracer": {"lightstep": {"accessToken": SecretStr("it")}}}

    assert istiod(tracing={"global": tracer})["global"] == {**tracer, **GLOBAL}


def test_istiod_has_no_revision_unless_one_is_named() -> None:
    assert "revision" not in istiod()
    assert istiod(revision="canary")["revision"] == "canary"


def test_own_values_of_a_team_stay_beside_the_programs() -> None:
    values = istiod(
        {
            "pilot": {"autoscaleMax": 9},
            "meshConfig": {"accessLogFile": "/dev/stdout"},
            "global": {"logAsJson": True},
        }
    )

    assert values["pilot"] == {**PILOT, "autoscaleMax": 9}
    assert values["meshConfig"]["accessLogFile"] == "/dev/stdout"
    assert values["meshConfig"]["enableTracing"] is True
    assert values["global"] == {"logAsJson": True, **GLOBAL}


def test_extension_providers_of_a_team_stay_before_the_programs() -> None:
    theirs = {"name": "access-log", "envoyFileAccessLog": {"path": "/dev/stdout"}}

    values = istiod({"meshConfig": {"extensionProviders": [theirs]}})

    assert values["meshConfig"]["extensionProviders"] == [theirs, PROVIDER]


@pytest.mark.parametrize(
    ("theirs", "both"),
    [
        (["hardened", "sidecar"], ["hardened", "sidecar", "tracing-files"]),
        (["hardened"], ["hardened", "tracing-files"]),
        (["sidecar", "tracing-files"], ["sidecar", "tracing-files"]),
        ([], ["sidecar", "tracing-files"]),
    ],
)
def test_default_injection_templates_of_a_team_stay_before_the_programs_and_none_stands_twice(
    theirs: list[str], both: list[str]
) -> None:
    values = istiod({"sidecarInjectorWebhook": {"defaultTemplates": theirs}})

    assert values["sidecarInjectorWebhook"]["defaultTemplates"] == both


def test_injection_templates_of_a_team_stay_beside_the_programs() -> None:
    values = istiod({"sidecarInjectorWebhook": {"templates": {"hardened": "spec: {}"}}})

    assert values["sidecarInjectorWebhook"]["templates"].keys() == {"hardened", "tracing-files"}


def test_lists_of_a_team_stay_as_they_are_where_tracing_has_none() -> None:
    theirs = {
        "meshConfig": {"extensionProviders": [{"name": "access-log"}]},
        "sidecarInjectorWebhook": {"defaultTemplates": ["hardened"]},
    }

    values = istiod(theirs, tracing={"meshConfig": {"enableTracing": True}})

    assert values["meshConfig"]["extensionProviders"] == [{"name": "access-log"}]
    assert values["sidecarInjectorWebhook"] == {"defaultTemplates": ["hardened"]}


def test_what_the_program_owns_wins() -> None:
    assert istiod({"global": {"tag": "latest"}})["global"]["tag"] == "1.27.0"
    assert base_values(revision=None, extra={"defaultRevision": "other"})["defaultRevision"] == "default"


def test_values_of_a_team_and_of_tracing_are_not_changed() -> None:
    theirs: dict[str, Any] = {"meshConfig": {"extensionProviders": [{"name": "other"}]}, "global": {"logAsJson": True}}
    before, tracing_before = deepcopy(theirs), deepcopy(TRACING)

    istiod(theirs)

    assert theirs == before
    assert tracing_before == TRACING


@pytest.mark.parametrize(("path", "key"), OWNED_ISTIOD_VALUES.items())
def test_owned_value_of_istiod_is_found_with_the_key_to_use_instead(path: str, key: str) -> None:
    assert owned_paths(nested(path, "something"), OWNED_ISTIOD_VALUES)[path] == key


@pytest.mark.parametrize(("path", "key"), OWNED_BASE_VALUES.items())
def test_owned_value_of_base_is_found_with_the_key_to_use_instead(path: str, key: str) -> None:
    assert owned_paths(nested(path, "something"), OWNED_BASE_VALUES)[path] == key


@pytest.mark.parametrize("owned", [OWNED_BASE_VALUES, OWNED_ISTIOD_VALUES], ids=["base", "istiod"])
def test_key_to_use_instead_is_a_configuration_key(owned: dict[str, str]) -> None:
    assert set(owned.values()) <= set(keys(Settings))


@pytest.mark.parametrize("place", ["", "pilot."])
def test_owned_value_is_found_in_both_places_where_the_chart_reads_it(place: str) -> None:
    assert owned_paths(nested(f"{place}global.tag", "other"), OWNED_ISTIOD_VALUES) == {
        f"{place}global.tag": "istioVersion",
    }


@pytest.mark.parametrize("value", [False, 0, "", [], {}])
def test_owned_value_is_found_even_if_it_is_empty(value: object) -> None:
    assert owned_paths(nested("meshConfig.enableTracing", value), OWNED_ISTIOD_VALUES) == {
        "meshConfig.enableTracing": "samplingPercentage"
    }


def test_value_below_an_owned_path_is_found() -> None:
    values = nested("meshConfig.defaultConfig.tracing.sampling", 10)

    assert owned_paths(values, OWNED_ISTIOD_VALUES) == {"meshConfig.defaultConfig.tracing": "backendAddress"}


@pytest.mark.parametrize("name", PROVIDER_NAMES.values())
def test_only_an_extension_provider_of_the_programs_name_is_owned(name: str) -> None:
    providers = [{"name": "other"}, {"name": name}]

    found = owned_paths({"meshConfig": {"extensionProviders": providers}}, OWNED_ISTIOD_VALUES)

    assert found == {"meshConfig.extensionProviders[1]": "backendAddress"}


@pytest.mark.parametrize("values", [{}, {"pilot": {"autoscaleMax": 9}}, {"global": "text"}, {"meshConfig": {"a": 1}}])
def test_values_that_nobody_else_decides_are_free(values: dict[str, Any]) -> None:
    assert owned_paths(values, OWNED_ISTIOD_VALUES) == {}


def test_merging_goes_down_into_mappings_and_replaces_anything_else() -> None:
    under = {"a": {"b": 1, "c": [1]}, "d": {"e": 1}, "f": 1}

    result = merged(under, {"a": {"c": [2]}, "d": "text", "f": {"g": 2}})

    assert result == {"a": {"b": 1, "c": [2]}, "d": "text", "f": {"g": 2}}
    assert under == {"a": {"b": 1, "c": [1]}, "d": {"e": 1}, "f": 1}
