"""What `make demo`, `make down STACK=demo` and their relatives do on a real node; every function returns the exit code."""

import shlex
import sys
from collections.abc import Callable
from typing import Final

from sandbox.console import say
from sandbox.errors import SandboxError
from sandbox.node.demo import Demo, addresses, removed_if_interrupted
from sandbox.node.node import Node
from sandbox.paths import DEFAULT_INSTANCE, DEMO_INSTANCE, SANDBOX, shown
from sandbox.pulumi_cli import Pulumi
from sandbox.stack_files import StackFile
from sandbox.target import Target
from sandbox.toolchain import Toolchain


def up(target: Target) -> int:
    """Bring a real node up, the whole environment on it, and prove that traces arrive."""
    demo = Demo(_node(target), _file(target), owner_pid=own_pid())
    toolchain = demo.build()
    with removed_if_interrupted(demo.node), demo.node.locked():
        exit_code = demo.bring_up(toolchain, lambda pulumi: pulumi.call("up", "--yes", "--skip-preview"))
        if exit_code == 0:
            with demo.phases.phase("verify"):
                exit_code = verify(target)
        demo.node.stay()
    say(f"\n{demo.phases.summary()}")
    say(f"{addresses(demo, toolchain)}\nThey stay up until: {target.make('down')}")
    return exit_code


def preview(target: Target) -> int:
    """Show what `up` would change."""
    return _pulumi(target).call("preview")


def destroy(target: Target) -> int:
    """Remove everything that the stack has made; the node stays."""
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
