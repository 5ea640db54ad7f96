"""The values that the program gives to Istio's charts."""

from typing import Any

import pytest

from components.chart_values import (
    OWNED_BASE_VALUES,
    OWNED_ISTIOD_VALUES,
    TRACING_PROVIDER,
    OtlpService,
    base_values,
    istiod_values,
    merged,
    owned_paths,
)

COLLECTOR = OtlpService("otel-collector.observability.svc.cluster.local", 4317)
PROVIDER = {"name": TRACING_PROVIDER, "opentelemetry": {"service": COLLECTOR.host, "port": COLLECTOR.port}}


def istiod(extra: dict[str, Any] | None = None, revision: str | None = None) -> dict[str, Any]:
    return istiod_values(
        version="1.27.0", hub="docker.io/istio", revision=revision, collector=COLLECTOR, extra=extra or {}
    )


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


def test_istiod_is_given_images_and_the_collector_as_tracing_provider() -> None:
    values = istiod()

    assert values["global"] == {"hub": "docker.io/istio", "tag": "1.27.0", "istioNamespace": "istio-system"}
    assert values["meshConfig"] == {"enableTracing": True, "extensionProviders": [PROVIDER]}


def test_istiod_has_no_revision_unless_one_is_named() -> None:
    assert "revision" not in istiod()
    assert istiod(revision="canary")["revision"] == "canary"


def test_sampling_is_no_chart_value() -> None:
    assert "traceSampling" not in istiod()
    assert "pilot" not in istiod()


def test_own_values_of_a_team_stay_beside_the_programs() -> None:
    values = istiod(
        {
            "pilot": {"autoscaleMin": 2},
            "meshConfig": {"accessLogFile": "/dev/stdout"},
            "global": {"logAsJson": True},
        }
    )

    assert values["pilot"] == {"autoscaleMin": 2}
    assert values["meshConfig"]["accessLogFile"] == "/dev/stdout"
    assert values["meshConfig"]["enableTracing"] is True
    assert values["global"] == {
        "logAsJson": True,
        "hub": "docker.io/istio",
        "tag": "1.27.0",
        "istioNamespace": "istio-system",
    }


def test_extension_providers_of_a_team_stay_before_the_programs() -> None:
    theirs = {"name": "access-log", "envoyFileAccessLog": {"path": "/dev/stdout"}}

    values = istiod({"meshConfig": {"extensionProviders": [theirs]}})

    assert values["meshConfig"]["extensionProviders"] == [theirs, PROVIDER]


def test_annotations_of_a_team_stay_beside_the_programs() -> None:
    values = istiod({"serviceAnnotations": {"team": "mesh"}})

    assert values["serviceAnnotations"] == {"team": "mesh", "pulumi.com/skipAwait": "true"}


def test_what_the_program_owns_wins() -> None:
    assert istiod({"global": {"tag": "latest"}})["global"]["tag"] == "1.27.0"
    assert base_values(revision=None, extra={"defaultRevision": "other"})["defaultRevision"] == "default"


def test_values_of_a_team_are_not_changed() -> None:
    theirs: dict[str, Any] = {"meshConfig": {"extensionProviders": [{"name": "other"}]}, "global": {"logAsJson": True}}

    istiod(theirs)

    assert theirs == {"meshConfig": {"extensionProviders": [{"name": "other"}]}, "global": {"logAsJson": True}}


@pytest.mark.parametrize(("path", "key"), OWNED_ISTIOD_VALUES.items())
def test_owned_value_of_istiod_is_found_with_the_key_to_use_instead(path: str, key: str) -> None:
    assert owned_paths(nested(path, "something"), OWNED_ISTIOD_VALUES)[path] == key


@pytest.mark.parametrize(("path", "key"), OWNED_BASE_VALUES.items())
def test_owned_value_of_base_is_found_with_the_key_to_use_instead(path: str, key: str) -> None:
    assert owned_paths(nested(path, "something"), OWNED_BASE_VALUES)[path] == key


@pytest.mark.parametrize("prefix", ["pilot.", "_internal_defaults_do_not_set.", "_internal_defaults_do_not_set.pilot."])
def test_owned_value_is_found_wherever_the_chart_reads_it_from(prefix: str) -> None:
    values = merged(nested(f"{prefix}global.tag", "other"), nested(f"{prefix}meshConfig.extensionProviders", []))

    assert owned_paths(values, OWNED_ISTIOD_VALUES) == {
        f"{prefix}global.tag": "istioVersion",
        f"{prefix}meshConfig.extensionProviders": "backendAddress",
    }


@pytest.mark.parametrize("value", [False, 0, "", [], {}])
def test_owned_value_is_found_even_if_it_is_empty(value: object) -> None:
    assert owned_paths(nested("meshConfig.enableTracing", value), OWNED_ISTIOD_VALUES) == {
        "meshConfig.enableTracing": "samplingPercentage"
    }


def test_value_below_an_owned_path_is_found() -> None:
    values = nested("meshConfig.defaultConfig.tracing.sampling", 10)

    assert owned_paths(values, OWNED_ISTIOD_VALUES) == {"meshConfig.defaultConfig.tracing": "backendAddress"}


def test_only_the_extension_provider_of_the_programs_name_is_owned() -> None:
    providers = [{"name": "other"}, {"name": TRACING_PROVIDER}]

    found = owned_paths({"meshConfig": {"extensionProviders": providers}}, OWNED_ISTIOD_VALUES)

    assert found == {"meshConfig.extensionProviders[1]": "backendAddress"}


@pytest.mark.parametrize("values", [{}, {"pilot": {"autoscaleMin": 2}}, {"global": "text"}, {"meshConfig": {"a": 1}}])
def test_values_that_nobody_else_decides_are_free(values: dict[str, Any]) -> None:
    assert owned_paths(values, OWNED_ISTIOD_VALUES) == {}


def test_merging_goes_down_into_mappings_and_replaces_anything_else() -> None:
    under = {"a": {"b": 1, "c": [1]}, "d": {"e": 1}, "f": 1}

    result = merged(under, {"a": {"c": [2]}, "d": "text", "f": {"g": 2}})

    assert result == {"a": {"b": 1, "c": [2]}, "d": "text", "f": {"g": 2}}
    assert under == {"a": {"b": 1, "c": [1]}, "d": {"e": 1}, "f": 1}
