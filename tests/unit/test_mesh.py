"""The Istio control plane."""

from copy import deepcopy
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.mesh import ChartSource, Mesh, MeshArgs, await_established, prove_validator
from tests.support.mocks import Recording, record
from tests.support.transforms import ignored_by, through

OFFICIAL = ChartSource("oci://ghcr.io/istio/release/charts", "1.30.0")


def mesh(source: ChartSource = OFFICIAL, **args: Any) -> Recording:
    return record(lambda: {"namespace": Mesh("mesh", MeshArgs(source, **args)).namespace})


def test_namespace_comes_before_base_and_base_before_istiod() -> None:
    made = mesh()

    assert "mesh-namespace" in made.waits_for("istio-base")
    assert "istio-base" in made.waits_for("istiod")
    assert made.named("mesh-namespace").inputs["metadata"]["name"] == "istio-system"
    assert made.outputs == {"namespace": "istio-system"}


def test_nothing_answers_before_the_validator_does() -> None:
    made = mesh()

    patch = made.only("ValidatingWebhookConfigurationPatch")
    assert patch.inputs["metadata"] == {
        "name": "istiod-default-validator",
        "annotations": {"pulumi.com/waitFor": "jsonpath={.webhooks[0].clientConfig.caBundle}"},
    }
    assert "istiod" in patch.depends_on


def test_whoever_waits_for_the_mesh_waits_for_istiod_and_the_validator() -> None:
    def make() -> None:
        answering = Mesh("mesh", MeshArgs(OFFICIAL)).answering
        kubernetes.core.v1.Namespace("after", opts=pulumi.ResourceOptions(depends_on=answering))

    made = record(make)

    assert made.named("after").depends_on == {"istiod", "mesh-validator-answers"}


def test_charts_wait_for_what_the_caller_names_and_the_namespace_does_not() -> None:
    def make() -> None:
        nodes = kubernetes.core.v1.ConfigMap("nodes")
        Mesh("mesh", MeshArgs(OFFICIAL), after=[nodes])

    made = record(make)

    assert "nodes" in made.named("istio-base").depends_on
    assert "nodes" not in made.waits_for("mesh-namespace")


def test_both_charts_are_told_the_values_as_they_are() -> None:
    made = mesh(base_values={"defaultRevision": "default"}, istiod_values={"global": {"tag": "1.30.0"}})

    assert made.named("istio-base").inputs["values"] == {"defaultRevision": "default"}
    assert made.named("istiod").inputs["values"] == {"global": {"tag": "1.30.0"}}
    assert {chart.inputs["namespace"] for chart in made.of_kind("Chart")} == {"istio-system"}


def test_webhooks_and_crds_of_both_charts_are_transformed() -> None:
    made = mesh()

    assert [chart.transforms for chart in made.of_kind("Chart")] == [("prove_validator", "await_established")] * 2


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (
            "oci://ghcr.io/istio/release/charts",
            {"chart": "oci://ghcr.io/istio/release/charts/istiod", "version": "1.30.0"},
        ),
        ("oci://mirror.example.com/istio/", {"chart": "oci://mirror.example.com/istio/istiod", "version": "1.30.0"}),
        (
            "https://charts.example.com/istio",
            {
                "chart": "istiod",
                "version": "1.30.0",
                "repositoryOpts": {"repo": "https://charts.example.com/istio"},
            },
        ),
        (".sandbox/charts", {"chart": ".sandbox/charts/istiod"}),
    ],
    ids=["registry", "registry with a slash", "repository", "folder"],
)
def test_charts_come_from_where_the_source_says(location: str, expected: dict[str, Any]) -> None:
    made = mesh(ChartSource(location, "1.30.0"))

    inputs = made.named("istiod").inputs
    assert {key: inputs[key] for key in inputs if key in {"chart", "version", "repositoryOpts"}} == expected


def test_every_webhook_of_the_default_validator_fails_closed_and_keeps_all_else() -> None:
    validator = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "istiod-default-validator"},
        "webhooks": [{"name": "a", "failurePolicy": "Ignore"}, {"name": "b", "sideEffects": "None"}],
    }
    before = deepcopy(validator)

    closed = through(prove_validator, validator)

    assert closed == {
        **before,
        "webhooks": [
            {"name": "a", "failurePolicy": "Fail"},
            {"name": "b", "sideEffects": "None", "failurePolicy": "Fail"},
        ],
    }
    assert validator == before
    assert ignored_by(prove_validator, validator) == []


@pytest.mark.parametrize("annotations", [{}, {"annotations": {"helm.sh/resource-policy": "keep"}}])
def test_crd_is_awaited_until_the_api_server_serves_it(annotations: dict[str, Any]) -> None:
    crd = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gateways.networking.istio.io", **annotations},
    }

    awaited = through(await_established, crd)

    assert awaited["metadata"]["annotations"] == {
        **annotations.get("annotations", {}),
        "pulumi.com/waitFor": "condition=Established",
    }


@pytest.mark.parametrize("transform", [prove_validator, await_established])
@pytest.mark.parametrize(
    ("version", "kind"),
    [("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"), ("apps/v1", "Deployment"), ("v1", "Service")],
)
def test_anything_else_of_a_chart_stays_as_it_is(transform: pulumi.ResourceTransform, version: str, kind: str) -> None:
    document: dict[str, Any] = {"apiVersion": version, "kind": kind, "metadata": {"name": "it"}, "webhooks": []}

    assert through(transform, document) is document
