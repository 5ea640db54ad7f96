"""Istio's CNI plugin."""

import pulumi

from components.mesh.chart_source import ChartSource
from components.mesh.cni_plugin import CniPlugin, CniPluginArgs
from tests.support.mocks import Recording, record

VALUES = {"cniBinDir": "/home/kubernetes/bin"}


def plugin(*after: pulumi.Resource) -> Recording:
    def make() -> dict[str, object]:
        CniPlugin("cni", CniPluginArgs(ChartSource("oci://ghcr.io/istio/release/charts", "1.31.4"), VALUES, after))
        return {}

    return record(make)


def test_agent_has_a_namespace_of_its_own_that_takes_any_pod() -> None:
    metadata = plugin().only("Namespace").inputs["metadata"]

    assert metadata["name"] == "istio-cni"
    assert metadata["labels"]["pod-security.kubernetes.io/enforce"] == "privileged"
    assert "istio-injection" not in metadata["labels"]


def test_chart_comes_with_its_values_after_the_namespace() -> None:
    made = plugin()

    chart = made.named("istio-cni")
    assert chart.inputs["chart"] == "oci://ghcr.io/istio/release/charts/cni"
    assert chart.inputs["namespace"] == "istio-cni"
    assert chart.inputs["values"] == VALUES
    assert "cni-namespace" in made.waits_for("istio-cni")


def test_nobody_reaches_the_agent_and_it_reaches_anybody() -> None:
    spec = plugin().only("NetworkPolicy").inputs["spec"]

    assert spec["podSelector"] == {"matchLabels": {"k8s-app": "istio-cni-node"}}
    assert spec["policyTypes"] == ["Ingress"]
    assert not spec.get("ingress")
