"""The snapshots in this folder show what the program makes now."""

import difflib

import pytest

from local.paths import PROJECT
from reference.pages import SNAPSHOTS
from reference.snapshots import snapshot
from reference.stacks.recordings import FOLDER_PREFIX
from reference.writing import COMMAND
from tests.support.stacks import TOKEN, stack_names


@pytest.mark.parametrize("stack", stack_names())
def test_snapshot_shows_what_the_stack_makes(stack: str) -> None:
    file = PROJECT / SNAPSHOTS / f"{stack}.yaml"
    if not file.exists():
        pytest.fail(f"{file.name} is missing; write it with: {COMMAND}", pytrace=False)
    before = file.read_text(encoding="utf-8")

    now = snapshot(stack)

    if now != before:
        changes = difflib.unified_diff(before.splitlines(), now.splitlines(), "snapshot", "now", lineterm="")
        text = "\n".join(changes)
        pytest.fail(f"{file.name} is not up to date; write it anew with: {COMMAND}\n{text}", pytrace=False)


def test_no_snapshot_is_left_of_a_stack_that_is_gone() -> None:
    snapshots = {file.stem for file in (PROJECT / SNAPSHOTS).glob("*.yaml")}

    assert snapshots == set(stack_names()), f"write the snapshots anew with: {COMMAND}"


def test_snapshots_hold_no_secret_and_nothing_of_one_machine() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in (PROJECT / SNAPSHOTS).glob("*.yaml"))

    unwanted = (TOKEN, "kubeconfig-token", "BEGIN CERTIFICATE", FOLDER_PREFIX, str(PROJECT))
    found = [word for word in unwanted if word in text]

    assert "[secret]" in text
    assert found == []
