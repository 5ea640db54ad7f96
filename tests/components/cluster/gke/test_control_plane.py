"""The control plane of a GKE cluster: hardened by default, reached as asked, kept up to date as asked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from components.constants.choices import (
    ControlPlaneAccess,
    ExclusionScope,
    LoggingComponent,
    MonitoringComponent,
    ReleaseChannel,
)
from components.model.gke import MaintenanceExclusion, MaintenanceWindow
from tests.components.cluster.gke.gke_support import gke
from tests.support.mocks import GKE_VERSION

WINDOW = MaintenanceWindow(
    datetime(2026, 1, 3, 2, tzinfo=UTC), datetime(2026, 1, 3, 10, tzinfo=UTC), "FREQ=WEEKLY;BYDAY=SA,SU"
)


def cluster(**changes: Any) -> dict[str, Any]:
    return gke(**changes).only("Cluster").inputs


def test_node_pool_of_our_own_takes_the_place_of_googles() -> None:
    made = gke().only("Cluster")

    assert made.inputs["removeDefaultNodePool"] is True
    assert made.inputs["initialNodeCount"] == 1


def test_googles_short_lived_pool_is_as_safe_as_ours_and_never_replaces_the_cluster() -> None:
    made = gke().only("Cluster")

    assert made.inputs["nodeConfig"]["serviceAccount"] == "traced-mesh-dev-nodes@my-project.iam.gserviceaccount.com"
    assert made.inputs["nodeConfig"]["shieldedInstanceConfig"]["enableSecureBoot"] is True
    assert made.ignored == ("nodeConfig",)


@pytest.mark.parametrize("channel", list(ReleaseChannel))
def test_release_channel_keeps_the_versions(channel: ReleaseChannel) -> None:
    made = gke(release_channel=channel)

    assert made.only("Cluster").inputs["releaseChannel"] == {"channel": channel.value}
    assert "minMasterVersion" not in made.only("Cluster").inputs
    assert "version" not in made.only("NodePool").inputs
    assert made.only("NodePool").inputs["management"] == {"autoRepair": True, "autoUpgrade": True}


@pytest.mark.parametrize("version", ["1.33", "latest"])
def test_version_kept_by_hand_holds_for_the_nodes_too(version: str) -> None:
    made = gke(release_channel=None, version=version)

    assert made.only("Cluster").inputs["releaseChannel"] == {"channel": "UNSPECIFIED"}
    assert made.only("Cluster").inputs["minMasterVersion"] == version
    assert made.only("NodePool").inputs["version"] == GKE_VERSION
    assert made.only("NodePool").inputs["management"] == {"autoRepair": True, "autoUpgrade": False}


def test_hardening_is_the_default() -> None:
    inputs = cluster()

    assert inputs["datapathProvider"] == "ADVANCED_DATAPATH"
    assert inputs["workloadIdentityConfig"] == {"workloadPool": "my-project.svc.id.goog"}
    assert inputs["enableShieldedNodes"] is True
    assert inputs["enableLegacyAbac"] is False
    assert inputs["masterAuth"] == {"clientCertificateConfig": {"issueClientCertificate": False}}
    assert inputs["networkingMode"] == "VPC_NATIVE"
    assert inputs["costManagementConfig"] == {"enabled": True}


def test_control_plane_answers_by_its_name_only_by_default() -> None:
    inputs = cluster()

    assert inputs["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": True},
        "ipEndpointsConfig": {"enabled": False},
    }
    assert inputs["privateClusterConfig"] == {
        "enablePrivateNodes": True,
        "enablePrivateEndpoint": False,
        "masterIpv4CidrBlock": "172.16.0.0/28",
    }
    assert "masterAuthorizedNetworksConfig" not in inputs


def test_private_control_plane_has_no_public_address_and_no_open_name() -> None:
    inputs = cluster(access=ControlPlaneAccess.PRIVATE)

    assert inputs["controlPlaneEndpointsConfig"] == {
        "dnsEndpointConfig": {"allowExternalTraffic": False},
        "ipEndpointsConfig": {"enabled": True},
    }
    assert inputs["privateClusterConfig"]["enablePrivateEndpoint"] is True
    assert inputs["masterAuthorizedNetworksConfig"] == {"cidrBlocks": [], "gcpPublicCidrsAccessEnabled": False}


def test_public_control_plane_lets_in_authorized_networks_only() -> None:
    inputs = cluster(access=ControlPlaneAccess.PUBLIC, authorized_networks={"office": "203.0.113.0/24"})

    assert inputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"] == {"allowExternalTraffic": False}
    assert inputs["privateClusterConfig"]["enablePrivateEndpoint"] is False
    assert inputs["masterAuthorizedNetworksConfig"] == {
        "cidrBlocks": [{"displayName": "office", "cidrBlock": "203.0.113.0/24"}],
        "gcpPublicCidrsAccessEnabled": False,
    }


@pytest.mark.parametrize("asked", [True, False])
def test_deletion_protection_is_googles_and_pulumis(asked: bool) -> None:
    made = gke(deletion_protection=asked).only("Cluster")

    assert (made.inputs["deletionProtection"], made.protected) == (asked, asked)


def test_what_is_optional_is_left_out() -> None:
    inputs = cluster()

    assert {"databaseEncryption", "binaryAuthorization", "gatewayApiConfig", "maintenancePolicy"}.isdisjoint(inputs)


def test_gke_installs_the_gateway_api() -> None:
    assert cluster(gateway_api=True)["gatewayApiConfig"] == {"channel": "CHANNEL_STANDARD"}


def test_secrets_are_encrypted_with_a_key_of_ones_own() -> None:
    key = "projects/my-project/locations/us-central1/keyRings/gke/cryptoKeys/secrets"

    assert cluster(encryption_key=key)["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": key}


def test_binary_authorization_brings_its_api() -> None:
    made = gke(binary_authorization=True)

    assert made.only("Cluster").inputs["binaryAuthorization"] == {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"}
    assert "cluster-api-binaryauthorization" in made.only("Cluster").depends_on


def test_maintenance_keeps_to_its_window_and_stays_out_of_exclusions() -> None:
    begin, end = datetime(2026, 12, 18, tzinfo=UTC), datetime(2027, 1, 4, tzinfo=UTC)
    exclusion = MaintenanceExclusion("holidays", begin, end, ExclusionScope.NO_MINOR_UPGRADES)

    assert cluster(maintenance_window=WINDOW, maintenance_exclusions=[exclusion])["maintenancePolicy"] == {
        "recurringWindow": {
            "startTime": "2026-01-03T02:00:00Z",
            "endTime": "2026-01-03T10:00:00Z",
            "recurrence": "FREQ=WEEKLY;BYDAY=SA,SU",
        },
        "maintenanceExclusions": [
            {
                "exclusionName": "holidays",
                "startTime": "2026-12-18T00:00:00Z",
                "endTime": "2027-01-04T00:00:00Z",
                "exclusionOptions": {"scope": "NO_MINOR_UPGRADES"},
            }
        ],
    }


def test_logs_metrics_and_labels_are_as_asked() -> None:
    inputs = cluster(
        logging=[LoggingComponent.SYSTEM_COMPONENTS],
        monitoring=[MonitoringComponent.SYSTEM_COMPONENTS, MonitoringComponent.POD],
        labels={"team": "mesh"},
    )

    assert inputs["loggingConfig"] == {"enableComponents": ["SYSTEM_COMPONENTS"]}
    assert inputs["monitoringConfig"]["enableComponents"] == ["SYSTEM_COMPONENTS", "POD"]
    assert inputs["resourceLabels"] == {"team": "mesh"}
