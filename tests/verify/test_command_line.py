"""The command: what it says of a user's mistakes, its exit codes, and that it ends cleanly."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from local.paths import PROJECT
from local.ports import LOOPBACK, free_ports
from tests.verify.support import OUTPUTS
from verify.stages import cluster

#: Seconds within which each of these commands ends; they take one or two.
PATIENCE: Final = 60

TOKEN: Final = "correct-horse-battery"

#: What a run exits with whose first failure is the cluster.
CLUSTER = cluster.STAGE.exit_code


def command(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "verify", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def kubeconfig(port: int) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": f"http://{LOOPBACK}:{port}"}}],
            "users": [{"name": "it", "user": {"token": TOKEN}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        }
    )


def outputs(folder: Path, **changes: Any) -> str:
    file = folder / "outputs.json"
    file.write_text(json.dumps({**OUTPUTS, **changes}), encoding="utf-8")
    return str(file)


def pulumi(folder: Path, said: str, exit_code: int = 255) -> Mapping[str, str]:
    """Put a `pulumi` on PATH that answers with one message."""
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\ncat >&2 <<'END'\n{said}\nEND\nexit {exit_code}\n", encoding="utf-8")
    program.chmod(0o755)
    return {"PATH": f"{folder}:{os.defpath}"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("error: no stack named 'demo' found", "make up STACK=demo"),
        ("error: unable to open state directory", "pulumi login"),
        ("error: get stack secrets manager: incorrect passphrase", "PULUMI_CONFIG_PASSPHRASE"),
    ],
)
def test_what_pulumi_complains_of_is_shown_with_what_to_do(tmp_path: Path, said: str, named: str) -> None:
    answer = command("--stack", "demo", **pulumi(tmp_path, said))

    assert answer.returncode == 2
    assert said.removeprefix("error: ") in answer.stdout
    assert named in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_without_pulumi_the_other_ways_are_named(tmp_path: Path) -> None:
    answer = command("--stack", "demo", PATH=str(tmp_path))

    assert answer.returncode == 2
    assert "make verify STACK=demo" in answer.stdout
    assert "--outputs" in answer.stdout


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"kubeconfig": "x"}', json.dumps({**OUTPUTS, "istioVersion": "new"})]
)
def test_outputs_that_are_none_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(content, encoding="utf-8")

    answer = command("--stack", "demo", "--outputs", str(file))

    assert answer.returncode == 2
    assert "Fix: " in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_outputs_that_never_end_are_refused() -> None:
    answer = command("--stack", "demo", "--outputs", "/dev/zero")

    assert answer.returncode == 2
    assert "--outputs /dev/zero can't be read: it is a device, not a regular file" in answer.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--only", "nothing"], ["--requests", "0"], ["--rate", "fast"], ["--max-loss", "101"], ["--address", "host"]],
)
def test_wrong_arguments_are_refused_with_what_is_allowed(arguments: list[str]) -> None:
    answer = command("--stack", "demo", *arguments)

    assert answer.returncode == 2
    assert arguments[0] in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_kubeconfig_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    answer = command("--stack", "demo", "--outputs", outputs(tmp_path, kubeconfig="clusters: []"))

    assert answer.returncode == CLUSTER
    assert "kubeconfig-unusable" in answer.stdout


def test_a_cluster_that_is_down_is_the_only_failure_and_the_rest_is_skipped(tmp_path: Path) -> None:
    file = outputs(tmp_path, kubeconfig=kubeconfig(free_ports(1)[0]))

    answer = command("--stack", "demo", "--outputs", file, "--json")

    assert answer.returncode == CLUSTER
    result = json.loads(answer.stdout)
    assert result["exitCode"] == CLUSTER
    verdicts = {stage["stage"]: stage["verdict"] for stage in result["stages"]}
    assert verdicts.pop("cluster") == "fail"
    assert set(verdicts.values()) == {"skip"}
    assert result["stages"][0]["findings"][0]["cause"] == "cluster-unreachable"
    assert TOKEN not in answer.stdout + answer.stderr


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_ends_at_once_and_says_so(tmp_path: Path, number: signal.Signals, code: int) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        server.settimeout(PATIENCE)
        file = outputs(tmp_path, kubeconfig=kubeconfig(server.getsockname()[1]))
        process = subprocess.Popen(
            [sys.executable, "-m", "verify", "--stack", "demo", "--outputs", file],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            asked, _ = server.accept()  # it waits for an answer now
            with asked:
                process.send_signal(number)
                said, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
            process.wait()

    assert process.returncode == code
    assert said.endswith("interrupted: nothing was changed\n")
    assert "Traceback" not in said
