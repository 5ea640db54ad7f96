"""What dev, staging, prod and guide ask of Google, held against Google's own descriptions of its APIs."""

from collections.abc import Iterator

import pytest

from components.configuration.reading import parse_settings
from reference.stacks.recordings import recordings
from tests.components.configuration.settings_support import NOW
from tests.gcp.api.answers import answer, resource
from tests.gcp.api.calls import Call, Inputs
from tests.gcp.api.checking import SENT_ALL_THE_SAME, VALUES_ALL_THE_SAME, answer_problems, examined, problems
from tests.gcp.api.resources import CALLS, changeable, created
from tests.gcp.double.kinds import CLUSTER
from tests.gcp.double.outputs import Endpoints, outputs
from tests.support.mocks import Recording
from tests.support.stacks import record_environment, stack_config

ENDPOINTS = Endpoints("gke-1.us-central1.gke.goog", "192.0.2.1", "192.0.2.2", "Y2E=")
STACKS = ("dev", "guide", "prod", "staging")

#: Every key of GKE that adds something to a request, at once or against another one.
VARIANTS: dict[str, dict[str, str]] = {
    "private": {"gkeControlPlaneAccess": "private", "gkeAuthorizedNetworks": '{"office": "10.20.0.0/16"}'},
    "public": {"gkeControlPlaneAccess": "public", "gkeAuthorizedNetworks": '{"office": "198.51.100.0/24"}'},
    "keys": {
        "gkeDatabaseEncryptionKey": "projects/my-project/locations/us-central1/keyRings/mesh/cryptoKeys/etcd",
        "gkeBinaryAuthorization": "true",
        "gkeLoggingComponents": '["SYSTEM_COMPONENTS", "APISERVER"]',
        "gkeLabels": '{"team": "mesh"}',
        "gatewayApi": "true",
        "gkeMaintenanceExclusions": '[{"name": "december", "start": "2026-12-20T00:00:00Z", '
        '"end": "2027-01-02T00:00:00Z", "scope": "NO_UPGRADES"}]',
    },
    "google-cloud": {"backend": "google-cloud"},
    "pools": {
        "nodePools": '{"big": {"count": 2, "zones": ["us-central1-a"], "labels": {"a": "b"}, '
        '"taints": [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}]}, "spot": {"provisioning": "spot"}}'
    },
}


@pytest.fixture(scope="module", params=[*STACKS, *VARIANTS])
def recording(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    if request.param in STACKS:
        return recordings()[request.param]
    texts = stack_config("prod") | VARIANTS[request.param]
    if texts["backend"] != "google-cloud":
        texts["accessToken"] = "token-of-the-tests"
    root = tmp_path_factory.mktemp("project")
    settings = parse_settings(texts, stack="prod", root=root, now=NOW, secret_keys={"accessToken"})
    return record_environment(settings)


def all_calls(type_: str, inputs: Inputs) -> Iterator[Call]:
    calls = CALLS[type_]
    yield from calls.create(inputs)
    yield from calls.read(inputs)
    yield from calls.delete(inputs)


def test_every_call_is_as_google_describes_it(recording: Recording) -> None:
    found = [
        f"{type_}: {each}"
        for type_, inputs in created(recording)
        for call in all_calls(type_, inputs)
        for each in problems(call)
    ]

    assert found == []
    assert CLUSTER in {type_ for type_, _ in created(recording)}


def test_every_change_in_place_is_as_google_describes_it(recording: Recording) -> None:
    calls = [
        call
        for type_, inputs in created(recording)
        for name in changeable(type_, inputs)
        for call in CALLS[type_].update(inputs, [name])
    ]

    assert [each for call in calls for each in problems(call)] == []
    assert any(call.method.endswith("clusters.update") for call in calls)


def test_every_answer_is_as_google_describes_it(recording: Recording) -> None:
    found = [
        problem
        for type_, inputs in created(recording)
        for call in all_calls(type_, inputs)
        for problem in answer_problems(
            call.method, answer(call, resource(type_, inputs, outputs(type_, inputs, ENDPOINTS)))
        )
    ]

    assert found == []


def test_nothing_is_let_pass_that_no_stack_sends() -> None:
    fields = {
        each.field
        for stack in STACKS
        for type_, inputs in created(recordings()[stack])
        for call in CALLS[type_].create(inputs)
        for each in examined(call)
    }
    sent = {f"{field.rpartition('.')[0].rpartition('.')[2]}.{field.rpartition('.')[2]}" for field in fields}
    objects = {each.partition(".")[0] for each in sent}

    assert {each for each in SENT_ALL_THE_SAME if each not in sent} == {"Cluster.nodeConfig"}
    assert "NodeConfig" in objects
    assert {field for field, _ in VALUES_ALL_THE_SAME} <= sent
