"""What checkov finds wrong with the objects of the stacks and of Istio's charts stands here with its reason."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from reference.stacks.recordings import recordings
from tests.support.charts import chart_objects
from tests.support.checkov import failed_checks
from tests.support.mocks import mapped

#: Of each kind of stack one: on GKE, with every backend beside it; on an existing cluster; with applications only.
STACKS: Final = ("prod", "quickstart", "guide")

_BOOKINFO: Final = r"Deployment (productpage|details|ratings|reviews)-v\d"
_AGENT: Final = "DaemonSet istio-cni-node"
_NEEDED_BY_AGENT: Final = "it changes the network of other Pods and the node's CNI folders, alone in its namespace"

#: Check, and which objects -> why it is left so.
ACCEPTED: Final[dict[tuple[str, str], str]] = {
    ("CKV2_K8S_5", "RoleBinding istio-ingressgateway"): "the gateway reads the certificates of its own namespace only",
    ("CKV_K8S_14", "Deployment istio-ingressgateway"): "image `auto` is what the injector puts its pinned one in for",
    ("CKV_K8S_15", ".*"): "images have a release's tag and are not pulled again: the registry may be away at a restart",
    ("CKV_K8S_155", "ClusterRole istiod-clusterrole-istio-system"): "istiod writes its CA into its webhooks",
    ("CKV_K8S_20", _AGENT): _NEEDED_BY_AGENT,
    ("CKV_K8S_23", _AGENT): _NEEDED_BY_AGENT,
    ("CKV_K8S_25", _AGENT): _NEEDED_BY_AGENT,
    ("CKV_K8S_39", _AGENT): _NEEDED_BY_AGENT,
    ("CKV_K8S_22", _AGENT): "Istio's chart has no value for it",
    ("CKV_K8S_22", _BOOKINFO): "Istio does not say where its examples write, and its own manifests leave it so",
    ("CKV_K8S_29", f"Deployment istiod|{_AGENT}"): "the chart sets it on the containers, and the program the profile",
    ("CKV_K8S_31", "Deployment istiod"): "the program sets the profile on the chart's Pods on their way",
    ("CKV_K8S_38", f"Deployment istiod|{_AGENT}"): "they ask the API server",
    ("CKV_K8S_40", ".*"): "the images' own users, 1000 to 10001; user namespaces and Pod security are the cluster's",
    ("CKV_K8S_43", ".*"): "the program knows releases by their tags; nothing at hand says their digests",
    ("CKV_K8S_49", "ClusterRole istio-reader-clusterrole-istio-system"): "Istio's chart; for reading only",
    ("CKV_K8S_8", _BOOKINFO): "Istio's own manifests of the example have none, and a sidecar's readiness is the Pod's",
    (
        "CKV_K8S_8",
        f"Deployment (istiod|istio-ingressgateway)|{_AGENT}",
    ): "Istio's own charts have readiness probes only",
    (
        "CKV_K8S_9",
        f"{_BOOKINFO}|Deployment istio-ingressgateway",
    ): "the proxy in the Pod has one, which the injector adds",
}

_TOKEN: Final = re.compile(r"kubernetes:[a-z0-9.-]+/v[a-z0-9]+:[A-Z]\w+")

pytestmark = pytest.mark.thorough


def objects() -> Iterator[dict[str, Any]]:
    """Yield the objects of the stacks and of Istio's charts, without the CRDs."""
    for stack in STACKS:
        for each in recordings()[stack].resources:
            if _TOKEN.fullmatch(each.type) and "apiVersion" in each.inputs:
                yield mapped(each.inputs, secret=lambda _: "hidden")
    yield from (each for each in chart_objects() if each["kind"] != "CustomResourceDefinition")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    return failed_checks(objects(), tmp_path_factory.mktemp("objects"))


def accepts(row: tuple[str, str], finding: tuple[str, str]) -> bool:
    return row[0] == finding[0] and re.fullmatch(row[1], finding[1]) is not None


def test_every_finding_has_its_reason(found: set[tuple[str, str]]) -> None:
    assert sorted(each for each in found if not any(accepts(row, each) for row in ACCEPTED)) == []


def test_every_reason_has_its_finding(found: set[tuple[str, str]]) -> None:
    assert [row for row in ACCEPTED if not any(accepts(row, each) for each in found)] == []


def test_a_privileged_container_would_be_found(tmp_path: Path) -> None:
    container = {"name": "it", "image": "example.com/it:1", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "it"}, "spec": {"containers": [container]}}

    assert ("CKV_K8S_16", "Pod it") in failed_checks([pod], tmp_path)
