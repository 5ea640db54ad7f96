"""The snapshots in this folder show what the program makes now."""

import difflib

import pytest

from local.paths import PROJECT
from tests.snapshots.snapshot import FOLDER_PREFIX, UPDATE, snapshot, snapshot_file
from tests.support.stacks import TOKEN, stack_names


@pytest.mark.parametrize("stack", stack_names())
def test_snapshot_shows_what_the_stack_makes(stack: str) -> None:
    file = snapshot_file(stack)
    if not file.exists():
        pytest.fail(f"{file.name} is missing; write it with: {UPDATE}", pytrace=False)
    before = file.read_text(encoding="utf-8")

    now = snapshot(stack)

    if now != before:
        changes = difflib.unified_diff(before.splitlines(), now.splitlines(), "snapshot", "now", lineterm="")
        text = "\n".join(changes)
        pytest.fail(f"{file.name} is not up to date; write it anew with: {UPDATE}\n{text}", pytrace=False)


def test_no_snapshot_is_left_of_a_stack_that_is_gone() -> None:
    snapshots = {file.stem for file in snapshot_file("any").parent.glob("*.yaml")}

    assert snapshots == set(stack_names()), f"write the snapshots anew with: {UPDATE}"


def test_snapshots_hold_no_secret_and_nothing_of_one_machine() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in snapshot_file("any").parent.glob("*.yaml"))

    unwanted = (TOKEN, "kubeconfig-token", "BEGIN CERTIFICATE", FOLDER_PREFIX, str(PROJECT))
    found = [word for word in unwanted if word in text]

    assert "[secret]" in text
    assert found == []
