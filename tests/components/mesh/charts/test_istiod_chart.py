"""The genuine istiod chart with the program's values."""

import json
import re
from typing import Any

import pytest

from components.mesh.chart_transforms import leave_failure_policy, leave_service
from tests.components.mesh.charts.chart_settings import COLLECTOR, EXTRA_ISTIOD, istiod, mesh_config
from tests.support.istio import RELEASE, Document, Istio, of_kind, the
from tests.support.transforms import ignored_by, through

TRACING_PROVIDER = "otel-collector"
PROVIDER = {
    "name": TRACING_PROVIDER,
    "opentelemetry": COLLECTOR,
}
REVISIONS = pytest.mark.parametrize("revision", [None, "canary"], ids=["default revision", "canary"])


@pytest.fixture(scope="module")
def documents(istio: Istio) -> list[Document]:
    return istio.render("istiod", istiod())


@pytest.fixture(scope="module")
def with_extra_values(istio: Istio) -> list[Document]:
    return istio.render("istiod", istiod(extra=EXTRA_ISTIOD))


def named(name: str, revision: str | None) -> str:
    return f"{name}-{revision}" if revision else name


def injector_values(documents: list[Document], revision: str | None) -> dict[str, Any]:
    """Return the values that the injector fills its templates with."""
    return json.loads(the(documents, "ConfigMap", named("istio-sidecar-injector", revision))["data"]["values"])


@REVISIONS
def test_mesh_traces_to_the_collector(revision: str | None, istio: Istio) -> None:
    mesh = mesh_config(istio.render("istiod", istiod(revision=revision)), revision)

    assert mesh["enableTracing"] is True
    assert mesh["extensionProviders"] == [PROVIDER]
    assert "tracing" not in mesh["defaultConfig"]
    assert "tracing" not in mesh["defaultProviders"]


@REVISIONS
def test_all_images_are_of_this_version(revision: str | None, istio: Istio) -> None:
    documents = istio.render("istiod", istiod(revision=revision))

    pod = the(documents, "Deployment", named("istiod", revision))["spec"]["template"]["spec"]
    assert [container["image"] for container in pod["containers"]] == [f"docker.io/istio/pilot:{RELEASE}"]
    settings = injector_values(documents, revision)["global"]
    assert (settings["hub"], settings["tag"]) == ("docker.io/istio", RELEASE)


@REVISIONS
def test_no_image_floats(revision: str | None, istio: Istio) -> None:
    text = json.dumps(istio.render("istiod", istiod(revision=revision)))

    assert "istio-testing" not in text
    assert not re.search(r"[\w/]:latest\b", text)


def test_provider_does_not_wait_for_the_service(documents: list[Document]) -> None:
    service = through(leave_service, the(documents, "Service", "istiod"))

    assert service["metadata"]["annotations"]["pulumi.com/skipAwait"] == "true"


@REVISIONS
def test_injector_has_the_name_under_which_the_mesh_waits_for_it(revision: str | None, istio: Istio) -> None:
    documents = istio.render("istiod", istiod(revision=revision))

    (injector,) = of_kind(documents, "MutatingWebhookConfiguration")
    assert injector["metadata"]["name"] == named("istio-sidecar-injector", revision)
    assert "caBundle" not in injector["webhooks"][0]["clientConfig"]


@REVISIONS
def test_webhooks_ask_istiod_of_the_revision(revision: str | None, istio: Istio) -> None:
    documents = istio.render("istiod", istiod(revision=revision))

    injector = the(documents, "MutatingWebhookConfiguration", named("istio-sidecar-injector", revision))
    (validator,) = of_kind(documents, "ValidatingWebhookConfiguration")
    asked = {webhook["clientConfig"]["service"]["name"] for webhook in injector["webhooks"] + validator["webhooks"]}
    assert asked == {named("istiod", revision)}
    assert validator["metadata"]["name"] == f"{named('istio-validator', revision)}-istio-system"


def test_only_the_failure_policy_of_the_validator_is_istiods_own(documents: list[Document]) -> None:
    (validator,) = of_kind(documents, "ValidatingWebhookConfiguration")

    assert ignored_by(leave_failure_policy, validator) == ["webhooks[*].failurePolicy"]
    assert through(leave_failure_policy, validator) == validator


def test_injector_fails_closed(documents: list[Document]) -> None:
    (injector,) = of_kind(documents, "MutatingWebhookConfiguration")

    assert through(leave_failure_policy, injector) is injector
    assert {webhook["failurePolicy"] for webhook in injector["webhooks"]} == {"Fail"}


def test_namespaces_label_makes_the_injector_answer(documents: list[Document]) -> None:
    (injector,) = of_kind(documents, "MutatingWebhookConfiguration")

    selectors = [webhook["namespaceSelector"]["matchExpressions"] for webhook in injector["webhooks"]]
    assert [{"key": "istio-injection", "operator": "In", "values": ["enabled"]}] in selectors


def test_revision_label_makes_the_injector_of_that_revision_answer(istio: Istio) -> None:
    documents = istio.render("istiod", istiod(revision="canary"))

    (injector,) = of_kind(documents, "MutatingWebhookConfiguration")
    selectors = [each for webhook in injector["webhooks"] for each in webhook["namespaceSelector"]["matchExpressions"]]
    assert {"key": "istio.io/rev", "operator": "In", "values": ["canary"]} in selectors
    assert not [each for each in selectors if "enabled" in each.get("values", [])]


def test_webhooks_call_the_urls_that_a_team_gives(with_extra_values: list[Document]) -> None:
    (injector,) = of_kind(with_extra_values, "MutatingWebhookConfiguration")
    (validator,) = of_kind(with_extra_values, "ValidatingWebhookConfiguration")

    assert {webhook["clientConfig"]["url"] for webhook in injector["webhooks"]} == {"https://127.0.0.1:15017/inject"}
    assert {webhook["clientConfig"]["url"] for webhook in validator["webhooks"]} == {"https://127.0.0.1:15017/validate"}


def test_own_values_of_a_team_take_effect_beside_the_programs(with_extra_values: list[Document]) -> None:
    mesh = mesh_config(with_extra_values)

    assert mesh["accessLogFile"] == "/dev/stdout"
    assert [provider["name"] for provider in mesh["extensionProviders"]] == ["access-log", TRACING_PROVIDER]
    assert the(with_extra_values, "HorizontalPodAutoscaler", "istiod")["spec"]["minReplicas"] == 2
    assert injector_values(with_extra_values, None)["global"]["proxy"]["logLevel"] == "info"
    (container,) = the(with_extra_values, "Deployment", "istiod")["spec"]["template"]["spec"]["containers"]
    assert {"name": "PILOT_ENABLE_STATUS", "value": "true"} in container["env"]


def test_chart_makes_the_objects_that_a_sandboxs_istiod_looks_for(documents: list[Document]) -> None:
    made = {(each["kind"], each["metadata"]["name"]) for each in documents}

    assert {
        ("Deployment", "istiod"),
        ("ConfigMap", "istio-sidecar-injector"),
        ("MutatingWebhookConfiguration", "istio-sidecar-injector"),
        ("ValidatingWebhookConfiguration", "istio-validator-istio-system"),
    } <= made


def test_everything_of_a_revision_has_a_name_of_its_own(istio: Istio, documents: list[Document]) -> None:
    canary = istio.render("istiod", istiod(revision="canary"))

    names = {(each["kind"], each["metadata"]["name"]) for each in documents}
    assert names.isdisjoint((each["kind"], each["metadata"]["name"]) for each in canary)
