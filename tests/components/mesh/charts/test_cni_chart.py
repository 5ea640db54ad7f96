"""The genuine cni chart with the program's values."""

from typing import Any

import pytest
from packaging.version import Version

from components.constants.choices import PodNetwork
from components.mesh.chart_values import cni_values
from components.versions.istio import FIRST_WITH_CNI
from local.toolchain.istio_files import CHART_RELEASES
from policy.exceptions import EXEMPTIONS
from policy.judgement import judge
from policy.resource import Resource
from policy.rule import ResourceRule
from policy.rules import RULES
from tests.components.mesh.charts.chart_settings import istiod
from tests.components.mesh.charts.test_istiod_chart import injector_values
from tests.support.istio import Document, Istio, of_kind, the

RELEASES = [release for release in CHART_RELEASES if Version(release) >= FIRST_WITH_CNI]


def rendered(release: str, *, gke: bool, kubernetes: str = "1.36") -> list[Document]:
    values = cni_values(version=release, hub="docker.io/istio", gke=gke, kubernetes=Version(kubernetes), extra={})
    return Istio.obtain(release).render("cni", values)


def agent(documents: list[Document]) -> dict[str, Any]:
    return the(documents, "DaemonSet", "istio-cni-node")["spec"]["template"]["spec"]


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    return request.param


def test_agent_writes_where_gke_and_other_clusters_have_their_plugins(release: str) -> None:
    folders = {
        gke: next(each for each in agent(rendered(release, gke=gke))["volumes"] if each["name"] == "cni-bin-dir")
        for gke in (True, False)
    }

    assert folders[True]["hostPath"]["path"] == "/home/kubernetes/bin"
    assert folders[False]["hostPath"]["path"] == "/opt/cni/bin"


def test_agent_may_run_in_its_namespace_on_gke(release: str) -> None:
    documents = rendered(release, gke=True)

    (quota,) = of_kind(documents, "ResourceQuota")
    (chosen,) = quota["spec"]["scopeSelector"]["matchExpressions"]
    assert chosen["values"] == [agent(documents)["priorityClassName"]] == ["system-node-critical"]


def test_agent_repairs_pods_that_started_before_it_without_a_right_in_the_api(release: str) -> None:
    documents = rendered(release, gke=False)

    data = the(documents, "ConfigMap", "istio-cni-config")["data"]
    assert (data["REPAIR_ENABLED"], data["REPAIR_REPAIR_PODS"]) == ("true", "true")
    for role in of_kind(documents, "ClusterRole"):
        verbs = {verb for rule in role["rules"] for verb in rule["verbs"] if rule["resources"] != ["events"]}
        assert verbs <= {"get", "list", "watch"}


def test_agent_is_not_privileged_and_its_image_is_of_this_version(release: str) -> None:
    (container,) = agent(rendered(release, gke=False))["containers"]

    assert container["image"] == f"docker.io/istio/install-cni:{release}"
    assert container["securityContext"]["privileged"] is False
    assert container["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize("kubernetes", ["1.29", "1.36"])
def test_app_armor_leaves_the_agent_alone(kubernetes: str) -> None:
    documents = rendered(RELEASES[-1], gke=False, kubernetes=kubernetes)
    template = the(documents, "DaemonSet", "istio-cni-node")["spec"]["template"]

    field = template["spec"]["containers"][0]["securityContext"].get("appArmorProfile")
    annotation = template["metadata"]["annotations"].get("container.apparmor.security.beta.kubernetes.io/install-cni")
    expected = (None, "unconfined") if kubernetes == "1.29" else ({"type": "Unconfined"}, None)
    assert (field, annotation) == expected


def test_policy_pack_excuses_the_agent_from_what_it_breaks_and_from_nothing_else(release: str) -> None:
    daemon_set = the(rendered(release, gke=True), "DaemonSet", "istio-cni-node")
    excused = {each.rule for each in EXEMPTIONS if each.name == "istio-cni-node"}
    rules = [rule for rule in RULES if isinstance(rule, ResourceRule)]

    def broken(name: str) -> set[str]:
        metadata = {**daemon_set["metadata"], "name": name}
        resource = Resource("kubernetes:apps/v1:DaemonSet", name, {**daemon_set, "metadata": metadata})
        return {violation.rule.name for violation in judge(resource, rules)}

    assert broken("another") == excused
    assert broken("istio-cni-node") == set()


@pytest.mark.parametrize("pod_network", PodNetwork)
def test_injector_knows_whether_pods_need_rights(pod_network: PodNetwork, istio: Istio) -> None:
    values = injector_values(istio.render("istiod", istiod(pod_network=pod_network)), None)

    assert values["pilot"]["cni"]["enabled"] is (pod_network is PodNetwork.ISTIO_CNI)
