"""The namespaces whose Pods get sidecars."""

from typing import Any

from components.kubernetes.pod_security import PodSecurity
from components.mesh.namespaces import Namespaces, NamespacesArgs, injection_label
from tests.support.mocks import Recording, record


def namespaces(*names: str, **args: Any) -> Recording:
    return record(lambda: Namespaces("namespaces", NamespacesArgs(names, **args)).names)


def test_each_namespace_asks_for_sidecars() -> None:
    made = namespaces("bookinfo", "shop").of_kind("Namespace")

    assert [each.inputs["metadata"]["name"] for each in made] == ["bookinfo", "shop"]
    assert [each.inputs["metadata"]["labels"]["istio-injection"] for each in made] == ["enabled", "enabled"]


def test_named_revision_takes_the_place_of_the_injection_label() -> None:
    labels = namespaces("bookinfo", revisions={"bookinfo": "canary"}).only("Namespace").inputs["metadata"]["labels"]

    assert labels["istio.io/rev"] == "canary"
    assert "istio-injection" not in labels
    assert injection_label("canary") == {"istio.io/rev": "canary"}


def test_each_namespace_asks_for_the_revision_that_is_named_for_it() -> None:
    made = namespaces("bookinfo", "shop", revisions={"shop": "next"}).of_kind("Namespace")

    labels = {each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"] for each in made}
    assert labels["bookinfo"]["istio-injection"] == "enabled"
    assert labels["shop"]["istio.io/rev"] == "next"


def test_namespaces_carry_the_recommended_labels() -> None:
    labels = namespaces("bookinfo").only("Namespace").inputs["metadata"]["labels"]

    assert labels == {
        "istio-injection": "enabled",
        "pod-security.kubernetes.io/audit": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
        "app.kubernetes.io/name": "bookinfo",
        "app.kubernetes.io/part-of": "traced-mesh",
        "app.kubernetes.io/managed-by": "pulumi",
    }


def test_namespaces_with_other_peoples_workloads_outlive_the_stack() -> None:
    made = namespaces("bookinfo", "shop", shared=("shop",)).of_kind("Namespace")

    assert {each.inputs["metadata"]["name"]: each.retained for each in made} == {"bookinfo": False, "shop": True}


def test_namespaces_with_other_peoples_workloads_are_protected_where_that_is_asked_for() -> None:
    made = namespaces("bookinfo", "shop", shared=("shop",), protect_shared=True).of_kind("Namespace")

    assert {each.inputs["metadata"]["name"]: each.protected for each in made} == {"bookinfo": False, "shop": True}
    assert not namespaces("shop", shared=("shop",)).only("Namespace").protected


def test_pod_security_is_enforced_where_a_standard_is_named_and_hinted_at_everywhere() -> None:
    made = namespaces("ingress", "shop", enforced={"ingress": PodSecurity.RESTRICTED}).of_kind("Namespace")

    labels = {each.inputs["metadata"]["name"]: each.inputs["metadata"]["labels"] for each in made}
    assert labels["ingress"]["pod-security.kubernetes.io/enforce"] == "restricted"
    assert "pod-security.kubernetes.io/enforce" not in labels["shop"]
    for each in labels.values():
        assert each["pod-security.kubernetes.io/warn"] == each["pod-security.kubernetes.io/audit"] == "restricted"


def test_default_namespace_is_labelled_and_never_made() -> None:
    made = namespaces("default")

    assert made.of_kind("Namespace") == []
    assert made.only("NamespacePatch").inputs["metadata"] == {
        "name": "default",
        "labels": {"istio-injection": "enabled"},
    }


def test_names_are_known_to_whoever_uses_the_namespaces() -> None:
    assert namespaces("bookinfo", "default").outputs == {"bookinfo": "bookinfo", "default": "default"}
