"""One sandbox: a control plane, the istiod beside it, a certificate authority and Pulumi's state, in one folder."""

import sys
from pathlib import Path
from typing import Final

from components.constants.names import ISTIO_NAMESPACE
from local.environment import LocalEnvironment
from local.kube_api import KubeApi
from local.paths import DEFAULT_INSTANCE
from local.ports import wait_until_listening
from local.processes import PidFile, command_line
from local.satellite_ca import ensure_satellite_ca
from local.supervision import start_supervisor
from local.toolchain.toolchain import Toolchain
from sandbox import istiod
from sandbox.control_plane import ControlPlane
from sandbox.istiod_pods import APP

#: Seconds that a resumed istiod may take until it listens; 1 to 2 are usual.
_ISTIOD_PATIENCE: Final = 15.0


class Instance(LocalEnvironment):
    """One sandbox; several can run side by side.

    Arguments:
        name: its name; `make up` uses `default`.
        folder: where it keeps everything; default: the folder of that name under `.sandbox`.
    """

    def __init__(self, name: str = DEFAULT_INSTANCE, folder: Path | None = None) -> None:
        super().__init__(name, folder)
        self.istiod_log = self.folder / "logs" / "istiod.log"
        self.supervisor_log = self.folder / "logs" / "supervisor.log"
        mark = str(self.folder)
        self.supervisor_pid_file = PidFile(self.folder / "supervisor.pid", mark)
        self.istiod_pid_file = istiod.pid_file(self.folder)
        self.control_plane = ControlPlane(self.folder / "kwok", self.kubeconfig)

    def start(self, toolchain: Toolchain, webhook_port: int, owner_pid: int | None = None) -> None:
        """Make what is missing and start what does not run; the control plane is ready when it returns.

        istiod follows by itself once `pulumi up` has made its Deployment, in the version that the Deployment asks for.

        Arguments:
            toolchain: the programs.
            webhook_port: port of istiod's webhooks on the loopback address; the charts' values name it.
            owner_pid: remove the whole instance when this process is gone; default: it stays until `remove`.

        Raises:
            SandboxError: if the control plane does not start.
        """
        self.prepare_pulumi(toolchain)
        ensure_satellite_ca(self.ca_file)
        self._start_supervisor(webhook_port, owner_pid)  # first, so that an owner's end is noticed from the beginning
        try:
            self.control_plane.start(toolchain)
            self._wait_for_resumed(webhook_port)
        except BaseException:
            self.stop(toolchain)
            raise

    def stop(self, toolchain: Toolchain) -> None:
        """End all processes; everything is kept for the next `start`."""
        self.end_pulumi()
        self._end_istiod()
        self.control_plane.stop(toolchain)

    def remove(self) -> None:
        """End all processes and remove the folder."""
        self._end_istiod()
        self.remove_all_but_supervisor()

    def remove_all_but_supervisor(self) -> None:
        """Do what `remove` does, for the supervisor, which cannot end itself first."""
        self.end_pulumi()
        self._end_abandoned_istiods()
        self.control_plane.remove()
        self.remove_files()

    def webhook_port_in_use(self) -> int | None:
        """Return the port that its running istiod, or the one that its supervisor will start, has for the webhooks."""
        pid = self.supervisor_pid_file.running()
        words = command_line(pid).split() if pid else []
        return int(words[words.index("--webhook-port") + 1]) if "--webhook-port" in words else None

    def _start_supervisor(self, webhook_port: int, owner_pid: int | None) -> None:
        command = [sys.executable, "-m", "sandbox.supervisor", "--folder", str(self.folder)]
        command += ["--webhook-port", str(webhook_port)]
        command += ["--owner-pid", str(owner_pid)] if owner_pid else []
        running = self.supervisor_pid_file.running()
        if running is not None and command_line(running) == " ".join(command):
            return
        self._end_istiod()
        start_supervisor(command, self.supervisor_log, self.supervisor_pid_file)

    def _wait_for_resumed(self, webhook_port: int) -> None:
        """Wait for istiod if an earlier run has made the mesh: its webhooks are asked about every change."""
        if KubeApi(self.kubeconfig).pods(ISTIO_NAMESPACE, f"app={APP}"):
            wait_until_listening(webhook_port, _ISTIOD_PATIENCE)

    def _end_istiod(self) -> None:
        """End the supervisor, which ends its istiods."""
        self.supervisor_pid_file.end(grace_seconds=10)
        self._end_abandoned_istiods()

    def _end_abandoned_istiods(self) -> None:
        """End istiods whose supervisor was killed."""
        for file in istiod.pid_files(self.folder):
            file.end(grace_seconds=3)
