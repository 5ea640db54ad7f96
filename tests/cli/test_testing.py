"""What `make test` runs, and what it leaves out and says so."""

import subprocess
from pathlib import Path

import pytest

from cli import testing
from demo.requirements import NoRealNodeError
from local.toolchain.toolchain import Toolchain


@pytest.fixture
def pytest_runs(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The command lines that are run in place of pytest, each of which ends with code 5; everything else is there."""
    runs: list[list[str]] = []

    def call(command: list[str], **_options: object) -> int:
        runs.append(command)
        return 5

    monkeypatch.setattr(subprocess, "call", call)

    def ready(*_arguments: object, **_options: object) -> Toolchain:
        return Toolchain(Path("/toolchain/bin"))

    monkeypatch.setattr(testing.toolchain_module, "ensure", ready)
    for name in ("ensure_library", "ensure_zipkin", "ensure_requirements"):
        monkeypatch.setattr(testing, name, ready)
    return runs


def test_everything_is_tested_where_a_real_node_can_run(pytest_runs: list[list[str]]) -> None:
    exit_code = testing.test(["-k", "something"])

    (command,) = pytest_runs
    assert exit_code == 5
    assert "--ignore" not in command
    assert command[-4:] == ["-m", "not thorough", "-k", "something"]


def test_what_belongs_to_past_releases_is_tested_when_all_is(pytest_runs: list[list[str]]) -> None:
    testing.test_all(["-x"])

    (command,) = pytest_runs
    assert "not thorough" not in command
    assert command[-1] == "-x"


def test_only_the_real_node_is_left_out_elsewhere_and_that_is_said_first_and_last(
    pytest_runs: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> None:
        raise NoRealNodeError("it needs root")

    monkeypatch.setattr(testing, "ensure_requirements", refuse)

    testing.test([])

    (command,) = pytest_runs
    assert command[command.index("--ignore") + 1] == "tests/demo/node"
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "A real node can't run here: it needs root."
    assert said[-1] == "tests/demo/node was left out: A real node can't run here: it needs root."
