"""What `make clean` does."""

import shutil

from demo.node import Node
from local.console import say
from local.paths import SANDBOX, TOOLCHAIN, shown
from sandbox.instance import Instance


def clean() -> int:
    """Remove every sandbox and every node with its processes, and the toolchain."""
    for folder in sorted(SANDBOX.iterdir()) if SANDBOX.exists() else []:
        if Node(folder.name).layout.ports.exists():
            Node(folder.name).remove()
        elif folder != TOOLCHAIN:
            Instance(folder.name).remove()
    shutil.rmtree(SANDBOX, ignore_errors=True)
    say(f"removed {shown(SANDBOX)}")
    return 0
