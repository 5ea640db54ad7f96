"""The commands behind `make up` and `make down`, run as a person runs them: interrupted, again, and to the end."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.paths import PROJECT
from sandbox.instance import Instance

UPDATING = "pulumi:pulumi:Stack traced-mesh-sandbox creat"


@pytest.fixture
def instance() -> Iterator[Instance]:
    """A sandbox of a person; whatever a test leaves of it is removed."""
    made = Instance(f"person-{os.getpid()}")
    yield made
    made.remove()


def command(verb: str, instance: Instance) -> "subprocess.Popen[str]":
    """Start a command in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", verb, "--instance", instance.name],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def processes_of(instance: Instance) -> list[str]:
    """Return the command lines of all processes that belong to a sandbox."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if f"{instance.folder}/" in f"{line}/":
                found.append(line)
    return found


def test_an_interrupted_up_leaves_no_process_and_the_next_one_goes_on(instance: Instance) -> None:
    interrupted = command("up", instance)
    assert interrupted.stdout is not None
    before = next(line for line in interrupted.stdout if UPDATING in line)
    os.killpg(interrupted.pid, signal.SIGINT)
    said = interrupted.stdout.read()

    assert interrupted.wait() == 130, said
    assert UPDATING in before
    assert f"make up INSTANCE={instance.name} goes on" in said
    assert "Traceback" not in said
    assert processes_of(instance) == []

    resumed = command("up", instance)
    said, _ = resumed.communicate()
    assert resumed.returncode == 0, said
    assert "gatewayUrl" in said
    assert processes_of(instance) != []

    down = command("down", instance)
    said, _ = down.communicate()
    assert down.returncode == 0, said
    assert not instance.folder.exists()
    assert processes_of(instance) == []

    again = command("down", instance)
    said, _ = again.communicate()
    assert (again.returncode, said) == (0, f"nothing to do: there is no sandbox {instance.name}\n")
