"""The node pools of a GKE cluster."""

from typing import Any

import pytest

from components.constants.choices import Provisioning, TaintEffect
from components.model.gke import NodePool, Taint
from tests.components.cluster.gke.gke_support import gke


def pool(**changes: Any) -> dict[str, Any]:
    return gke(node_pools=[NodePool("nodes", **changes)]).only("NodePool").inputs


def test_fixed_number_of_nodes() -> None:
    inputs = pool(count=5)

    assert inputs["nodeCount"] == 5
    assert {"autoscaling", "initialNodeCount"}.isdisjoint(inputs)


@pytest.mark.parametrize(("least", "first"), [(2, 2), (0, 1)])
def test_autoscaler_keeps_the_number_between_its_limits(least: int, first: int) -> None:
    inputs = pool(min_count=least, max_count=5)

    assert inputs["autoscaling"] == {"minNodeCount": least, "maxNodeCount": 5}
    assert inputs["initialNodeCount"] == first
    assert "nodeCount" not in inputs


def test_another_least_number_makes_no_other_pool() -> None:
    assert gke().only("NodePool").ignored == ("initialNodeCount",)


def test_a_new_pool_is_there_before_the_old_one_goes() -> None:
    # A fixed name would have to be free first, and Pulumi would delete before it creates.
    assert "name" not in pool()


@pytest.mark.parametrize(
    ("provisioning", "spot", "preemptible"),
    [
        (Provisioning.STANDARD, False, False),
        (Provisioning.SPOT, True, False),
        (Provisioning.PREEMPTIBLE, False, True),
    ],
)
def test_nodes_are_provisioned_as_asked(provisioning: Provisioning, spot: bool, preemptible: bool) -> None:
    nodes = pool(provisioning=provisioning)["nodeConfig"]

    assert (nodes["spot"], nodes["preemptible"]) == (spot, preemptible)


def test_nodes_are_hardened() -> None:
    nodes = pool()["nodeConfig"]

    assert nodes["shieldedInstanceConfig"] == {"enableSecureBoot": True, "enableIntegrityMonitoring": True}
    assert nodes["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
    assert nodes["metadata"] == {"disable-legacy-endpoints": "true"}
    assert nodes["kubeletConfig"] == {"insecureKubeletReadonlyPortEnabled": "FALSE"}


def test_machine_disk_labels_taints_and_zones_are_as_asked() -> None:
    inputs = pool(
        machine_type="n2-standard-8",
        disk_type="pd-ssd",
        disk_gb=200,
        labels={"workload": "batch"},
        taints=[Taint("batch", "true", TaintEffect.NO_EXECUTE)],
        zones=["us-central1-b", "us-central1-c"],
    )

    nodes = inputs["nodeConfig"]
    assert (nodes["machineType"], nodes["diskType"], nodes["diskSizeGb"]) == ("n2-standard-8", "pd-ssd", 200)
    assert nodes["labels"] == {"workload": "batch"}
    assert nodes["taints"] == [{"key": "batch", "value": "true", "effect": "NO_EXECUTE"}]
    assert inputs["nodeLocations"] == ["us-central1-b", "us-central1-c"]


def test_upgrades_add_a_node_before_they_take_one_away() -> None:
    assert pool()["upgradeSettings"] == {"strategy": "SURGE", "maxSurge": 1, "maxUnavailable": 0}
    assert pool(max_surge=3, max_unavailable=1)["upgradeSettings"]["maxSurge"] == 3


def test_every_pool_is_made_side_by_side() -> None:
    made = gke(node_pools=[NodePool("nodes"), NodePool("batch")])

    assert [each.name for each in made.of_kind("NodePool")] == ["cluster-nodes", "cluster-batch"]
    assert "cluster-nodes" not in made.waits_for("cluster-batch")


def test_nodes_carry_the_clusters_labels() -> None:
    (made,) = gke(labels={"team": "mesh"}).of_kind("NodePool")

    assert made.inputs["nodeConfig"]["resourceLabels"] == {"team": "mesh"}
