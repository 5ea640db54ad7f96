"""What the configuration keys of a GKE cluster mean."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.constants.choices import LoggingComponent, Provisioning, TaintEffect
from components.constants.machine_types import is_too_small
from components.model.gke import GivenNetwork, MaintenanceWindow, NodePool, Taint
from components.model.subject import Subject
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


@pytest.mark.parametrize(
    ("hours", "recurrence"),
    [
        (4, "FREQ=DAILY"),
        (8, "FREQ=DAILY;INTERVAL=3"),
        (12, "FREQ=WEEKLY;BYDAY=SA"),  # four times in 32 days: 48 hours, and no more
        (6, "FREQ=WEEKLY;BYDAY=SA,SU"),
        (12, "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU"),
    ],
)
def test_maintenance_window_that_is_just_large_enough_is_read(hours: int, recurrence: str, tmp_path: Path) -> None:
    window = {"start": "2026-01-03T02:00:00Z", "end": f"2026-01-03T{2 + hours:02}:00:00Z", "recurrence": recurrence}

    settings = read({**RIGHT, "gkeMaintenanceWindow": json.dumps(window)}, tmp_path)

    assert settings.gke_maintenance_window
    assert settings.gke_maintenance_window.recurrence == recurrence


@pytest.mark.parametrize(
    "changes",
    [
        {"gkePodRange": "10.4.0.0/20", "nodeCount": "16"},
        {"gkeNodeRange": "10.0.0.0/28", "nodeCount": "12"},
        {"gkeLocation": "us-central1", "gkePodRange": "10.4.0.0/18", "nodeCount": "21"},
    ],
)
def test_range_that_is_just_large_enough_is_read(changes: dict[str, str], tmp_path: Path) -> None:
    assert str(read({**RIGHT, **changes}, tmp_path).node_count) == changes["nodeCount"]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("someone@example.com", Subject("User", "someone@example.com")),
        ("user:someone@example.com", Subject("User", "someone@example.com")),
        (
            "serviceAccount:deploy@my-project.iam.gserviceaccount.com",
            Subject("User", "deploy@my-project.iam.gserviceaccount.com"),
        ),
        ("group:admins@example.com", Subject("Group", "admins@example.com")),
        ("system:serviceaccount:ops:deployer", Subject("ServiceAccount", "deployer", "ops")),
        *(
            (name, Subject(kind, name))
            for kind, name in (
                ("User", "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/someone"),
                ("Group", "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/group/admins"),
                (
                    "User",
                    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci/subject/main",
                ),
            )
        ),
    ],
)
def test_admin_is_read_as_the_kind_of_subject_that_it_is(text: str, subject: Subject, tmp_path: Path) -> None:
    assert read({**RIGHT, "clusterAdmin": text}, tmp_path).cluster_admin == subject


@pytest.mark.parametrize(
    "machine_type",
    [
        "e2-standard-2",
        "n1-standard-2",
        "e2-highcpu-4",
        "c3-highcpu-4",
        "n2-custom-2-4096",
        "c4a-standard-4-lssd",
        "x4-16",
    ],
)
def test_machine_type_that_is_large_enough_or_unknown_is_not_too_small(machine_type: str) -> None:
    assert not is_too_small(machine_type)
