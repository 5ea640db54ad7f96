"""The supervisor while its owner, or the API server, is gone."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from local.ports import free_ports
from local.processes import Owner
from sandbox.instance import Instance
from sandbox.supervisor import Supervisor


def kubeconfig(port: int) -> str:
    """Return a kubeconfig for an API server at a port."""
    return yaml.safe_dump(
        {
            "current-context": "c",
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": f"https://127.0.0.1:{port}"}}],
            "users": [{"name": "u", "user": {}}],
        }
    )


def test_an_owner_that_has_ended_does_not_live() -> None:
    command = [sys.executable, "-c", "print('running', flush=True); input()"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()  # before that it may still be a copy of this process, with another command line
    owner = Owner(process.pid)
    before = owner.lives()
    process.communicate(b"\n")

    assert before
    assert not owner.lives()


def test_it_waits_for_the_control_plane_to_be_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    supervisor = Supervisor(Instance("x", tmp_path), free_ports(1)[0])

    supervisor.step()
    supervisor.end()

    assert capfd.readouterr().err == ""


def test_an_api_server_that_is_away_is_said_once_and_asked_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    instance = Instance("x", tmp_path)
    instance.kubeconfig.write_text(kubeconfig(free_ports(1)[0]))
    supervisor = Supervisor(instance, free_ports(1)[0])

    supervisor.step()
    supervisor.step()
    supervisor.end()

    (said,) = capfd.readouterr().err.splitlines()
    assert "Connection refused" in said
