"""What `make demo`, `make down STACK=demo` and their relatives do on a real node; each returns the exit code."""

import os
import subprocess
from collections.abc import Sequence

from demo.demo import Demo, addresses, ensure_toolchain, removed_if_interrupted, report_file
from demo.layout import Endpoint
from demo.node import Node
from local.console import say
from local.errors import SandboxError
from local.paths import DEFAULT_INSTANCE, DEMO_INSTANCE, PROJECT, SANDBOX, shown
from local.processes import terminate
from local.pulumi_cli import Pulumi
from local.running import become_verification, print_exports, verification
from local.stack_files import StackFile
from local.target import Target
from local.toolchain.toolchain import Toolchain


def up(target: Target) -> int:
    """Bring a real node up, the whole environment on it, and prove that traces arrive.

    Raises:
        SandboxError: if this machine can't be a node, or something that is needed can't be made.
    """
    node = _node(target)
    with removed_if_interrupted(node), node.locked():
        demo = Demo(node, _file(target, node), owner_pid=os.getpid())
        toolchain = demo.build()
        exit_code = demo.bring_up(toolchain, lambda pulumi: pulumi.call("up", "--yes", "--skip-preview"))
        if exit_code == 0:
            with demo.phases.phase("verify"):
                arguments = _asking_jaeger(node, [f"--report={report_file(node)}"])
                exit_code = _call(verification(target.stack, arguments), node)
        node.stay()
    say(f"\n{demo.phases.summary()}\n{addresses(demo, toolchain)}\nThey stay until: {target.make('down')}")
    return exit_code


def preview(target: Target) -> int:
    """Show what `up` would change.

    Raises:
        SandboxError: if there is no such node, or it does not run.
    """
    return _pulumi(target).call("preview")


def destroy(target: Target) -> int:
    """Remove everything that the stack has made; the node stays.

    Raises:
        SandboxError: if there is no such node, or it does not run.
    """
    return _pulumi(target).call("destroy", "--yes", "--skip-preview")


def down(target: Target) -> int:
    """Remove the node with everything on it; the toolchain and the images stay."""
    node = _node(target)
    if not node.exists():
        say(f"nothing to do: there is no node {node.name}")
        return 0
    with node.locked():
        node.remove()
    say(f"removed {shown(node.folder)}; toolchain and images stay in {shown(SANDBOX)} (make clean removes them too)")
    return 0


def verify(target: Target, arguments: Sequence[str] = ()) -> int:
    """Prove that the environment's traces arrive, or name the link that is broken; see `python -m verify --help`.

    Raises:
        SandboxError: if there is no such node, or it does not run.
    """
    node = _running(target)
    become_verification(target.stack, _asking_jaeger(node, arguments), node.env(Toolchain()))


def env(target: Target) -> int:
    """Print the lines that make `pulumi` and `kubectl` work on the stack directly.

    Raises:
        SandboxError: if there is no such node, or it does not run.
    """
    return print_exports(_running(target).env(ensure_toolchain()))


def _asking_jaeger(node: Node, arguments: Sequence[str]) -> list[str]:
    """Return the verification's arguments with the node's Jaeger, unless they name another backend."""
    own = () if "--backend-url" in arguments else ("--backend=jaeger", f"--backend-url={node.url(Endpoint.JAEGER)}")
    return [*own, *arguments]


def _node(target: Target) -> Node:
    return Node(DEMO_INSTANCE if target.instance == DEFAULT_INSTANCE else target.instance)


def _running(target: Target) -> Node:
    node = _node(target)
    if not node.is_running():
        raise SandboxError(f"There is no running node {node.name}.\nBring it up: {target.make('up')}")
    return node


def _file(target: Target, node: Node) -> StackFile:
    """Return the stack's file for this node; any node but `demo` has a copy of it."""
    return target.file if node.name == DEMO_INSTANCE else target.file.copy_for(node.folder)


def _pulumi(target: Target) -> Pulumi:
    node = _running(target)
    return Demo(node, _file(target, node)).pulumi(ensure_toolchain())


def _call(command: Sequence[str], node: Node) -> int:
    """Run a command for a node to its end, and end it when this run is ended."""
    process = subprocess.Popen(command, cwd=PROJECT, env=node.whole_env(Toolchain()))
    try:
        return process.wait()
    except BaseException:
        terminate(process.pid, grace_seconds=5)
        raise
