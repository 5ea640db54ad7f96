"""Second runs, changes of the configuration, and changes that somebody else made in the cluster."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Outcome, Running, client
from tests.sandbox.environment.sidecars import tracing_of

Change = Callable[[Any], None]


def test_a_preview_finds_nothing_to_change(preview_of_the_same: Outcome) -> None:
    assert preview_of_the_same.exit_code == 0, preview_of_the_same.text
    assert preview_of_the_same.changed == []


def test_a_preview_against_the_cluster_finds_nothing_to_change(running: Running) -> None:
    outcome = running.call("preview", "--refresh", "--expect-no-changes")

    assert outcome.exit_code == 0, outcome.text


def test_a_second_up_changes_nothing(running: Running) -> None:
    outcome = running.up()

    assert outcome.changed == []
    assert len(outcome.events) > 100


def _remove_injection_label(api: Any) -> None:
    client.CoreV1Api(api).patch_namespace("bookinfo", {"metadata": {"labels": {"istio-injection": None}}})


def _delete_ca_secret(api: Any) -> None:
    client.CoreV1Api(api).delete_namespaced_secret("lightstep.cacert", "observability")


def _change_mesh_configuration(api: Any) -> None:
    client.CoreV1Api(api).patch_namespaced_config_map("istio", "istio-system", {"data": {"mesh": "{}"}})


def _stop_injecting(api: Any) -> None:
    webhooks = client.AdmissionregistrationV1Api(api)
    found = webhooks.read_mutating_webhook_configuration("istio-sidecar-injector")
    for webhook in found.webhooks:
        webhook.rules[0].operations = ["UPDATE"]
    webhooks.replace_mutating_webhook_configuration("istio-sidecar-injector", found)


def _let_anything_pass_the_validator(api: Any) -> None:
    webhooks = client.AdmissionregistrationV1Api(api)
    found = webhooks.read_validating_webhook_configuration("istiod-default-validator")
    found.webhooks[0].rules[0].api_groups = ["none.istio.io"]
    webhooks.replace_validating_webhook_configuration("istiod-default-validator", found)


#: What somebody changes behind Pulumi's back -> the resource that it belongs to.
CHANGES: dict[str, Change] = {
    "namespaces-bookinfo": _remove_injection_label,
    "tracing-ca-observability": _delete_ca_secret,
    "istiod:istio-system/istio": _change_mesh_configuration,
    "istiod:istio-sidecar-injector": _stop_injecting,
    "istio-base:istiod-default-validator": _let_anything_pass_the_validator,
}


def test_changes_in_the_cluster_are_found_and_repaired(running: Running) -> None:
    for change in CHANGES.values():
        change(running.api())
    try:
        found = running.call("preview", "--refresh")
    finally:
        repaired = running.up("--refresh")
    after = running.call("preview", "--refresh", "--expect-no-changes")

    assert {name for _, name in found.changed} == set(CHANGES), found.text
    assert {name for _, name in repaired.changed} == set(CHANGES), repaired.text
    assert after.exit_code == 0, after.text


@pytest.fixture(scope="module")
def resampled(sandbox: Running, first_up: FirstUp) -> Iterator[Running]:
    """The environment, whose sampling tests may change; it is put right again when all of them are done."""
    assert first_up.outcome.exit_code == 0
    yield sandbox
    sandbox.up()


def test_another_sampling_percentage_changes_one_telemetry_and_nothing_else(resampled: Running) -> None:
    outcome = resampled.configured(samplingPercentage="12.5").up()

    assert outcome.changed == [("update", "tracing-mesh-telemetry")]
    telemetry = client.CustomObjectsApi(resampled.api()).get_namespaced_custom_object(
        "telemetry.istio.io", "v1", "istio-system", "telemetries", "mesh-default"
    )
    assert telemetry["spec"]["tracing"][0]["randomSamplingPercentage"] == 12.5


def test_istiod_tells_sidecars_their_own_sampling_and_the_tags_of_all(resampled: Running) -> None:
    override = {"namespace": "bookinfo", "workload": "reviews", "percentage": 12.5}
    tags = {"environment": {"literal": "test"}, "user": {"header": "x-user", "default": "nobody"}}

    outcome = resampled.configured(samplingOverrides=[override], customTags=tags).up()

    assert set(outcome.changed) == {
        ("update", "tracing-mesh-telemetry"),
        ("create", "tracing-bookinfo.sampling-reviews-telemetry"),
    }
    reviews, productpage = (tracing_of(resampled, name, "bookinfo") for name in ("reviews", "productpage"))
    assert {it.sampling for it in reviews} == {12.5}
    assert {it.sampling for it in productpage} == {100.0}
    for it in (*reviews, *productpage):
        assert {"environment", "user"} <= it.tags
