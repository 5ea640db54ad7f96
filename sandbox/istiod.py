"""The genuine istiod, run as a process on this machine instead of in a Pod."""

import contextlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from components.constants.names import ISTIO_NAMESPACE
from local.ports import DIRECT, LOOPBACK, free_ports, is_listening
from local.processes import PidFile

#: Seconds that istiod may take to end before it is made to; it ends its connections within one.
_GRACE: Final = 3.0

#: Seconds that an answer may take.
_TIMEOUT: Final = 1.0


@dataclass(frozen=True)
class Istiod:
    """What one istiod is: its program, where it listens, and its revision.

    Arguments:
        program: path of `pilot-discovery`.
        kubeconfig: the kubeconfig of the API server that it works on.
        revision: Istio revision of the control plane; default: none, which the charts call `default`.
        variables: environment variables that its Pod's container is given, for example its sampling rate.
        ports: where it listens: webhooks, HTTP, gRPC, gRPC with TLS, monitoring and ControlZ; default: free ports. The
            charts' values name another port for the webhooks, which is handed on to it.
    """

    program: Path
    kubeconfig: Path
    revision: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    ports: tuple[int, ...] = field(default_factory=lambda: tuple(free_ports(6)))

    @property
    def webhook_port(self) -> int:
        """Port of its injection and validation webhooks."""
        return self.ports[0]

    @property
    def command(self) -> list[str]:
        """Its command line; every release from 1.15 on knows all of it."""
        webhooks, http, grpc, secure_grpc, monitoring, control = self.ports
        return [
            "pilot-discovery",  # by this name the API server knows who wrote a field, in every release
            "discovery",
            f"--kubeconfig={self.kubeconfig}",
            f"--httpsAddr={LOOPBACK}:{webhooks}",
            f"--httpAddr={LOOPBACK}:{http}",
            f"--grpcAddr={LOOPBACK}:{grpc}",
            f"--secureGRPCAddr={LOOPBACK}:{secure_grpc}",
            f"--monitoringAddr={LOOPBACK}:{monitoring}",
            f"--ctrlz_address={LOOPBACK}",
            f"--ctrlz_port={control}",
        ]

    @property
    def environment(self) -> Mapping[str, str]:
        """Its environment: what its container has by value, and what differs on this machine."""
        return {
            **os.environ,
            **self.variables,
            "ISTIOD_CUSTOM_HOST": LOOPBACK,  # or the webhooks' certificate lacks the address and calls fail
            "KUBECONFIG": str(self.kubeconfig),
            "POD_NAME": "istiod-sandbox",
            "POD_NAMESPACE": ISTIO_NAMESPACE,
            "REVISION": self.revision or "default",
            "CLUSTER_ID": "Kubernetes",
            "INJECTION_WEBHOOK_CONFIG_NAME": injector(self.revision),
            "VALIDATION_WEBHOOK_CONFIG_NAME": f"{_with_revision('istio-validator', self.revision)}-{ISTIO_NAMESPACE}",
        }

    def is_ready(self) -> bool:
        """Tell whether it says that it is ready and its webhooks listen."""
        url = f"http://{LOOPBACK}:{self.ports[1]}/ready"
        with contextlib.suppress(OSError), DIRECT.open(url, timeout=_TIMEOUT) as answer:
            return answer.status == 200 and is_listening(self.webhook_port)
        return False


def injector(revision: str | None) -> str:
    """Return the name of a revision's injection webhook, and of the ConfigMap with its injection template."""
    return _with_revision("istio-sidecar-injector", revision)


def pid_file(folder: Path, template: str = "") -> PidFile:
    """Return the file in an instance's folder that names an istiod's process.

    Arguments:
        folder: the instance's folder.
        template: names the ReplicaSet whose istiod it is; default: the file for the one that answers the webhooks.
    """
    return PidFile(folder / (f"istiod-{template}.pid" if template else "istiod.pid"), str(folder))


def pid_files(folder: Path) -> list[PidFile]:
    """Return all such files in an instance's folder."""
    return [PidFile(path, str(folder)) for path in folder.glob("istiod*.pid")]


def start(istiod: Istiod, folder: Path, log: Path) -> "subprocess.Popen[bytes]":
    """Start an istiod in the working directory `folder`; its output is appended to `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            istiod.command,
            executable=istiod.program,
            cwd=folder,
            env=istiod.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End an istiod, and wait until it is gone."""
    process.terminate()
    try:
        process.wait(timeout=_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _with_revision(name: str, revision: str | None) -> str:
    return f"{name}-{revision}" if revision else name
