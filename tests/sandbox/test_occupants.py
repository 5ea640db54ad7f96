"""Two stacks and one sandbox: the second is refused, with what to do."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from local import environment, paths
from local.errors import SandboxError
from local.target import Target
from sandbox.instance import Instance
from sandbox.occupants import refuse_beside_another, refuse_to_remove_another

STACK = {"custom": False, "type": "pulumi:pulumi:Stack"}
PROVIDER = {"custom": True, "type": "pulumi:providers:kubernetes"}
COMPONENT = {"custom": False, "type": "traced-mesh:index:Mesh"}
NAMESPACE = {"custom": True, "type": "kubernetes:core/v1:Namespace"}


@pytest.fixture(autouse=True)
def sandboxes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep all sandboxes in a folder of the test's own."""
    for module in (paths, environment):
        monkeypatch.setattr(module, "SANDBOX", tmp_path)
    return tmp_path


def put(folder: Path, stack: str, *resources: Mapping[str, object], instance: str = "default") -> None:
    """Write the state of a stack as Pulumi's file backend does."""
    file = folder / instance / "pulumi" / "state" / ".pulumi" / "stacks" / "traced-mesh" / f"{stack}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    latest = {"resources": list(resources)} if resources else {}
    file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": latest}}))


def state_of(target: Target) -> Path:
    return Instance(target.instance).state


def refusal(target: Target, check: Callable[[Target, Path], None] = refuse_beside_another) -> str:
    """Return what a stack is told that is refused; nothing if it is not."""
    try:
        check(target, state_of(target))
    except SandboxError as error:
        return str(error)
    return ""


def test_a_new_sandbox_is_for_any_stack() -> None:
    assert refusal(Target("sandbox")) == ""
    assert refusal(Target("sandbox"), refuse_to_remove_another) == ""


def test_a_second_stack_is_refused_and_told_the_two_ways_out(sandboxes: Path) -> None:
    put(sandboxes, "sandbox", STACK, PROVIDER, COMPONENT, NAMESPACE)

    assert refusal(Target("satellite")) == (
        "The sandbox default holds the environment of stack 'sandbox', and that of stack 'satellite' has the same "
        "objects.\n"
        "Take the other one down first: make down STACK=sandbox\n"
        "Or bring this one up in a sandbox of its own: make up STACK=satellite INSTANCE=satellite"
    )


def test_the_ways_out_name_the_sandbox_that_is_meant(sandboxes: Path) -> None:
    put(sandboxes, "satellite", STACK, NAMESPACE, instance="second")

    message = refusal(Target("sandbox", "second"))

    assert "make down STACK=satellite INSTANCE=second\n" in message
    assert message.endswith("make up STACK=sandbox INSTANCE=sandbox")


def test_a_stack_goes_on_in_its_own_sandbox(sandboxes: Path) -> None:
    put(sandboxes, "sandbox", STACK, NAMESPACE)

    assert refusal(Target("sandbox")) == ""
    assert refusal(Target("sandbox"), refuse_to_remove_another) == ""


@pytest.mark.parametrize("resources", [(), (STACK,), (STACK, PROVIDER, COMPONENT)], ids=["none", "stack", "no object"])
def test_a_stack_that_has_nothing_in_the_cluster_is_not_in_the_way(
    sandboxes: Path, resources: tuple[Mapping[str, object], ...]
) -> None:
    put(sandboxes, "sandbox", *resources)

    assert refusal(Target("satellite")) == ""


def test_another_sandbox_is_not_in_the_way(sandboxes: Path) -> None:
    put(sandboxes, "sandbox", STACK, NAMESPACE, instance="second")

    assert refusal(Target("satellite")) == ""


def test_the_wrong_stack_does_not_take_another_ones_sandbox_down(sandboxes: Path) -> None:
    put(sandboxes, "sandbox", STACK, NAMESPACE)

    assert refusal(Target("satellite"), refuse_to_remove_another) == (
        "The sandbox default holds the environment of stack 'sandbox', and nothing of stack 'satellite'.\n"
        "Take that one down with: make down STACK=sandbox"
    )


def test_a_sandbox_that_somehow_holds_two_stacks_can_be_taken_down_by_either(sandboxes: Path) -> None:
    put(sandboxes, "sandbox", STACK, NAMESPACE)
    put(sandboxes, "satellite", STACK, NAMESPACE)

    assert refusal(Target("sandbox"), refuse_to_remove_another) == ""
    assert refusal(Target("satellite"), refuse_to_remove_another) == ""
