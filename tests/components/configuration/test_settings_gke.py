"""What the configuration keys of a GKE cluster mean."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.constants.choices import LoggingComponent, Provisioning, TaintEffect
from components.model.gke import GivenNetwork, MaintenanceWindow, NodePool, Taint
from tests.components.configuration.settings_support import RIGHT, read


def test_without_node_pools_there_is_one(tmp_path: Path) -> None:
    settings = read({**RIGHT, "nodeCount": "5", "nodeProvisioning": "spot"}, tmp_path)

    assert settings.completed_node_pools == (NodePool("nodes", count=5, provisioning=Provisioning.SPOT),)


def test_node_pool_has_what_its_entry_says_and_the_rest_from_the_other_keys(tmp_path: Path) -> None:
    pools = (
        '{"nodes":{"minCount":1,"maxCount":4},"batch":{"machineType":"n2-standard-8","count":0,"diskGb":200,'
        '"provisioning":"standard","taints":[{"key":"batch","value":"true","effect":"NO_EXECUTE"}]}}'
    )

    settings = read(
        {**RIGHT, "nodeMachineType": "e2-standard-4", "nodeProvisioning": "spot", "nodePools": pools}, tmp_path
    )

    assert settings.completed_node_pools == (
        NodePool("nodes", "e2-standard-4", min_count=1, max_count=4, provisioning=Provisioning.SPOT),
        NodePool(
            "batch", "n2-standard-8", count=0, disk_gb=200, taints=(Taint("batch", "true", TaintEffect.NO_EXECUTE),)
        ),
    )


def test_given_network_and_maintenance_window_are_read(tmp_path: Path) -> None:
    settings = read(
        {
            **RIGHT,
            "gkeNetwork": '{"network":"shared","subnetwork":"mesh","podRange":"pods","serviceRange":"services"}',
            "gkeMaintenanceWindow": '{"start":"2026-01-03T02:00:00+01:00","end":"2026-01-03T10:00:00+01:00",'
            '"recurrence":"FREQ=DAILY"}',
        },
        tmp_path,
    )

    assert settings.gke_network == GivenNetwork("shared", "mesh", "pods", "services")
    assert settings.gke_maintenance_window == MaintenanceWindow(
        datetime(2026, 1, 3, 1, tzinfo=UTC), datetime(2026, 1, 3, 9, tzinfo=UTC), "FREQ=DAILY"
    )


def test_protection_private_nodes_and_apis_are_on_unless_switched_off(tmp_path: Path) -> None:
    settings = read(RIGHT, tmp_path)

    assert settings.deletion_protection
    assert settings.gke_private_nodes
    assert settings.gcp_enable_apis


@pytest.mark.parametrize("text", ['["SYSTEM_COMPONENTS","WORKLOADS"]', '["SYSTEM_COMPONENTS", "WORKLOADS"]'])
def test_default_list_that_pulumi_fills_in_counts_as_not_set(text: str, tmp_path: Path) -> None:
    settings = read({**RIGHT, "gkeLoggingComponents": text}, tmp_path)

    assert "gke_logging_components" not in settings.model_fields_set
    assert settings.gke_logging_components == (LoggingComponent.SYSTEM_COMPONENTS, LoggingComponent.WORKLOADS)
