"""A GKE cluster as a whole: what is made, in which order, and what the rest of the environment gets."""

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.cluster.gke.cluster import GkeCluster
from components.model.gke import NodePool
from components.model.subject import Subject
from tests.components.cluster.gke.gke_support import args, gke
from tests.support.mocks import INSTALLING_USER, Secret, record


def test_cluster_and_nodes_are_made_where_asked() -> None:
    made = gke(location="europe-west1")

    cluster, nodes = made.only("Cluster").inputs, made.only("NodePool").inputs
    assert (cluster["name"], cluster["project"], cluster["location"]) == (
        "traced-mesh-dev",
        "my-project",
        "europe-west1",
    )
    assert (nodes["cluster"], nodes["project"], nodes["location"]) == ("traced-mesh-dev", "my-project", "europe-west1")


def test_installing_user_is_looked_up_for_the_admin_binding() -> None:
    (subject,) = gke().only("ClusterRoleBinding").inputs["subjects"]

    assert subject["name"] == INSTALLING_USER


def test_named_admin_is_bound_instead() -> None:
    (subject,) = gke(admin=Subject("User", "someone@example.com")).only("ClusterRoleBinding").inputs["subjects"]

    assert subject["name"] == "someone@example.com"


def test_provider_stays_the_same_as_long_as_the_cluster_does() -> None:
    provider = gke().only("kubernetes").inputs

    assert provider["clusterIdentifier"] == "gke/my-project/us-central1-a/traced-mesh-dev"


def test_kubeconfig_is_secret_and_the_providers() -> None:
    made = gke()

    secret = made.only("kubernetes").inputs["kubeconfig"]
    assert isinstance(secret, Secret)
    assert made.outputs == {"name": "traced-mesh-dev", "kubeconfig": secret}


def test_cluster_runs_pods_once_there_are_nodes_that_pull_images_and_are_reached_by_webhooks() -> None:
    pools = [NodePool("nodes"), NodePool("batch")]

    def make() -> None:
        runs_pods = GkeCluster("cluster", args(node_pools=pools)).handle.runs_pods
        kubernetes.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=runs_pods))

    assert record(make).named("after").depends_on == {
        "cluster-nodes",
        "cluster-batch",
        "cluster-nat",
        "cluster-webhook-firewall",
    }


def test_objects_without_pods_need_not_wait_for_nodes() -> None:
    def make() -> None:
        ready = GkeCluster("cluster", args()).handle.ready
        kubernetes.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=ready))

    assert record(make).named("after").depends_on == {"cluster-admin"}


def test_apis_are_enabled_and_stay_so() -> None:
    services = gke().of_kind("Service")

    assert {each.inputs["service"] for each in services} == {
        "cloudresourcemanager.googleapis.com",
        "compute.googleapis.com",
        "container.googleapis.com",
        "iam.googleapis.com",
    }
    assert {each.inputs["disableOnDestroy"] for each in services} == {False}
    assert not [each.depends_on for each in services if each.depends_on]


@pytest.mark.parametrize(
    ("waiting", "api"),
    [
        ("cluster-network", "cluster-api-compute"),
        ("cluster-webhook-firewall", "cluster-api-compute"),
        ("cluster-node-account", "cluster-api-iam"),
        ("cluster-node-role", "cluster-api-cloudresourcemanager"),
        ("cluster-cluster", "cluster-api-container"),
    ],
)
def test_what_uses_an_api_waits_for_it_and_for_no_other(waiting: str, api: str) -> None:
    made = gke()

    assert {name for name in made.named(waiting).depends_on if "-api-" in name} == {api}


def test_nodes_run_as_an_account_with_one_role() -> None:
    made = gke()

    email = "traced-mesh-dev-nodes@my-project.iam.gserviceaccount.com"
    grant = made.only("IAMMember").inputs
    assert (grant["role"], grant["member"]) == (
        "roles/container.defaultNodeServiceAccount",
        f"serviceAccount:{email}",
    )
    assert made.only("NodePool").inputs["nodeConfig"]["serviceAccount"] == email
    assert "cluster-node-role" in made.only("NodePool").depends_on
