"""In which order the engine makes and deletes things, read from its event log."""

from collections.abc import Callable

import pytest

from tests.gcp.conftest import History
from tests.gcp.engine_log import Step, not_in_order

#: What comes first -> what waits for it, by the resources' names.
ORDER = [
    ("cluster-api-compute", "cluster-network"),
    ("cluster-api-container", "cluster-cluster"),
    ("cluster-api-iam", "cluster-node-account"),
    ("cluster-api-cloudresourcemanager", "cluster-node-role"),
    ("cluster-network", "cluster-subnetwork"),
    ("cluster-network", "cluster-router"),
    ("cluster-network", "cluster-webhook-firewall"),
    ("cluster-subnetwork", "cluster-cluster"),
    ("cluster-node-account", "cluster-cluster"),
    ("cluster-cluster", "cluster-nodes"),
    ("cluster-node-role", "cluster-nodes"),
    ("cluster-cluster", "mesh-namespace"),
    ("cluster-nodes", "istiod:istio-system/istiod"),
    ("cluster-nat", "istiod:istio-system/istiod"),
    ("cluster-admin", "istiod:istio-system/istiod"),
    ("cluster-webhook-firewall", "istiod:istio-system/istiod"),
    ("cluster-webhook-firewall", "mesh-injector-answers"),
    ("cluster-webhook-firewall", "mesh-validator-answers"),
    ("mesh-injector-answers", "bookinfo-productpage-v1"),
]


def _of(operation: str, name: str) -> Callable[[Step], bool]:
    return lambda step: step.operation == operation and step.name == name


@pytest.mark.parametrize(("first", "then"), ORDER)
def test_creation_waits_for_what_it_needs(prod: History, first: str, then: str) -> None:
    assert not_in_order(prod["up"].steps, _of("create", first), _of("create", then)) == []


@pytest.mark.parametrize(("first", "then"), ORDER)
def test_deletion_goes_the_other_way(prod: History, first: str, then: str) -> None:
    assert not_in_order(prod["destroy"].steps, _of("delete", then), _of("delete", first)) == []


def test_everything_in_the_cluster_is_deleted_before_the_cluster(history: History) -> None:
    def in_cluster(step: Step) -> bool:
        return step.operation == "delete" and step.type.startswith("kubernetes:")

    assert not_in_order(history["destroy"].steps, in_cluster, _of("delete", "cluster-cluster")) == []


def test_the_network_is_made_beside_other_things_that_need_not_wait(prod: History) -> None:
    steps = {each.name: each for each in prod["up"].steps if each.operation == "create"}
    cluster = steps["cluster-cluster"]

    for name in ("cluster-webhook-firewall", "cluster-router"):
        assert steps[name].begun < (cluster.ended or 0)
