"""The node's first process: everything else on the node is its child, and ends with it.

It makes the node's mounts and network, runs the node's programs and starts them again when they end, collects
processes that nobody waits for, and relays connections from this machine's loopback address. It ends the node when the
supervisor, which started it, is gone.
"""

import argparse
import asyncio
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import Final

from demo.cgroups import remove_cgroup
from demo.layout import Layout
from demo.network import make_cni_folder, make_mounts, make_network
from demo.programs import NodeProgram, node_programs
from demo.published_ports import Ports
from demo.relay import relay
from local.supervision import log

#: Seconds before a program that has ended is started again.
_PAUSE: Final = 0.5


def main() -> None:
    """Be the first process of a node until the supervisor is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the instance's folder")
    parser.add_argument("--lifeline", type=int, required=True, help="a pipe whose other end the supervisor holds")
    parser.add_argument("--listeners", required=True, help="listening sockets, in the order of the ports")
    arguments = parser.parse_args()
    layout = Layout(arguments.folder)
    ports = Ports.read(layout.ports)
    sockets = [socket.socket(fileno=int(number)) for number in arguments.listeners.split(",")]
    make_mounts()
    make_network()
    make_cni_folder(layout.configuration / "cni")
    init = Init(layout, node_programs(layout, ports.node_ports))
    asyncio.run(init.run(arguments.lifeline, list(zip(sockets, ports.targets.values(), strict=True))))


class Init:
    """Runs programs for as long as a lifeline holds.

    Arguments:
        layout: the node's files.
        programs: the node's programs.
    """

    def __init__(self, layout: Layout, programs: list[NodeProgram]) -> None:
        self._layout = layout
        self._programs = programs
        self._running: dict[int, NodeProgram] = {}

    async def run(self, lifeline: int, listeners: list[tuple[socket.socket, tuple[str, int]]]) -> None:
        """Run the programs and the relay until the lifeline's other end is closed."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_signal_handler(signal.SIGCHLD, self._collect)
        loop.add_reader(lifeline, ended.set)
        for program in self._programs:
            self._start(program)
        relaying = asyncio.ensure_future(relay(listeners))
        await ended.wait()
        log("the supervisor is gone: ending the node")
        relaying.cancel()
        self._end()

    def _start(self, program: NodeProgram) -> None:
        if (self._layout.held / program.name).exists():
            asyncio.get_running_loop().call_later(_PAUSE, self._start, program)
            return
        with (self._layout.logs / f"{program.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [str(word) for word in program.command],
                cwd=self._layout.data,
                env={**os.environ, **program.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        process.returncode = 0  # `_collect` waits for it, together with all others
        self._running[process.pid] = program

    def _collect(self) -> None:
        """Collect all children that have ended; programs of the node are started again after a pause."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            program = self._running.pop(pid, None)
            if program is not None:
                log(f"{program.name} ended with {os.waitstatus_to_exitcode(status)}: starting it again")
                asyncio.get_running_loop().call_later(_PAUSE, self._start, program)

    def _end(self) -> None:
        """Kill every other process of the node, and remove the control group that they were in."""
        os.kill(-1, signal.SIGKILL)
        remove_cgroup(self._layout.cgroup)
        os._exit(0)


if __name__ == "__main__":
    main()
