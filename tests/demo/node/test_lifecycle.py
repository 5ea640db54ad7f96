"""A node leaves nothing behind, whichever of its processes is killed, and touches nothing of the machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from demo import cgroups
from demo.node import Node
from demo.published_ports import Ports
from local.paths import PROJECT
from local.ports import is_free
from local.processes import child_of, command_line, is_alive
from local.toolchain.toolchain import Toolchain
from tests.demo.node.conftest import new_demo
from tests.demo.node.running_node import eventually
from tests.support.thorough import one_of_each_kind

_TOKEN: Final = "a-token-of-the-tests"

#: Seconds in which everything has to be gone; 1 is usual on 2 cores.
_PATIENCE: Final = 20.0


@pytest.fixture
def node(programs: Toolchain) -> Iterator[Node]:
    """A node with nothing on it."""
    with new_demo("bare") as made:
        made.node.prepare(programs)
        made.node.start(_TOKEN, owner_pid=os.getpid())
        yield made.node


def processes(node: Node) -> list[str]:
    """Return the command lines of all processes that belong to a node: they name its folder, or write its logs."""
    numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    lines = [command_line(pid) for pid in numbers if is_alive(pid) and pid != os.getpid()]
    return [line for line in lines if str(node.folder) in line]


def assert_nothing_is_left(node: Node, ports: Ports) -> None:
    """Assert that no process, control group or port of a node is left, within the time that the kernel takes."""
    assert eventually(lambda: processes(node), lambda left: not left, _PATIENCE) == []
    assert eventually(lambda: cgroups.exists(node.layout.cgroup), lambda exists: not exists, _PATIENCE) is False
    assert [port for port in ports.targets if not is_free(port)] == []


def first_process(node: Node) -> int | None:
    """Return the number that the machine gives to the node's first process."""
    pid = node.node_pid_file.running()
    return child_of(pid) if pid else None


_KILLED: Final[dict[str, Callable[[Node], int | None]]] = {
    "supervisor": lambda node: node.supervisor_pid_file.running(),
    "unshare": lambda node: node.node_pid_file.running(),
    "first process": first_process,
}


@pytest.mark.parametrize("killed", one_of_each_kind(_KILLED, lambda _: "killed"))
def test_nothing_is_left_when_one_of_its_processes_is_killed(node: Node, killed: str) -> None:
    ports = Ports.read(node.layout.ports)
    pid = _KILLED[killed](node)
    assert pid is not None

    os.kill(pid, signal.SIGKILL)

    assert_nothing_is_left(node, ports)


def test_a_program_that_is_killed_is_started_again(node: Node) -> None:
    before = eventually(lambda: node.processes_of("kube-scheduler"), bool, _PATIENCE)

    os.kill(before[0], signal.SIGKILL)

    after = eventually(lambda: node.processes_of("kube-scheduler"), lambda now: now not in ([], before), _PATIENCE)
    assert len(after) == 1
    assert after != before


@pytest.mark.usefixtures("programs")
def test_a_node_goes_with_its_owner_and_takes_its_files_along() -> None:
    with new_demo("owned") as made:
        owner = subprocess.Popen(
            [sys.executable, "-c", _OWNER, made.node.name], cwd=PROJECT, stdout=subprocess.PIPE, text=True
        )
        assert owner.stdout is not None
        assert owner.stdout.readline().strip() == "started"
        ports = Ports.read(made.node.layout.ports)

        owner.kill()
        owner.communicate()

        assert_nothing_is_left(made.node, ports)
        assert eventually(made.node.folder.exists, lambda exists: not exists, _PATIENCE) is False


#: Starts a node and waits to be killed.
_OWNER: Final = f"""
import os, sys
from demo.node import Node
from local.toolchain.toolchain import Toolchain
node = Node(sys.argv[1])
node.prepare(Toolchain())
node.start("{_TOKEN}", owner_pid=os.getpid())
print("started", flush=True)
input()
"""


#: What the node's programs would make by themselves, if they were not told other places.
_FOLDERS: Final = [
    Path(path)
    for path in (
        "/etc/cni",
        "/opt/containerd",
        "/run/containerd",
        "/run/netns",
        "/usr/libexec/kubernetes",
        "/var/lib/cni",
        "/var/lib/containerd",
        "/var/lib/kubelet",
        "/var/log/containers",
        "/var/log/pods",
    )
]


def machine() -> dict[str, str]:
    """Return what a node must not change: the machine's links, addresses, routes, firewall, mounts and folders."""
    commands = {
        "links and addresses": ("ip", "-o", "address"),
        "routes": ("ip", "route", "show", "table", "all"),
        "firewall": ("iptables-save",),
        "named namespaces": ("ip", "netns", "list"),
    }
    said = {
        name: subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for name, command in commands.items()
    }
    rules = [line for line in said["firewall"].splitlines() if not line.startswith(("#", ":"))]
    folders = "\n".join(str(folder) for folder in _FOLDERS if folder.exists())
    mounts = Path("/proc/self/mounts").read_text()
    return {**said, "firewall": "\n".join(rules), "mounts": mounts, "folders": folders}


def test_the_machine_is_the_same_before_while_and_after_a_node_runs(programs: Toolchain) -> None:
    before = machine()
    with new_demo("apart") as made:
        made.node.prepare(programs)
        made.node.start(_TOKEN, owner_pid=os.getpid())
        made.node.wait_until_ready(60)
        during = machine()
    after = machine()

    assert during == before
    assert after == before
