"""The process outside of a node that starts it and cleans up after it, however either of them ends.

It holds one end of the node's lifeline: when it is killed, the node ends itself. When the node ends, it removes the
control group, which no namespace hides. With an owner it ends the node, and removes its files, once the owner is gone,
unless the owner has said that the node is to stay.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from demo.cgroups import make_cgroup, remove_cgroup
from demo.layout import Layout
from demo.published_ports import Ports
from local.environment import LocalEnvironment
from local.paths import PROJECT
from local.processes import Owner, PidFile
from local.supervision import log, stop_requested

#: Seconds between two looks at the owner and at the node.
_POLL: Final = 0.25

#: What gives the node namespaces of its own; its first process is killed when `unshare` is.
_UNSHARE: Final = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def main() -> None:
    """Keep a node until SIGTERM, until it ends, or until its owner is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the instance's folder")
    parser.add_argument("--owner-pid", type=int, help="remove the node when this process is gone")
    arguments = parser.parse_args()
    stop = stop_requested()
    layout = Layout(arguments.folder)
    owner = Owner(arguments.owner_pid) if arguments.owner_pid else None
    make_cgroup(layout.cgroup)
    try:
        node, lifeline = _start(layout)
        PidFile(layout.node_pid, str(layout.folder)).write(node.pid)
        abandoned = False
        while not stop.wait(_POLL) and node.poll() is None and not abandoned:
            abandoned = owner is not None and not owner.lives() and not layout.stays.exists()
        node.kill()
        node.wait()
        os.close(lifeline)
    finally:
        remove_cgroup(layout.cgroup)
    if abandoned:
        environment = LocalEnvironment(layout.folder.name, layout.folder)
        environment.end_pulumi()
        environment.remove_files()


def _start(layout: Layout) -> "tuple[subprocess.Popen[bytes], int]":
    """Start the node; return it, and the end of its lifeline that is ours."""
    listeners = Ports.read(layout.ports).listen()
    theirs, ours = os.pipe()
    inherited = [theirs, *(listener.fileno() for listener in listeners)]
    command = [sys.executable, "-m", "demo.init", "--folder", str(layout.folder)]
    command += ["--lifeline", str(theirs), "--listeners", ",".join(str(number) for number in inherited[1:])]
    node = subprocess.Popen([*_UNSHARE, *command], cwd=PROJECT, stdin=subprocess.DEVNULL, pass_fds=inherited)
    os.close(theirs)
    for listener in listeners:  # from now on the node's alone, so that the ports are free when it is gone
        listener.close()
    log(f"process {node.pid} is the node {layout.folder.name}")
    return node, ours


if __name__ == "__main__":
    main()
