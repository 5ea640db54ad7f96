"""What the tests put around a GKE stack: a sandbox, the double, and configuration that only they need."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from local.ports import free_ports
from local.pulumi_cli import Pulumi
from local.stack_files import StackFile, find_stack_file, with_webhook_port
from local.toolchain import toolchain
from local.toolchain.programs import Purpose
from local.toolchain.toolchain import Toolchain
from sandbox.forwarder import Forwarder
from sandbox.instance import Instance
from tests.gcp.double.cloud import FOLDER_VARIABLE, Cloud
from tests.sandbox.environment.running import Running
from tests.support.istio import RELEASE

#: The double and the stand-in for Google's authentication plugin.
_PROGRAMS: Final = Path(__file__).parent / "bin"

#: What the sandbox's own stack is configured with for the same reasons: its istiod is a process of this machine, and
#: the access token is an example.
_OF_THE_SANDBOX: Final = ("istioVersion", "istioCharts", "baseValues", "istiodValues", "accessToken")


@dataclass(frozen=True)
class CloudSandbox:
    """A sandbox that the double's clusters lead to; several stacks can come and go in it.

    Arguments:
        instance: the sandbox.
        programs: the toolchain.
        webhook_port: port of its istiod's webhooks.
        folder: the files of the double.
    """

    instance: Instance
    programs: Toolchain
    webhook_port: int
    folder: Path

    @property
    def cloud(self) -> Cloud:
        """The fake cloud as it is now."""
        return Cloud.load(self.folder)

    def stack(self, name: str) -> Running:
        """Return a stack of `stacks/`, ready to go up: its own file, and what only the tests need on top of it."""
        file = self._derive(name)
        pulumi = Pulumi(self.programs.program("pulumi"), file, self._environment(), self.instance.pulumi_pid_file)
        running = Running(self.instance, self.programs, pulumi)
        if not pulumi.has_stack(self.instance.state):
            self._make_stack(pulumi)
        return running

    def _derive(self, name: str) -> StackFile:
        own = yaml.safe_load(find_stack_file(name).path.read_text(encoding="utf-8"))
        sandbox_file = find_stack_file("sandbox")
        text = with_webhook_port(
            sandbox_file.path.read_text(encoding="utf-8"), sandbox_file.webhook_port, self.webhook_port
        )
        sandbox = yaml.safe_load(text)
        added = {f"traced-mesh:{key}": sandbox["config"][f"traced-mesh:{key}"] for key in _OF_THE_SANDBOX}
        document = {"config": own["config"] | added, "encryptionsalt": sandbox["encryptionsalt"]}
        path = self.folder / f"Pulumi.{name}.yaml"
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
        return StackFile(name, path)

    def _environment(self) -> Mapping[str, str]:
        environment = self.instance.whole_env(self.programs)
        return environment | {
            # The double runs with the tests' own Python.
            "PATH": os.pathsep.join((str(_PROGRAMS), str(Path(sys.executable).parent), environment["PATH"])),
            FOLDER_VARIABLE: str(self.folder),
            # The DNS endpoint's certificate is from a public CA, which every machine knows. So this one is known, too.
            "SSL_CERT_FILE": str(self.folder / "ca.pem"),
            # Whoever took another kubeconfig than the cluster's would fail.
            "KUBECONFIG": os.devnull,
        }

    def _make_stack(self, pulumi: Pulumi) -> None:
        """Make the stack in a folder of its own: Pulumi writes a salt into the project's file of a new stack."""
        folder = self.folder / "new-stack"
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text("name: traced-mesh\nruntime: python\n", encoding="utf-8")
        command = [str(pulumi.executable), "stack", "init", pulumi.stack_file.stack, "--non-interactive"]
        subprocess.run(command, cwd=folder, env=pulumi.environment, check=True, capture_output=True, timeout=60)


@contextmanager
def cloud_sandbox(name: str) -> Generator[CloudSandbox]:
    """Yield a sandbox with an empty fake cloud; both vanish with the tests, however they end."""
    programs = toolchain.ensure((Purpose.UP,), releases=[RELEASE])
    instance = Instance(f"test-{os.getpid()}-{name}")
    (webhook_port,) = free_ports(1)
    try:
        instance.start(programs, webhook_port, owner_pid=os.getpid())
        folder = instance.folder / "gcp"
        folder.mkdir()
        _point_to(instance, folder)
        yield CloudSandbox(instance, programs, webhook_port, folder)
    finally:
        instance.remove()


def _point_to(instance: Instance, folder: Path) -> None:
    """Tell the double where the sandbox's API server is, and its stand-in the credential of the administrator."""
    kubeconfig: Any = yaml.safe_load(instance.kubeconfig.read_text(encoding="utf-8"))
    cluster, user = kubeconfig["clusters"][0]["cluster"], kubeconfig["users"][0]["user"]
    address = cluster["server"].removeprefix("https://")
    port = int(address.rpartition(":")[2])
    (private_port,) = free_ports(1)
    Forwarder(private_port).forward_to(port)
    ca = cluster["certificate-authority-data"]
    endpoints = {"dns": f"localhost:{port}", "public": address, "private": f"127.0.0.1:{private_port}", "ca": ca}
    (folder / "endpoints.json").write_text(json.dumps(endpoints), encoding="utf-8")
    (folder / "ca.pem").write_bytes(base64.b64decode(ca))
    status = {
        "clientCertificateData": base64.b64decode(user["client-certificate-data"]).decode(),
        "clientKeyData": base64.b64decode(user["client-key-data"]).decode(),
    }
    credential = {"apiVersion": "client.authentication.k8s.io/v1beta1", "kind": "ExecCredential", "status": status}
    file = folder / "exec-credential.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(credential), encoding="utf-8")
