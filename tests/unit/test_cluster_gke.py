"""A GKE cluster with a node pool."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
import yaml

from components.choices import Provisioning, ReleaseChannel
from components.cluster_gke import GkeCluster, GkeClusterArgs, kubeconfig
from tests.support.mocks import GKE_CA, GKE_ENDPOINT, GKE_VERSION, INSTALLING_USER, Recording, Secret, record


def args(**changes: Any) -> GkeClusterArgs:
    usual: dict[str, Any] = {
        "cluster_name": "traced-mesh-dev",
        "project": "my-project",
        "zone": "us-central1-a",
        "release_channel": ReleaseChannel.REGULAR,
        "version": None,
        "machine_type": "e2-standard-2",
        "node_count": 3,
    }
    return GkeClusterArgs(**(usual | changes))


def gke(**changes: Any) -> Recording:
    def make() -> dict[str, Any]:
        handle = GkeCluster("cluster", args(**changes)).handle
        return {"name": handle.name, "kubeconfig": handle.kubeconfig}

    return record(make)


def test_cluster_and_nodes_are_made_where_asked() -> None:
    made = gke()

    cluster, nodes = made.only("Cluster").inputs, made.only("NodePool").inputs
    assert (cluster["name"], cluster["project"], cluster["location"]) == (
        "traced-mesh-dev",
        "my-project",
        "us-central1-a",
    )
    assert (nodes["cluster"], nodes["project"], nodes["location"]) == ("traced-mesh-dev", "my-project", "us-central1-a")
    assert nodes["nodeCount"] == 3
    assert nodes["nodeConfig"]["machineType"] == "e2-standard-2"


def test_node_pool_of_our_own_takes_the_place_of_googles() -> None:
    cluster = gke().only("Cluster").inputs

    assert cluster["removeDefaultNodePool"] is True
    assert cluster["initialNodeCount"] == 1


@pytest.mark.parametrize("channel", list(ReleaseChannel))
def test_release_channel_keeps_the_versions(channel: ReleaseChannel) -> None:
    made = gke(release_channel=channel)

    assert made.only("Cluster").inputs["releaseChannel"] == {"channel": channel.value}
    assert "minMasterVersion" not in made.only("Cluster").inputs
    assert "version" not in made.only("NodePool").inputs
    assert made.only("NodePool").inputs["management"] == {"autoRepair": True, "autoUpgrade": True}


def test_version_kept_by_hand_holds_for_the_nodes_too() -> None:
    made = gke(release_channel=None, version="1.33")

    assert made.only("Cluster").inputs["releaseChannel"] == {"channel": "UNSPECIFIED"}
    assert made.only("Cluster").inputs["minMasterVersion"] == "1.33"
    assert made.only("NodePool").inputs["version"] == GKE_VERSION
    assert made.only("NodePool").inputs["management"] == {"autoRepair": True, "autoUpgrade": False}


@pytest.mark.parametrize(
    ("provisioning", "spot", "preemptible"),
    [
        (Provisioning.STANDARD, False, False),
        (Provisioning.SPOT, True, False),
        (Provisioning.PREEMPTIBLE, False, True),
    ],
)
def test_nodes_are_provisioned_as_asked(provisioning: Provisioning, spot: bool, preemptible: bool) -> None:
    nodes = gke(provisioning=provisioning).only("NodePool").inputs["nodeConfig"]

    assert (nodes["spot"], nodes["preemptible"]) == (spot, preemptible)


def test_installing_user_is_looked_up_for_the_admin_binding() -> None:
    (subject,) = gke().only("ClusterRoleBinding").inputs["subjects"]

    assert subject["name"] == INSTALLING_USER


def test_named_admin_is_bound_instead() -> None:
    (subject,) = gke(admin="someone@example.com").only("ClusterRoleBinding").inputs["subjects"]

    assert subject["name"] == "someone@example.com"


def test_provider_stays_the_same_as_long_as_the_cluster_does() -> None:
    provider = gke().only("kubernetes").inputs

    assert provider["clusterIdentifier"] == "gke/my-project/us-central1-a/traced-mesh-dev"


def test_kubeconfig_is_secret_and_the_providers() -> None:
    made = gke()

    secret = made.only("kubernetes").inputs["kubeconfig"]
    assert isinstance(secret, Secret)
    assert made.outputs == {"name": "traced-mesh-dev", "kubeconfig": secret}
    assert yaml.safe_load(secret.value) == kubeconfig(name="traced-mesh-dev", endpoint=GKE_ENDPOINT, ca=GKE_CA)


def test_kubeconfig_asks_googles_plugin_and_holds_no_credential() -> None:
    content = kubeconfig(name="it", endpoint="192.0.2.1", ca="Y2E=")

    (user,) = content["users"]
    assert list(user["user"]) == ["exec"]
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert user["user"]["exec"]["apiVersion"] == "client.authentication.k8s.io/v1beta1"
    assert content["clusters"] == [
        {"name": "it", "cluster": {"server": "https://192.0.2.1", "certificate-authority-data": "Y2E="}}
    ]
    assert content["contexts"] == [{"name": "it", "context": {"cluster": "it", "user": "it"}}]
    assert content["current-context"] == "it"


def test_cluster_is_ready_once_there_are_nodes_and_rights() -> None:
    def make() -> None:
        ready = GkeCluster("cluster", args()).handle.ready
        kubernetes.core.v1.ConfigMap("after", opts=pulumi.ResourceOptions(depends_on=ready))

    assert record(make).named("after").depends_on == {"cluster-nodes", "cluster-admin"}
