"""Commands on a real node that does not run, and what an interrupted one leaves."""

import signal
from pathlib import Path

import pytest

from demo import commands
from demo.demo import removed_if_interrupted
from demo.node import Node
from local.errors import Interrupted, SandboxError
from local.target import Target

_ABSENT = Target("demo", "not-there")


def test_down_of_a_node_that_is_not_there_is_no_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.down(_ABSENT) == 0
    assert "nothing to do" in capsys.readouterr().err


@pytest.mark.parametrize("command", [commands.preview, commands.destroy, commands.env, commands.verify])
def test_a_command_for_a_node_that_does_not_run_names_the_one_that_starts_it(command: object) -> None:
    assert callable(command)
    with pytest.raises(SandboxError, match=r"make up STACK=demo INSTANCE=not-there"):
        command(_ABSENT)


def test_an_interrupted_start_leaves_no_files(tmp_path: Path) -> None:
    node = Node("interrupted", tmp_path / "interrupted")
    node.folder.mkdir()

    with pytest.raises(Interrupted), removed_if_interrupted(node):
        raise Interrupted(signal.SIGINT)

    assert not node.exists()


def test_a_failed_start_stays_for_a_look_at_it(tmp_path: Path) -> None:
    node = Node("failed", tmp_path / "failed")
    node.folder.mkdir()

    with pytest.raises(SandboxError), removed_if_interrupted(node):
        raise SandboxError("not ready")

    assert node.layout.stays.exists()
