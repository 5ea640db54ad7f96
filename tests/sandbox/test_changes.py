"""Second runs, changes of the configuration, and changes that somebody else made in the cluster."""

from collections.abc import Callable
from typing import Any

import kubernetes
import pytest

from tests.sandbox.running import Running

Change = Callable[[Any], None]


def test_a_preview_finds_nothing_to_change(running: Running) -> None:
    outcome = running.call("preview", "--expect-no-changes")

    assert outcome.exit_code == 0, outcome.text
    assert outcome.changed == []


def test_a_preview_against_the_cluster_finds_nothing_to_change(running: Running) -> None:
    outcome = running.call("preview", "--refresh", "--expect-no-changes")

    assert outcome.exit_code == 0, outcome.text


def test_a_second_up_changes_nothing(running: Running) -> None:
    outcome = running.up()

    assert outcome.changed == []
    assert len(outcome.events) > 80


def test_another_sampling_percentage_changes_one_telemetry_and_nothing_else(running: Running) -> None:
    try:
        outcome = running.configured(samplingPercentage="12.5").up()

        assert outcome.changed == [("update", "tracing-mesh-telemetry")]
        telemetry = kubernetes.client.CustomObjectsApi(running.api()).get_namespaced_custom_object(
            "telemetry.istio.io", "v1", "istio-system", "telemetries", "mesh-default"
        )
        assert telemetry["spec"]["tracing"][0]["randomSamplingPercentage"] == 12.5
    finally:
        running.up()


def _remove_injection_label(api: Any) -> None:
    kubernetes.client.CoreV1Api(api).patch_namespace("bookinfo", {"metadata": {"labels": {"istio-injection": None}}})


def _delete_ca_secret(api: Any) -> None:
    kubernetes.client.CoreV1Api(api).delete_namespaced_secret("lightstep.cacert", "bookinfo")


def _change_mesh_configuration(api: Any) -> None:
    kubernetes.client.CoreV1Api(api).patch_namespaced_config_map("istio", "istio-system", {"data": {"mesh": "{}"}})


def _stop_injecting(api: Any) -> None:
    webhooks = kubernetes.client.AdmissionregistrationV1Api(api)
    found = webhooks.read_mutating_webhook_configuration("istio-sidecar-injector")
    for webhook in found.webhooks:
        webhook.rules[0].operations = ["UPDATE"]
    webhooks.replace_mutating_webhook_configuration("istio-sidecar-injector", found)


def _let_anything_pass_the_validator(api: Any) -> None:
    webhooks = kubernetes.client.AdmissionregistrationV1Api(api)
    found = webhooks.read_validating_webhook_configuration("istiod-default-validator")
    found.webhooks[0].rules[0].api_groups = ["none.istio.io"]
    webhooks.replace_validating_webhook_configuration("istiod-default-validator", found)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        pytest.param(_remove_injection_label, "namespaces-bookinfo", id="removed label"),
        pytest.param(_delete_ca_secret, "tracing-ca-bookinfo", id="deleted Secret"),
        pytest.param(_change_mesh_configuration, "istiod:istio-system/istio", id="changed ConfigMap"),
        pytest.param(_stop_injecting, "istiod:istio-sidecar-injector", id="changed injector"),
        pytest.param(_let_anything_pass_the_validator, "istio-base:istiod-default-validator", id="changed validator"),
    ],
)
def test_a_change_in_the_cluster_is_found_and_repaired(running: Running, change: Change, name: str) -> None:
    change(running.api())
    try:
        found = running.call("preview", "--refresh")
        assert [it for it in found.changed if it[1] == name], found.text
    finally:
        repaired = running.up("--refresh")

    assert name in {it for _, it in repaired.changed}
    after = running.call("preview", "--refresh", "--expect-no-changes")
    assert after.exit_code == 0, after.text
