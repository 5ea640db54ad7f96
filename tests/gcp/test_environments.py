"""dev, staging and prod, whole, on the genuine engine: up, no change, another number of nodes, destroy."""

import pytest

from reference.stacks.recordings import recordings
from tests.gcp.api.checking import answer_problems
from tests.gcp.api.permissions import PERMISSIONS, roles
from tests.gcp.conftest import History
from tests.gcp.double.kinds import CLUSTER, NODE_POOL

#: What a stack with a network of its own makes in Google Cloud.
CLOUD = sorted(
    [
        *["gcp:projects/service:Service"] * 4,
        "gcp:compute/network:Network",
        "gcp:compute/subnetwork:Subnetwork",
        "gcp:compute/router:Router",
        "gcp:compute/routerNat:RouterNat",
        "gcp:compute/firewall:Firewall",
        "gcp:serviceaccount/account:Account",
        "gcp:projects/iAMMember:IAMMember",
        CLUSTER,
        NODE_POOL,
    ]
)

#: Namespaces that every cluster has.
GIVEN = {"Namespace /default", "Namespace /kube-node-lease", "Namespace /kube-public", "Namespace /kube-system"}


def test_up_makes_everything_in_the_cloud_and_in_the_cluster(history: History) -> None:
    up = history["up"]

    assert up.outcome.exit_code == 0, up.outcome.text
    assert " traced-mesh@v" in up.outcome.text, "the policy pack did not judge it"
    assert up.types() == CLOUD
    assert {"Deployment istio-system/istiod", "Deployment istio-ingress/istio-ingressgateway"} <= up.objects.keys()
    assert "Deployment bookinfo/productpage-v1" in up.objects


def test_google_s_first_node_pool_is_gone(dev: History, prod: History) -> None:
    for history in (dev, prod):
        (cluster,) = (it for it in history["up"].cloud.resources.values() if it["type"] == CLUSTER)
        assert cluster["has_default_pool"] is False


def test_a_preview_finds_nothing_to_change(history: History) -> None:
    preview = history["preview"]

    assert preview.outcome.exit_code == 0, preview.outcome.text
    assert preview.changed == set()


def test_another_number_of_nodes_changes_the_node_pool_in_place_and_nothing_else(history: History) -> None:
    changed = history["more nodes"]

    assert changed.outcome.exit_code == 0, changed.outcome.text
    assert changed.changed == {("update", "cluster-nodes")}
    assert changed.cloud.resources.keys() == history["up"].cloud.resources.keys()


def test_destroy_leaves_nothing_but_enabled_apis(history: History) -> None:
    destroyed = history["destroy"]

    assert destroyed.outcome.exit_code == 0, destroyed.outcome.text
    assert destroyed.cloud.resources == {}
    assert destroyed.cloud.apis == list(history.values())[-2].cloud.apis
    assert destroyed.objects.keys() == GIVEN


@pytest.mark.parametrize("run", ["private", "public"])
def test_another_way_to_the_control_plane_replaces_nothing(dev: History, run: str) -> None:
    changed = dev[run]

    assert changed.outcome.exit_code == 0, changed.outcome.text
    assert changed.changed == {("update", "cluster-cluster"), ("update", "cluster-kubernetes")}
    assert changed.objects == dev["up"].objects


def test_google_takes_the_collectors_spans_by_its_identity(dev: History) -> None:
    changed = dev["google"]

    assert changed.outcome.exit_code == 0, changed.outcome.text
    assert {name for operation, name in changed.changed if operation == "create"} == {
        "cluster-api-telemetry",
        "cluster-api-cloudtrace",
        "cluster-trace-writer",
    }
    (grant,) = [it["inputs"] for it in changed.cloud.resources.values() if "tracesWriter" in str(it["inputs"])]
    assert grant["member"].endswith(".svc.id.goog/subject/ns/observability/sa/otel-collector")
    assert changed.objects.keys() == dev["up"].objects.keys()


def test_a_protected_stack_is_destroyed_only_once_its_protection_is_lifted(prod: History) -> None:
    refused, lifted = prod["refused"], prod["lifted"]

    assert refused.outcome.exit_code != 0
    assert refused.changed == set()
    assert "because it is protected" in refused.outcome.text
    assert "Traceback" not in refused.outcome.text
    assert refused.cloud.resources == prod["more nodes"].cloud.resources
    assert refused.objects == prod["up"].objects
    assert lifted.outcome.exit_code == 0, lifted.outcome.text
    assert lifted.changed == {("update", "cluster-cluster")}
    assert lifted.cloud.resources.keys() == prod["up"].cloud.resources.keys()
    assert lifted.objects == prod["up"].objects


def test_every_answer_of_google_is_as_its_description_says(history: History) -> None:
    calls = history["destroy"].calls

    assert [problem for each in calls for problem in answer_problems(each["method"], each["answer"])] == []
    assert any(each["method"] == "container.projects.locations.clusters.create" for each in calls)


def test_the_roles_allow_every_call(history: History) -> None:
    allowed = {each for role in roles(recordings().values()) for each in role.permissions}
    called = {each["method"] for each in history["destroy"].calls}

    assert {each for method in called for each in PERMISSIONS[method]} <= allowed
    assert "container.projects.locations.clusters.nodePools.delete" in called
