"""A cluster that exists already."""

from typing import Any

import pytest

from components.cluster.existing import ExistingCluster, ExistingClusterArgs
from components.model.subject import Subject
from tests.support.mocks import Recording, Secret, record

KUBECONFIG = "kind: Config"


def existing(**args: Any) -> Recording:
    def make() -> dict[str, Any]:
        handle = ExistingCluster("cluster", ExistingClusterArgs("sandbox", KUBECONFIG, **args)).handle
        return {"name": handle.name, "kubeconfig": handle.kubeconfig, "ready": len(handle.ready)}

    return record(make)


def test_provider_reaches_the_cluster_by_its_kubeconfig_which_stays_secret() -> None:
    provider = existing(context="kind-mesh").only("kubernetes")

    assert provider.inputs["kubeconfig"] == Secret(KUBECONFIG)
    assert provider.inputs["context"] == "kind-mesh"


def test_only_another_cluster_name_means_another_cluster() -> None:
    assert existing().only("kubernetes").inputs["clusterIdentifier"] == "existing/sandbox"


def test_context_is_left_to_the_kubeconfig_if_none_is_named() -> None:
    assert "context" not in existing().only("kubernetes").inputs


def test_nothing_is_made_in_the_cluster_without_an_admin() -> None:
    made = existing()

    assert [each.name for each in made.resources] == ["cluster", "cluster-kubernetes"]
    assert made.outputs == {"name": "sandbox", "kubeconfig": Secret(KUBECONFIG), "ready": 0}


def test_admin_is_bound_to_cluster_admin() -> None:
    made = existing(admin=Subject("User", "someone@example.com"))

    binding = made.only("ClusterRoleBinding")
    assert binding.inputs["roleRef"] == {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "cluster-admin",
    }
    assert binding.inputs["subjects"] == [
        {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "someone@example.com"}
    ]
    assert binding.provider == "cluster-kubernetes"
    assert made.outputs["ready"] == 1


@pytest.mark.parametrize(
    ("admin", "subject"),
    [
        (
            Subject("Group", "admins@example.com"),
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "admins@example.com"},
        ),
        (
            Subject("ServiceAccount", "deployer", "ops"),
            {"kind": "ServiceAccount", "name": "deployer", "namespace": "ops"},
        ),
    ],
)
def test_admin_is_bound_as_the_kind_of_subject_that_it_is(admin: Subject, subject: dict[str, str]) -> None:
    assert existing(admin=admin).only("ClusterRoleBinding").inputs["subjects"] == [subject]
