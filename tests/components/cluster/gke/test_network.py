"""The network of a GKE cluster."""

import pytest

from components.model.gke import GivenNetwork, OwnNetwork, region_of
from tests.components.cluster.gke.gke_support import gke

GIVEN = GivenNetwork("shared", "mesh", "mesh-pods", "mesh-services")


@pytest.mark.parametrize("location", ["us-central1-a", "us-central1"])
def test_region_of_a_zone_and_of_a_region(location: str) -> None:
    assert region_of(location) == "us-central1"


def test_cluster_stands_on_a_network_and_ranges_of_its_own() -> None:
    made = gke(network=OwnNetwork("10.32.0.0/20", "10.36.0.0/14", "10.40.0.0/20"))

    subnet, cluster = made.only("Subnetwork"), made.only("Cluster")
    assert made.only("Network").inputs["autoCreateSubnetworks"] is False
    assert subnet.inputs["region"] == "us-central1"
    assert subnet.inputs["ipCidrRange"] == "10.32.0.0/20"
    assert subnet.inputs["secondaryIpRanges"] == [
        {"rangeName": "pods", "ipCidrRange": "10.36.0.0/14"},
        {"rangeName": "services", "ipCidrRange": "10.40.0.0/20"},
    ]
    assert subnet.inputs["privateIpGoogleAccess"] is True
    assert cluster.inputs["ipAllocationPolicy"] == {
        "clusterSecondaryRangeName": "pods",
        "servicesSecondaryRangeName": "services",
    }
    assert {"cluster-network", "cluster-subnetwork"} <= cluster.depends_on


def test_given_network_is_used_and_nothing_is_made_in_its_place() -> None:
    made = gke(network=GIVEN)

    inputs = made.only("Cluster").inputs
    assert (inputs["network"], inputs["subnetwork"]) == ("shared", "mesh")
    assert inputs["ipAllocationPolicy"] == {
        "clusterSecondaryRangeName": "mesh-pods",
        "servicesSecondaryRangeName": "mesh-services",
    }
    assert made.only("Firewall").inputs["network"] == "shared"
    assert not [each for kind in ("Network", "Subnetwork", "Router", "RouterNat") for each in made.of_kind(kind)]


def test_private_nodes_reach_the_internet_through_nat() -> None:
    made = gke()

    nat = made.only("RouterNat").inputs
    assert nat["natIpAllocateOption"] == "AUTO_ONLY"
    assert nat["subnetworks"] == [{"name": "cluster-subnetwork-id", "sourceIpRangesToNats": ["ALL_IP_RANGES"]}]
    assert made.only("NodePool").inputs["networkConfig"] == {"enablePrivateNodes": True}


def test_neither_cluster_nor_nodes_wait_for_nat() -> None:
    made = gke()

    assert "cluster-nat" not in made.waits_for("cluster-nodes")


def test_public_nodes_need_neither_nat_nor_a_range_of_the_control_plane() -> None:
    made = gke(private_nodes=False)

    assert made.of_kind("RouterNat") == []
    assert made.of_kind("Firewall") == []
    assert "privateClusterConfig" not in made.only("Cluster").inputs
    assert made.only("NodePool").inputs["networkConfig"] == {"enablePrivateNodes": False}


def test_control_plane_may_call_istiods_webhooks_and_nothing_else() -> None:
    made = gke(control_plane_range="172.16.3.0/28")

    rule = made.only("Firewall").inputs
    assert rule["direction"] == "INGRESS"
    assert rule["sourceRanges"] == ["172.16.3.0/28"]
    assert rule["targetServiceAccounts"] == ["traced-mesh-dev-nodes@my-project.iam.gserviceaccount.com"]
    assert rule["allows"] == [{"protocol": "tcp", "ports": ["15017"]}]


def test_firewall_is_made_beside_the_cluster() -> None:
    assert "cluster-cluster" not in gke().waits_for("cluster-webhook-firewall")
