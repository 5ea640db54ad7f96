"""The checker itself: each class of defect, put into a request that is right, is found and named."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.gcp.api.calls import Body, Call, UnknownInputError, body, put
from tests.gcp.api.checking import SENT_ALL_THE_SAME, VALUES_ALL_THE_SAME, answer_problems, problems
from tests.gcp.api.container import cluster, update_cluster
from tests.gcp.api.descriptions import schema

CREATE = "container.projects.locations.clusters.create"
PARENT = {"parent": "projects/my-project/locations/us-central1"}
NETWORK = {"name": "mesh", "autoCreateSubnetworks": False}


def right() -> Body:
    return {
        "cluster": {
            "name": "mesh",
            "network": "projects/my-project/global/networks/mesh",
            "releaseChannel": {"channel": "STABLE"},
            "networkConfig": {"datapathProvider": "ADVANCED_DATAPATH"},
            "nodeConfig": {"taints": [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}], "labels": {"a": "b"}},
        }
    }


def with_defect(path: str, value: Any) -> Call:
    made = json.loads(json.dumps(right()))
    put(made, path, value)
    return Call(CREATE, PARENT, made)


def test_a_right_request_has_no_problems() -> None:
    assert problems(Call(CREATE, PARENT, right())) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        pytest.param("cluster.nmae", "mesh", "Cluster has no such field", id="unknown field"),
        pytest.param(
            "cluster.networkConfig.dataPath", "X", "NetworkConfig has no such field", id="unknown field below"
        ),
        pytest.param(
            "cluster.releaseChannel.channel", "SLOW", "it must be one of UNSPECIFIED, RAPID,", id="wrong enum"
        ),
        pytest.param("cluster.location", "us-central1", "is output only", id="output only"),
        pytest.param(
            "cluster.controlPlaneEndpointsConfig",
            {"dnsEndpointConfig": {"endpoint": "a.b"}},
            "is output only",
            id="output only below",
        ),
        pytest.param("cluster.masterIpv4CidrBlock", "172.16.0.0/28", "is deprecated", id="deprecated"),
        pytest.param("cluster.name", 3, "is 3; it must be a string", id="number for a string"),
        pytest.param("cluster.shieldedNodes", {"enabled": "true"}, "it must be a boolean", id="string for a boolean"),
        pytest.param("cluster.initialNodeCount", "three", "it must be an integer", id="string for an integer"),
        pytest.param("cluster.initialNodeCount", True, "it must be an integer", id="boolean for an integer"),
        pytest.param("cluster.initialNodeCount", 2**31, "it must be from", id="integer out of its range"),
        pytest.param("cluster.network", ["mesh"], "it must be a string", id="list for a string"),
        pytest.param("cluster.locations", "us-central1-a", "it must be a list", id="string for a list"),
        pytest.param("cluster.resourceLabels", ["a"], "it must be an object", id="list for a map"),
        pytest.param("cluster.networkConfig", "mesh", "it must be a NetworkConfig", id="string for an object"),
        pytest.param(
            "cluster.maintenancePolicy.window.recurringWindow.window.startTime",
            "tomorrow",
            "it must be a time as 2026-01-31T06:00:00Z",
            id="no time",
        ),
    ],
)
def test_a_defect_is_named_with_its_path(path: str, value: Any, problem: str) -> None:
    (found,) = problems(with_defect(path, value))

    assert found.startswith(f"{CREATE}: {path}")
    assert problem in found


def test_a_defect_in_a_list_is_named_with_its_position() -> None:
    (found,) = problems(with_defect("cluster.nodeConfig.taints", [{"key": "a", "effect": "NEVER"}]))

    assert found.startswith(f"{CREATE}: cluster.nodeConfig.taints[0].effect: is 'NEVER'; it must be one of")


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (Call(CREATE, {}, right()), "{parent}: is missing, and the URL needs it"),
        (Call(CREATE, {"parent": "us-central1"}, right()), "{parent}: is 'us-central1'; it must match ^projects/"),
        (Call(CREATE, {**PARENT, "zone": "a"}, right()), "{zone}: is no parameter of this method"),
        (Call(CREATE, PARENT), "body: is missing; it must be a CreateClusterRequest"),
        (Call(CREATE.replace("create", "get"), {"name": f"{PARENT['parent']}/clusters/mesh"}, {}), "takes none"),
        (
            Call("compute.networks.insert", {"project": "my-project"}, {"autoCreateSubnetworks": False}),
            "name: is missing, and this method requires it",
        ),
        (
            Call("compute.networks.insert", {"project": "my-project"}, {**NETWORK, "name": "Mesh"}),
            "it must match [a-z]",
        ),
        (
            Call("compute.networks.insert", {"project": "My Project"}, NETWORK),
            "{project}: is 'My Project'; it must match",
        ),
    ],
)
def test_a_defect_of_the_call_is_named(call: Call, problem: str) -> None:
    (found,) = problems(call)

    assert problem in found


def test_a_method_that_google_lacks_is_none() -> None:
    with pytest.raises(KeyError):
        problems(Call("compute.networks.create", {"project": "my-project"}, NETWORK))


def test_an_answer_may_hold_what_is_output_only() -> None:
    get = CREATE.replace("create", "get")

    assert answer_problems(get, {"location": "us-central1", "status": "RUNNING"}) == []
    (found,) = answer_problems(get, {"status": "BUSY"})
    assert found.startswith(f"{get}: status: is 'BUSY'; it must be one of STATUS_UNSPECIFIED, PROVISIONING, RUNNING,")


@pytest.mark.parametrize("field", SENT_ALL_THE_SAME)
def test_what_is_sent_all_the_same_is_still_deprecated_or_output_only(field: str) -> None:
    name, _, property_ = field.partition(".")
    described = schema("compute" if name == "Router" else "container", name)["properties"][property_]

    assert described.get("deprecated") or described.get("readOnly") or "Output Only" in described["description"]


@pytest.mark.parametrize(("field", "value"), VALUES_ALL_THE_SAME)
def test_a_value_that_is_sent_all_the_same_is_still_deprecated(field: str, value: str) -> None:
    name, _, property_ = field.partition(".")
    described = schema("container", name)["properties"][property_]

    assert described["enumDeprecated"][described["enum"].index(value)]


@pytest.mark.parametrize(
    "make",
    [
        lambda: body({}, {"colour": "red"}),
        lambda: cluster({"name": "mesh", "enableAutopilot": True}),
        lambda: update_cluster(
            {
                "name": "mesh",
                "project": "p",
                "location": "l",
                "controlPlaneEndpointsConfig": {
                    "dnsEndpointConfig": {"allowExternalTraffic": True},
                    "ipEndpointsConfig": {"enabled": True},
                },
            },
            ["datapathProvider"],
        ),
    ],
)
def test_an_input_that_no_table_knows_does_not_vanish_from_the_request(make: Callable[[], object]) -> None:
    with pytest.raises(UnknownInputError, match=r"colour|enableAutopilot|datapathProvider"):
        make()
