"""One real node with its cluster, its tracing backend and Pulumi's state, in one folder."""

import shutil
import sys
from pathlib import Path
from typing import Final

import yaml

from demo import configuration
from demo.backend import write_backend
from demo.cgroups import remove_cgroup
from demo.dns import dns_objects
from demo.identities import write_identities
from demo.layout import NODE, Endpoint, Layout
from demo.published_ports import Ports
from local.certificates import Authority, KeyPair
from local.environment import LOCK, LocalEnvironment
from local.errors import SandboxError
from local.kube_api import KubeApi
from local.paths import DEMO_INSTANCE, shown
from local.ports import LOOPBACK
from local.processes import PidFile, answer_of, child_of, terminate, with_output
from local.satellite_ca import ensure_satellite_ca
from local.supervision import start_supervisor
from local.toolchain.toolchain import Toolchain

#: Seconds that the API server may take until it is ready; 5 are usual on 2 cores.
_API_PATIENCE: Final = 60.0

#: Seconds that the supervisor may take to end the node and clean up; 1 is usual.
_GRACE: Final = 20.0


class Node(LocalEnvironment):
    """A real node; several can run side by side.

    It is not kept when it is stopped: what is in it is made again by the next run.

    Arguments:
        name: its name; `make demo` uses `demo`.
        folder: where it keeps everything; default: the folder of that name under `.sandbox`.
    """

    def __init__(self, name: str = DEMO_INSTANCE, folder: Path | None = None) -> None:
        super().__init__(name, folder)
        self.layout = Layout(self.folder)
        mark = str(self.folder)
        self.supervisor_pid_file = PidFile(self.layout.supervisor_pid, mark)
        self.node_pid_file = PidFile(self.layout.node_pid, mark)

    def is_running(self) -> bool:
        """Tell whether the node runs."""
        return self.supervisor_pid_file.running() is not None and self.node_pid_file.running() is not None

    @property
    def enter(self) -> list[str]:
        """The beginning of a command line that runs the rest on the node, as root.

        Raises:
            SandboxError: if the node does not run.
        """
        pid = self.node_pid_file.running()
        first = child_of(pid) if pid else None
        if first is None:
            raise SandboxError(f"The node {self.name} does not run: bring it up with `make demo`.")
        return ["nsenter", f"--target={first}", "--mount", "--net", "--pid", "--"]

    def url(self, endpoint: Endpoint) -> str:
        """Return the address on this machine that leads to an endpoint of the node."""
        return f"http://{LOOPBACK}:{Ports.read(self.layout.ports).endpoints[endpoint]}"

    def prepare(self, toolchain: Toolchain) -> None:
        """Make the folder ready: nothing of an earlier node, an authority for the backend, and what Pulumi needs."""
        self._end()
        for entry in self.folder.iterdir() if self.folder.exists() else ():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != LOCK and entry.suffix != ".yaml":  # a stack's file for this node stays
                entry.unlink()
        self.prepare_pulumi(toolchain)
        self.layout.data.mkdir()
        ensure_satellite_ca(self.ca_file)
        Ports.choose().write(self.layout.ports)

    def start(self, token: str, owner_pid: int | None) -> None:
        """Start the node that `prepare` has prepared; its API server is ready when it returns.

        Arguments:
            token: what the tracing backend asks for in the header `authorization`.
            owner_pid: remove the node when this process is gone, unless `stay` was called.

        Raises:
            SandboxError: if it does not become ready.
        """
        ports = Ports.read(self.layout.ports)
        self._write_configuration()
        write_identities(self.layout, self.kubeconfig, ports.endpoints[Endpoint.API_SERVER])
        authority = Authority(KeyPair(self.ca_file, self.ca_file.with_suffix(".key")))
        write_backend(self.layout, authority, token)
        self._start_supervisor(owner_pid)
        if not KubeApi(self.kubeconfig).wait_until_ready(_API_PATIENCE):
            raise SandboxError(
                f"The node's API server was not ready after {_API_PATIENCE:.0f} s.\n"
                f"Logs: {shown(self.layout.logs)}. Run the same command again."
            )

    def add_dns(self, toolchain: Toolchain) -> None:
        """Give the cluster its DNS.

        Raises:
            SandboxError: if the API server refuses it.
        """
        self.kubectl(toolchain, "apply", "--server-side", "--filename=-", text=yaml.safe_dump_all(dns_objects()))

    def wait_until_ready(self, seconds: float) -> None:
        """Wait until the kubelet says that the node is ready.

        Raises:
            SandboxError: if it does not within `seconds`.
        """
        if not KubeApi(self.kubeconfig).wait_for_node(NODE, seconds):
            log = shown(self.layout.logs / "kubelet.log")
            raise SandboxError(f"The node was not Ready after {seconds:.0f} s: see {log}. Run the same command again.")

    def kubectl(self, toolchain: Toolchain, *arguments: str, text: str = "") -> str:
        """Run `kubectl` on the cluster and return what it prints; `text` is its standard input.

        Raises:
            SandboxError: with what it says, if it fails.
        """
        words = [str(toolchain.program("kubectl")), *arguments]
        answer = answer_of(words, self.whole_env(toolchain), text=text)
        if answer.returncode != 0:
            raise SandboxError(f"kubectl {' '.join(arguments)}: {answer.stderr.strip()}")
        return answer.stdout

    def hold(self, program: str) -> None:
        """End one of the node's programs and keep it from being started again until `release`.

        Arguments:
            program: its name, as in `node_programs`.
        """
        self.layout.held.mkdir(exist_ok=True)
        (self.layout.held / program).touch()
        for pid in self.processes_of(program):
            terminate(pid, grace_seconds=2)

    def release(self, program: str) -> None:
        """Let a program run again that was held."""
        (self.layout.held / program).unlink(missing_ok=True)

    def processes_of(self, program: str) -> list[int]:
        """Return the processes of one of the node's programs, by its log, into which all of them write."""
        return with_output(self.layout.logs / f"{program}.log")

    def stay(self) -> None:
        """Let the node outlive the run that has started it."""
        if self.folder.exists():
            self.layout.stays.touch()

    def remove(self) -> None:
        """End everything and remove the folder."""
        self._end()
        self.remove_files()

    def _end(self) -> None:
        self.end_pulumi()
        self.supervisor_pid_file.end(_GRACE)
        self.node_pid_file.end(grace_seconds=0)  # if its supervisor was killed
        remove_cgroup(self.layout.cgroup)

    def _write_configuration(self) -> None:
        folder = self.layout.configuration
        (folder / "cni").mkdir(parents=True)
        files = {
            "containerd.toml": configuration.containerd(self.layout),
            "kubelet.yaml": yaml.safe_dump(configuration.kubelet(self.layout)),
            "kube-proxy.yaml": yaml.safe_dump(configuration.kube_proxy(self.layout)),
            "cni/10-bridge.conflist": configuration.cni(self.layout),
            "resolv.conf": "",  # what Pods with the node's DNS get: no server at all
        }
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def _start_supervisor(self, owner_pid: int | None) -> None:
        command = [sys.executable, "-m", "demo.supervisor", "--folder", str(self.folder)]
        command += ["--owner-pid", str(owner_pid)] if owner_pid else []
        start_supervisor(command, self.layout.logs / "node.log", self.supervisor_pid_file)
