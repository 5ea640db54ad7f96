"""The double itself: a double that accepts everything would prove nothing."""

import asyncio
import subprocess
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pulumi.provider.experimental import provider as pulumi_provider

from local.paths import PROJECT
from tests.gcp.api.checking import answer_problems, problems
from tests.gcp.api.container import update_node_pool
from tests.gcp.double.changes import changed_inputs
from tests.gcp.double.cloud import Cloud, Fault, RefusedError
from tests.gcp.double.kinds import CLUSTER, KINDS, MEMBER, NODE_POOL, SERVICE
from tests.gcp.double.outputs import Endpoints
from tests.gcp.double.provider import GcpDouble, PartlyMadeError, state_of
from tests.gcp.double.values import UNKNOWN, plain_map, wrapped_map

_Answer = TypeVar("_Answer")

NETWORK_TYPE = "gcp:compute/network:Network"
SUBNETWORK_TYPE = "gcp:compute/subnetwork:Subnetwork"
ACCOUNT = "nodes@my-project.iam.gserviceaccount.com"
POOL: Mapping[str, Any] = {
    "cluster": "mesh",
    "project": "my-project",
    "location": "us-central1",
    "nodeCount": 3,
    "nodeConfig": {"machineType": "e2-standard-2", "spot": False, "serviceAccount": ACCOUNT},
}
NETWORK: Mapping[str, Any] = {"name": "mesh", "project": "my-project", "autoCreateSubnetworks": False}
SUBNETWORK: Mapping[str, Any] = {
    "name": "mesh",
    "project": "my-project",
    "region": "us-central1",
    "network": "projects/my-project/global/networks/mesh",
}
CLUSTER_INPUTS: Mapping[str, Any] = {
    "name": "mesh",
    "project": "my-project",
    "location": "us-central1",
    "network": "mesh",
    "subnetwork": "mesh",
    "removeDefaultNodePool": True,
    "deletionProtection": False,
    "nodeConfig": {"serviceAccount": ACCOUNT},
    "controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}},
}


class Engine:
    """Asks the double as the engine does."""

    def __init__(self, folder: Path) -> None:
        self.cloud = Cloud(folder)
        self._double = GcpDouble(self.cloud, Endpoints("dns:1", "192.0.2.1:1", "192.0.2.2:1", "Y2E="))

    def check(
        self, type_: str, inputs: Mapping[str, Any], old: Mapping[str, Any] | None = None
    ) -> pulumi_provider.CheckResponse:
        request = pulumi_provider.CheckRequest(_urn(type_), wrapped_map(old or {}), wrapped_map(inputs), b"\x01" * 32)
        return _awaited(self._double.check(request))

    def problems(self, type_: str, inputs: Mapping[str, Any]) -> dict[str, str]:
        return {each.property: each.reason for each in self.check(type_, inputs).failures or []}

    def diff(self, type_: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> pulumi_provider.DiffResponse:
        checked = self.check(type_, old)
        given = plain_map(checked.inputs or {})
        news = self.check(type_, new, given).inputs or {}
        given.pop("__defaults")
        state = wrapped_map(state_of(given))
        return _awaited(self._double.diff(pulumi_provider.DiffRequest(_urn(type_), "id", state, news, [])))

    def create(self, type_: str, inputs: Mapping[str, Any], *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        request = pulumi_provider.CreateRequest(_urn(type_), wrapped_map(inputs), 0, preview)
        made = _awaited(self._double.create(request))
        return made.resource_id or "", plain_map(made.properties)

    def delete(self, type_: str, id_: str, state: Mapping[str, Any]) -> None:
        _awaited(self._double.delete(pulumi_provider.DeleteRequest(_urn(type_), id_, wrapped_map(state), 0)))

    def enable(self, *apis: str) -> None:
        for api in apis:
            self.create(SERVICE, {"project": "my-project", "service": api, "disableOnDestroy": False})

    def make_cluster(self) -> tuple[str, dict[str, Any]]:
        self.enable("compute.googleapis.com", "container.googleapis.com", "iam.googleapis.com")
        self.create(NETWORK_TYPE, NETWORK)
        self.create(SUBNETWORK_TYPE, SUBNETWORK)
        self.create("gcp:serviceaccount/account:Account", {"accountId": "nodes", "project": "my-project"})
        return self.create(CLUSTER, CLUSTER_INPUTS)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(tmp_path)


def _awaited(answer: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Return what a method of the double answers; `asyncio.run` would leave Pulumi's mocks in other tests no loop."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(answer)
    finally:
        loop.close()


def _urn(type_: str) -> str:
    return f"urn:pulumi:dev::traced-mesh::parent:Type${type_}::nodes"


def test_an_unknown_property_is_named(engine: Engine) -> None:
    found = engine.problems(NODE_POOL, {**POOL, "nodeConfig": {"machineTyp": "e2-standard-2"}})

    assert list(found) == ["nodeConfig.machineTyp"]
    assert "NodePoolNodeConfigArgs has no such property" in found["nodeConfig.machineTyp"]


@pytest.mark.parametrize(
    ("property_", "value", "wanted"),
    [
        ("nodeCount", "3", "an integer"),
        ("nodeCount", True, "an integer"),
        ("cluster", 3, "a string"),
        ("nodeLocations", "us-central1-a", "a list"),
        ("nodeConfig", [], "an object"),
    ],
)
def test_a_wrong_type_is_named(engine: Engine, property_: str, value: Any, wanted: str) -> None:
    found = engine.problems(NODE_POOL, {**POOL, property_: value})

    assert list(found) == [property_]
    assert wanted in found[property_]


def test_a_wrong_type_deep_below_is_named(engine: Engine) -> None:
    taints = [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}, {"key": "c", "value": 1, "effect": "NO_SCHEDULE"}]

    found = engine.problems(NODE_POOL, {**POOL, "nodeConfig": {"taints": taints, "labels": {"a": 1}}})

    assert set(found) == {"nodeConfig.taints[1].value", "nodeConfig.labels.a"}


def test_a_missing_property_is_named(engine: Engine) -> None:
    found = engine.problems(NODE_POOL, {key: value for key, value in POOL.items() if key != "cluster"})

    assert set(found) == {"cluster"}


def test_what_is_not_known_yet_is_accepted(engine: Engine) -> None:
    assert engine.problems(NODE_POOL, {**POOL, "cluster": UNKNOWN}) == {}


def test_a_name_is_filled_in_and_kept(engine: Engine) -> None:
    first = plain_map(engine.check(NODE_POOL, POOL).inputs or {})
    again = plain_map(engine.check(NODE_POOL, POOL, first).inputs or {})

    assert first["name"].startswith("nodes-")
    assert again["name"] == first["name"]


def test_no_difference_is_none(engine: Engine) -> None:
    assert engine.diff(NODE_POOL, POOL, POOL).changes is False


def test_a_number_of_nodes_changes_in_place(engine: Engine) -> None:
    found = engine.diff(NODE_POOL, POOL, {**POOL, "nodeCount": 4})

    assert (found.changes, found.diffs, found.replaces) == (True, ["nodeCount"], [])


def test_what_google_can_t_change_makes_another_node_pool_before_the_old_one_goes(engine: Engine) -> None:
    found = engine.diff(NODE_POOL, POOL, {**POOL, "nodeConfig": {**POOL["nodeConfig"], "spot": True}})

    assert found.replaces == ["nodeConfig"]
    assert found.delete_before_replace is False


def test_a_fixed_name_must_be_free_before_another_one_is_made(engine: Engine) -> None:
    found = engine.diff(CLUSTER, CLUSTER_INPUTS, {**CLUSTER_INPUTS, "location": "us-east1"})

    assert found.replaces == ["location"]
    assert found.delete_before_replace is True


def test_nothing_is_made_while_its_api_is_off(engine: Engine) -> None:
    with pytest.raises(RefusedError, match="SERVICE_DISABLED"):
        engine.create(NETWORK_TYPE, NETWORK)


def test_nothing_is_made_without_what_it_stands_on(engine: Engine) -> None:
    engine.enable("compute.googleapis.com")

    with pytest.raises(RefusedError, match="networks/mesh' was not found"):
        engine.create(SUBNETWORK_TYPE, SUBNETWORK)


def test_no_role_goes_to_pods_before_a_cluster_brings_their_identities(engine: Engine) -> None:
    pods = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/my-project.svc.id.goog/a"
    engine.enable("cloudresourcemanager.googleapis.com")

    with pytest.raises(RefusedError, match="Identity Pool does not exist"):
        engine.create(MEMBER, {"project": "my-project", "role": "roles/telemetry.tracesWriter", "member": pods})


def test_nothing_is_made_twice(engine: Engine) -> None:
    engine.make_cluster()

    with pytest.raises(RefusedError, match="already exists"):
        engine.create(CLUSTER, CLUSTER_INPUTS)


def test_nothing_is_deleted_that_is_in_use(engine: Engine) -> None:
    engine.make_cluster()

    with pytest.raises(RefusedError, match="already being used by"):
        engine.delete(SUBNETWORK_TYPE, "projects/my-project/regions/us-central1/subnetworks/mesh", {})


def test_a_protected_cluster_is_not_deleted(engine: Engine) -> None:
    id_, state = engine.make_cluster()

    with pytest.raises(RefusedError, match="deletion_protection is set to true"):
        engine.delete(CLUSTER, id_, {**state, "deletionProtection": True})
    engine.delete(CLUSTER, id_, state)

    assert id_ not in engine.cloud.resources


def test_google_s_first_node_pool_goes_with_the_creation(engine: Engine) -> None:
    id_, _ = engine.make_cluster()

    assert engine.cloud.resources[id_]["has_default_pool"] is False


def test_an_endpoint_that_is_off_has_no_address(engine: Engine) -> None:
    _, state = engine.make_cluster()

    assert state["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"] == "dns:1"
    assert state["endpoint"] == "dns:1"
    assert state["privateClusterConfig"]["privateEndpoint"] == state["privateClusterConfig"]["publicEndpoint"] == ""


def test_a_request_that_google_does_not_describe_is_refused(engine: Engine) -> None:
    engine.enable("compute.googleapis.com")

    with pytest.raises(RefusedError, match=r"Error 400: compute\.networks\.insert: name: is 'Mesh'; it must match"):
        engine.create(NETWORK_TYPE, {**NETWORK, "name": "Mesh"})
    assert "projects/my-project/global/networks/Mesh" not in engine.cloud.resources


def test_nodes_that_change_in_place_change_in_few_requests() -> None:
    old: dict[str, Any] = {"nodeConfig": {"machineType": "e2-standard-2", "diskSizeGb": 50, "labels": {}}}
    nodes = {"machineType": "e2-standard-4", "diskSizeGb": 100, "labels": {"a": "b"}}
    new = {**POOL, "name": "nodes", "nodeConfig": nodes}
    changed = [each for each in changed_inputs(old, new) if each.startswith("nodeConfig.")]

    calls = [each for each in update_node_pool(new, changed) if each.body]

    assert [each.body for each in calls] == [
        {"diskSizeGb": 100, "machineType": "e2-standard-4"},
        {"labels": {"labels": {"a": "b"}}},
    ]
    assert [problem for each in calls for problem in problems(each)] == []


def test_calls_and_answers_are_logged_in_google_s_json(engine: Engine) -> None:
    engine.make_cluster()

    calls = engine.cloud.calls()
    (created,) = (each for each in calls if each["method"] == "container.projects.locations.clusters.create")
    assert created["call"].startswith("POST https://container.googleapis.com/v1beta1/projects/my-project/locations/")
    assert created["request"]["cluster"]["name"] == "mesh"
    assert calls[-1]["method"] == "container.projects.locations.clusters.get"
    assert calls[-1]["answer"]["endpoint"] == "dns:1"
    assert [problem for each in calls for problem in answer_problems(each["method"], each["answer"])] == []


def test_a_preview_does_not_know_what_google_will_answer(engine: Engine) -> None:
    _, planned = engine.create(CLUSTER, CLUSTER_INPUTS, preview=True)

    assert planned["endpoint"] is UNKNOWN
    assert engine.cloud.resources == {}


def test_a_creation_that_takes_too_long_leaves_the_resource_and_no_answer(engine: Engine) -> None:
    engine.cloud.inject({CLUSTER: Fault.TIMEOUT})

    with pytest.raises(PartlyMadeError) as failure:
        engine.make_cluster()

    assert engine.cloud.resources[failure.value.id]["has_default_pool"] is True
    assert "endpoint" not in failure.value.properties


def test_what_the_state_holds_is_not_held_against_the_sdk_again(engine: Engine) -> None:
    wrong = {**POOL, "machineTyp": "e2-standard-2"}
    filled_in, names = KINDS[NODE_POOL].filled_in(wrong)
    held = {**filled_in, "name": "nodes-0101010", "__defaults": [*names, "name"]}

    same = engine.check(NODE_POOL, wrong, held)
    changed = engine.check(NODE_POOL, {**wrong, "nodeCount": 2}, held)

    assert not same.failures
    assert [each.property for each in changed.failures or []] == ["machineTyp"]


def test_the_double_starts_without_the_sdks_classes() -> None:
    program = "import sys, tests.gcp.double.plugin; sys.exit('pulumi_gcp.compute._inputs' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False).returncode == 0


@pytest.mark.parametrize("type_", KINDS)
def test_the_table_names_properties_that_the_sdk_has(engine: Engine, type_: str) -> None:
    for path in KINDS[type_].replaced_by:
        inputs: Any = UNKNOWN
        for name in reversed(path.split(".")):
            inputs = {name: inputs}
        assert path not in engine.problems(type_, inputs)
