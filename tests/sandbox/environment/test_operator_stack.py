"""The manifests for the Pulumi Kubernetes Operator are accepted by a real API server that knows its `Stack`."""

import json
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.paths import PROJECT
from tests.sandbox.environment.running import Running
from tests.support.operator_crd import stack_definition
from tests.support.stacks import stack_names

MANIFEST = PROJECT / "deploy" / "operator" / "prod.yaml"


def documents() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")))


def spec() -> dict[str, Any]:
    (stack,) = (each for each in documents() if each["kind"] == "Stack")
    return stack["spec"]


def apply(sandbox: Running, file: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    kubectl = sandbox.toolchain.program("kubectl")
    return sandbox.run(kubectl, "apply", "--server-side", "--validate=strict", "-f", str(file), *options)


@pytest.fixture(scope="module")
def operator(sandbox: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The sandbox, in which `Stack` is defined."""
    definition = tmp_path_factory.mktemp("operator") / "stacks.json"
    definition.write_text(json.dumps(stack_definition()), encoding="utf-8")
    kubectl = sandbox.toolchain.program("kubectl")
    try:
        made = apply(sandbox, definition)
        assert made.returncode == 0, made.stderr
        waited = sandbox.run(kubectl, "wait", "--for=condition=Established", "crd/stacks.pulumi.com", "--timeout=30s")
        assert waited.returncode == 0, waited.stderr
        yield sandbox
    finally:
        sandbox.run(kubectl, "delete", "crd", "stacks.pulumi.com", "--ignore-not-found", "--timeout=60s")


def checked(operator: Running, folder: Path, objects: list[dict[str, Any]]) -> "subprocess.CompletedProcess[str]":
    """Let the API server check objects in a namespace that is there; a dry run makes none."""
    moved = json.loads(json.dumps(objects).replace('"namespace": "traced-mesh-prod"', '"namespace": "default"'))
    file = folder / "objects.yaml"
    file.write_text(yaml.safe_dump_all(moved), encoding="utf-8")
    return apply(operator, file, "--dry-run=server")


def test_the_manifests_are_accepted_as_they_stand(operator: Running, tmp_path: Path) -> None:
    answer = checked(operator, tmp_path, documents())

    assert answer.returncode == 0, answer.stderr
    assert "stack.pulumi.com/prod serverside-applied (server dry run)" in answer.stdout


@pytest.mark.parametrize(
    ("field", "value"),
    [("refreshing", True), ("resyncFrequencySeconds", "hourly"), ("envRefs", {"A": {"secret": {"name": "a"}}})],
    ids=["unknown", "wrong-type", "incomplete"],
)
def test_a_wrong_field_is_refused(field: str, value: object, operator: Running, tmp_path: Path) -> None:
    (stack,) = (each for each in documents() if each["kind"] == "Stack")
    stack["spec"][field] = value

    answer = checked(operator, tmp_path, [stack])

    assert answer.returncode != 0
    assert field in answer.stderr


def test_production_outlives_its_stack_object() -> None:
    assert spec()["destroyOnFinalize"] is False


def test_the_stack_is_one_of_the_project_and_is_never_made_by_mistake() -> None:
    assert spec()["stack"].rpartition("/")[2] in stack_names()
    assert spec()["useLocalStackOnly"] is True


def test_credentials_come_from_secrets_and_workload_identity_only() -> None:
    assert spec()["gitAuth"]["accessToken"]["type"] == "Secret"
    assert spec()["secretsProvider"].startswith("gcpkms://")
    assert set(spec()["envRefs"]) == {"PULUMI_SKIP_UPDATE_CHECK"}
    assert not [each for each in documents() if each["kind"] == "Secret"]


def test_the_workspace_has_the_pulumi_that_the_project_pins() -> None:
    dockerfile = MANIFEST.with_name("Dockerfile").read_text(encoding="utf-8")

    assert spec()["workspaceTemplate"]["spec"]["image"].endswith(f":{version('pulumi')}")
    assert f"pulumi/pulumi:{version('pulumi')}-nonroot" in dockerfile
