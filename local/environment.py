"""What every sandbox has, simulated or real: a folder, a kubeconfig, and Pulumi's state beside them."""

import contextlib
import os
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from local.console import say
from local.locks import exclusive
from local.paths import DEFAULT_INSTANCE, SANDBOX
from local.policy_pack import POLICED
from local.processes import PidFile, gone_within, terminate, with_environment
from local.toolchain.toolchain import Toolchain

#: Encrypts the secrets of sandbox stacks. It stands here for all to read: it protects nothing real.
PASSPHRASE: Final = "sandbox"  # noqa: S105 - the secrets of a sandbox are examples

#: Name of the file by which one run keeps others from the same sandbox.
LOCK: Final = "lock"

#: More memory for fewer garbage collections: 20 % less CPU time for the engine and the provider (measured).
_GARBAGE_COLLECTION: Final = "400"

#: Without a file of attributes beside each file of the state. Nobody reads it, and for it the engine makes an MD5 sum
#: of the whole state at each of its steps (gocloud.dev/blob/fileblob): a ninth of its CPU time (docs/performance.md).
_STATE_OPTIONS: Final = "metadata=skip"

#: Seconds that an abandoned Pulumi may go on; it gives up on a resource after 600.
_PULUMI_PATIENCE: Final = 900.0


class LocalEnvironment:
    """Where `pulumi` works on one sandbox; several can exist side by side.

    Arguments:
        name: the sandbox's name.
        folder: where it keeps everything; default: the folder of that name under `.sandbox`.
    """

    def __init__(self, name: str = DEFAULT_INSTANCE, folder: Path | None = None) -> None:
        self.name = name
        self.folder = (folder or SANDBOX / name).absolute()
        self.kubeconfig = self.folder / "kubeconfig.yaml"
        self.ca_file = self.folder / "satellite-ca.pem"
        self.state = self.folder / "pulumi" / "state"
        self.pulumi_home = self.folder / "pulumi" / "home"
        self.temporary = self.folder / "pulumi" / "tmp"
        self.pulumi_pid_file = PidFile(self.folder / "pulumi.pid", "pulumi")

    def exists(self) -> bool:
        """Tell whether there is anything of it, running or not."""
        return self.folder.exists()

    def locked(self) -> AbstractContextManager[None]:
        """Return a context in which no other run changes this sandbox; a run that waits for it says so."""
        return exclusive(self.folder / LOCK, f"uses the sandbox {self.name}")

    def env(self, toolchain: Toolchain) -> Mapping[str, str]:
        """Return the variables with which `pulumi` and `kubectl` work on this sandbox: to add to an environment."""
        return {
            "PATH": toolchain.search_path,
            "KUBECONFIG": str(self.kubeconfig),
            "PULUMI_BACKEND_URL": f"file://{self.state}?{_STATE_OPTIONS}",
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "GOGC": _GARBAGE_COLLECTION,
            **POLICED,
        }

    def whole_env(self, toolchain: Toolchain) -> dict[str, str]:
        """Return the whole environment in which this program runs `pulumi` on the sandbox.

        Temporary files go into the sandbox's folder: the Kubernetes provider writes the kubeconfig, private key
        included, into one at each start and leaves it there (pulumi-kubernetes 4.25.0, provider/pkg/provider/util.go).
        """
        return {**os.environ, **self.env(toolchain), "TMPDIR": str(self.temporary)}

    def prepare_pulumi(self, toolchain: Toolchain) -> None:
        """Make the folders that Pulumi needs; what earlier runs have left in the temporary one is removed."""
        shutil.rmtree(self.temporary, ignore_errors=True)
        for folder in (self.folder / "logs", self.state, self.pulumi_home, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        self._link_plugins(toolchain)
        self._do_without_debug_logs()

    def wait_for_pulumi(self) -> None:
        """Wait for a Pulumi that goes on although the run that started it was killed."""
        pid = self.pulumi_pid_file.running()
        if pid is not None:
            say(f"an earlier pulumi (process {pid}) still works on the sandbox {self.name}; waiting until it is done")
            gone_within(pid, _PULUMI_PATIENCE)

    def end_pulumi(self) -> None:
        """End a Pulumi whose run was killed, and the plugins that a killed Pulumi has left."""
        self.pulumi_pid_file.end(grace_seconds=10)
        for pid in with_environment(f"PULUMI_HOME={self.pulumi_home}", "pulumi-"):
            terminate(pid, grace_seconds=2)

    def remove_files(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

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
