"""One sandbox: a control plane, the istiod beside it, a certificate authority and Pulumi's state, in one folder."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from components.chart_values import ISTIO_NAMESPACE
from sandbox import istiod
from sandbox.console import say
from sandbox.control_plane import ControlPlane
from sandbox.istiod_pods import APP
from sandbox.kube_api import KubeApi
from sandbox.locks import exclusive
from sandbox.paths import DEFAULT_INSTANCE, PROJECT, SANDBOX
from sandbox.policy_pack import POLICED
from sandbox.ports import wait_until_listening
from sandbox.processes import PidFile, command_line, gone_within, terminate, with_environment
from sandbox.satellite_ca import ensure_satellite_ca
from sandbox.toolchain import Toolchain

#: Encrypts the secrets of sandbox stacks. It stands here for all to read: it protects nothing real.
PASSPHRASE: Final = "sandbox"  # noqa: S105 - the secrets of a sandbox are examples

#: More memory for fewer garbage collections: 20 % less CPU time for the engine and the provider (measured).
_GARBAGE_COLLECTION: Final = "400"


#: Seconds that an abandoned Pulumi may go on; it gives up on a resource after 600.
_PULUMI_PATIENCE: Final = 900.0

#: Seconds that a resumed istiod may take until it listens; 1 to 2 are usual.
_ISTIOD_PATIENCE: Final = 15.0


class Instance:
    """One sandbox; several can run side by side.

    Arguments:
        name: its name; `make up` uses `default`.
        folder: where it keeps everything; default: the folder of that name under `.sandbox`.
    """

    def __init__(self, name: str = DEFAULT_INSTANCE, folder: Path | None = None) -> None:
        self.name = name
        self.folder = (folder or SANDBOX / name).absolute()
        self.kubeconfig = self.folder / "kubeconfig.yaml"
        self.ca_file = self.folder / "satellite-ca.pem"
        self.state = self.folder / "pulumi" / "state"
        self.pulumi_home = self.folder / "pulumi" / "home"
        self.istiod_log = self.folder / "logs" / "istiod.log"
        self.supervisor_log = self.folder / "logs" / "supervisor.log"
        mark = str(self.folder)
        self.supervisor_pid_file = PidFile(self.folder / "supervisor.pid", mark)
        self.istiod_pid_file = istiod.pid_file(self.folder)
        self.pulumi_pid_file = PidFile(self.folder / "pulumi.pid", "pulumi")
        self.control_plane = ControlPlane(self.folder / "kwok", self.kubeconfig)

    def exists(self) -> bool:
        """Tell whether there is anything of it, running or not."""
        return self.folder.exists()

    def is_running(self) -> bool:
        """Tell whether its control plane runs completely."""
        return self.kubeconfig.exists() and not self.control_plane.stopped_components()

    def locked(self) -> AbstractContextManager[None]:
        """Return a context in which no other run changes this instance; a run that waits for it says so."""
        return exclusive(self.folder / "lock", f"uses the sandbox {self.name}")

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
        for folder in (self.folder / "logs", self.state, self.pulumi_home):
            folder.mkdir(parents=True, exist_ok=True)
        self._link_plugins(toolchain)
        self._do_without_debug_logs()
        ensure_satellite_ca(self.ca_file)
        self._start_supervisor(webhook_port, owner_pid)  # first, so that an owner's end is noticed from the beginning
        try:
            self.control_plane.start(toolchain)
            self._wait_for_resumed(webhook_port)
        except BaseException:
            self.stop(toolchain)
            raise

    def wait_for_pulumi(self) -> None:
        """Wait for a Pulumi that goes on although the run that started it was killed."""
        pid = self.pulumi_pid_file.running()
        if pid is not None:
            say(f"an earlier pulumi (process {pid}) still works on the sandbox {self.name}; waiting until it is done")
            gone_within(pid, _PULUMI_PATIENCE)

    def stop(self, toolchain: Toolchain) -> None:
        """End all processes; everything is kept for the next `start`."""
        self._end_pulumi()
        self._end_istiod()
        self.control_plane.stop(toolchain)

    def remove(self, toolchain: Toolchain) -> None:
        """End all processes and remove the folder."""
        self._end_istiod()
        self.remove_all_but_supervisor(toolchain)

    def remove_all_but_supervisor(self, toolchain: Toolchain) -> None:
        """Do what `remove` does, for the supervisor, which cannot end itself first."""
        self._end_pulumi()
        self._end_abandoned_istiods()
        self.control_plane.remove(toolchain)
        shutil.rmtree(self.folder, ignore_errors=True)

    def env(self, toolchain: Toolchain) -> Mapping[str, str]:
        """Return the variables with which `pulumi` and `kubectl` work on this instance: to add to an environment."""
        return {
            "PATH": toolchain.search_path,
            "KUBECONFIG": str(self.kubeconfig),
            "PULUMI_BACKEND_URL": f"file://{self.state}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "GOGC": _GARBAGE_COLLECTION,
            **POLICED,
        }

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
        with self.supervisor_log.open("ab") as log:
            process = subprocess.Popen(
                command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.supervisor_pid_file.write(process.pid)
        process.returncode = 0  # it outlives this run, so Python need not warn that nobody waits for it

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

    def _end_pulumi(self) -> None:
        """End a Pulumi whose run was killed, and the plugins that a killed Pulumi has left."""
        self.pulumi_pid_file.end(grace_seconds=10)
        for pid in with_environment(f"PULUMI_HOME={self.pulumi_home}", "pulumi-"):
            terminate(pid, grace_seconds=2)

    def _do_without_debug_logs(self) -> None:
        """Keep the engine from writing a compressed debug log of every run, which is half of its CPU time.

        Pulumi 3.259.0 has no option for that, but does without where the folder of the logs can't be made
        (pkg/cmd/pulumi/pulumi.go, "automatic logging unavailable"); so a file takes the folder's place.
        """
        logs = self.pulumi_home / "logs"
        if not logs.exists():
            logs.touch()

    def _link_plugins(self, toolchain: Toolchain) -> None:
        """Let Pulumi find the toolchain's provider where it looks for downloaded plugins."""
        toolchain.plugins.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            (self.pulumi_home / "plugins").symlink_to(toolchain.plugins)
