"""The control plane of one instance: etcd, API server, controller manager, scheduler and kwok, run by kwokctl."""

import base64
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from local.console import last_lines, say
from local.errors import SandboxError
from local.kube_api import KubeApi
from local.ports import LOOPBACK, free_ports, free_within
from local.processes import PidFile, gone_within
from local.toolchain.toolchain import Toolchain
from sandbox.kwok_stages import stages

#: Seconds that starting may take before it counts as failed; 3 to 4 are usual on 2 cores.
_PATIENCE: Final = 90.0

#: Seconds that the kernel may take to close the ports of a process that has ended.
_PORT_PATIENCE: Final = 1.0

#: kwokctl's name of the cluster; each instance has a kwokctl folder of its own.
_CLUSTER: Final = "sandbox"

#: kwokctl's components, by the names of its pid files.
_COMPONENTS: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller")

#: The components' ports in kwokctl's configuration.
_PORTS: Final = (
    "etcdPort",
    "etcdPeerPort",
    "kubeApiserverPort",
    "kubeControllerManagerPort",
    "kubeSchedulerPort",
    "kwokControllerPort",
)

_NODE: Final = "sandbox-node-1"


class ControlPlane:
    """A Kubernetes control plane as processes on this machine, all of them on the loopback address.

    Containers are not run: kwok only says that Pods are Running, so an API client sees a complete cluster.

    Arguments:
        folder: where kwokctl keeps its data.
        kubeconfig: the kubeconfig to write; usable on its own, the certificates are in it.
    """

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        self.folder = folder
        self.kubeconfig = kubeconfig
        self._cluster = folder / "clusters" / _CLUSTER
        self._kwokctl_pid_file = PidFile(folder / "kwokctl.pid", "kwokctl")

    def start(self, toolchain: Toolchain) -> None:
        """Make the control plane, or start what of it does not run; ready when it returns.

        Raises:
            SandboxError: if it does not become ready: which component, the end of its log, and what to do.
        """
        if not self.kubeconfig.exists():
            self.remove()  # what an interrupted creation has left
            self.folder.mkdir(parents=True)
            self._create(toolchain)
        else:
            self._resume(toolchain)
        api = KubeApi(self.kubeconfig)
        if not api.wait_until_ready(_PATIENCE):
            raise self._failure("the API server is not ready")
        api.ensure_node(_node())
        if not api.wait_for_node(_NODE, _PATIENCE):
            raise self._failure("its node is not Ready")

    def stop(self, toolchain: Toolchain) -> None:
        """Stop all processes; data is kept for the next start."""
        self._end_abandoned_kwokctl()
        pid_files = self._pid_files()
        self._forget_dead()
        if self._cluster.exists() and (toolchain.bin / "kwokctl").exists():
            running = [pid for pid in (pid_file.running() for pid_file in pid_files.values()) if pid]
            self._kwokctl(toolchain, "stop", "cluster")
            for pid in running:
                gone_within(pid, 5.0)
        for pid_file in reversed(pid_files.values()):
            pid_file.end(grace_seconds=2.0)

    def remove(self) -> None:
        """Kill all processes, since nobody needs their data any more, and remove it."""
        self._end_abandoned_kwokctl()
        for pid_file in self._pid_files().values():
            pid_file.end(grace_seconds=0)
        self.kubeconfig.unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def stopped_components(self) -> list[str]:
        """Return the names of the components that do not run."""
        return [name for name, pid_file in self._pid_files().items() if pid_file.running() is None]

    def _create(self, toolchain: Toolchain) -> None:
        config = self.folder / "config.yaml"
        config.write_text(f"{_configuration(toolchain, self.folder)}---\n{stages()}", encoding="utf-8")
        self._kwokctl(
            toolchain, "create", "cluster", "--config", str(config), "--kubeconfig=", "--timeout", f"{_PATIENCE:.0f}s"
        )
        kubeconfig = _embedded(yaml.safe_load((self._cluster / "kubeconfig.yaml").read_text(encoding="utf-8")))
        fresh = self.kubeconfig.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(yaml.safe_dump(kubeconfig), encoding="utf-8")
        fresh.replace(self.kubeconfig)

    def _resume(self, toolchain: Toolchain) -> None:
        stopped = self.stopped_components()
        if not stopped:
            return
        say(f"starting the sandbox's control plane again ({', '.join(stopped)} did not run)")
        self._check_ports(stopped)
        self._forget_dead()
        self._kwokctl(toolchain, "start", "cluster", "--timeout", f"{_PATIENCE:.0f}s")

    def _check_ports(self, stopped: list[str]) -> None:
        """Find out before the start that another program has taken a port: a server would only die with a log line."""
        saved = yaml.safe_load_all((self._cluster / "kwok.yaml").read_text(encoding="utf-8"))
        components = next(document["components"] for document in saved if document["kind"] == "KwokctlConfiguration")
        for component in components:
            ports = (port["port"] for port in component.get("ports", []))
            taken = [port for port in ports if not free_within(port, _PORT_PATIENCE)]
            if component["name"] in stopped and taken:
                raise SandboxError(
                    f"Port {taken[0]} of {LOOPBACK}, which the sandbox's {component['name']} uses, is taken.\n"
                    "Stop the program that has it, or make a new sandbox: make down, then make up."
                )

    def _kwokctl(self, toolchain: Toolchain, *arguments: str) -> None:
        """Run kwokctl to its end, also when interrupted: only then its pid files name all that it has started."""
        process = subprocess.Popen(
            [str(toolchain.program("kwokctl")), "--name", _CLUSTER, *arguments],
            env={**os.environ, "KWOK_WORKDIR": str(self.folder), "PATH": toolchain.search_path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C does not reach it
        )
        self._kwokctl_pid_file.write(process.pid)
        try:
            output, _ = process.communicate()
        except BaseException:
            process.communicate()
            raise
        finally:
            self._kwokctl_pid_file.path.unlink(missing_ok=True)
        if process.returncode != 0:
            lines = output.strip().splitlines()
            raise self._failure(lines[-1] if lines else f"kwokctl ended with exit code {process.returncode}")

    def _end_abandoned_kwokctl(self) -> None:
        """Let a kwokctl whose run was killed finish, so that its pid files name all that it has started."""
        abandoned = self._kwokctl_pid_file.running()
        if abandoned is not None:
            gone_within(abandoned, _PATIENCE)
            self._kwokctl_pid_file.end(grace_seconds=0)

    def _forget_dead(self) -> None:
        """Remove stale pid files: kwokctl takes any process with the number for its own, and kills it."""
        for pid_file in self._pid_files().values():
            pid_file.forget_if_dead()

    def _pid_files(self) -> dict[str, PidFile]:
        pids = self._cluster / "pids"
        return {name: PidFile(pids / f"{name}.pid", str(self._cluster)) for name in _COMPONENTS}

    def _failure(self, reason: str) -> SandboxError:
        stopped = self.stopped_components()
        log = self._cluster / "logs" / f"{stopped[0] if stopped else 'kube-apiserver'}.log"
        tail = last_lines(log.read_text(encoding="utf-8", errors="replace"), 8) if log.exists() else ""
        which = f" ({', '.join(stopped)} stopped)" if stopped else ""
        return SandboxError(
            f"The sandbox's control plane did not start{which}: {reason}\n{tail}\nLog: {log}\n"
            "Run the same command again; if it fails the same way, make a new sandbox: make down, then make up."
        )


def _configuration(toolchain: Toolchain, folder: Path) -> str:
    """Return kwokctl's configuration: our programs, the loopback address, free ports, and nothing outside `folder`."""
    binaries = {
        "etcdBinary": "etcd",
        "kubeApiserverBinary": "kube-apiserver",
        "kubeControllerManagerBinary": "kube-controller-manager",
        "kubeSchedulerBinary": "kube-scheduler",
        "kwokControllerBinary": "kwok",
        "kubectlBinary": "kubectl",
    }
    options: dict[str, Any] = {
        "runtime": "binary",
        "bindAddress": LOOPBACK,
        **{option: str(toolchain.program(name)) for option, name in binaries.items()},
        **dict(zip(_PORTS, free_ports(len(_PORTS)), strict=True)),
    }
    # A sandbox's data need not outlive a power cut; waiting for the disk takes half of etcd's time.
    etcd = _extra("etcd", "unsafe-no-fsync", "true")
    # There is one kwok, so it needs no lease to know whose the node is; after a restart it would sometimes not get its
    # own lease back, and leave the node's Pods Pending until the lease ends after 200 s.
    kwok = _extra("kwok-controller", "node-lease-duration-seconds", "0")
    # It makes this folder; by default one under /usr/libexec.
    controllers = _extra("kube-controller-manager", "flex-volume-plugin-dir", str(folder / "volume-plugins"))
    document = {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokctlConfiguration",
        "options": options,
        "componentsPatches": [etcd, kwok, controllers],
    }
    return yaml.safe_dump(document)


def _extra(component: str, key: str, value: str) -> Mapping[str, Any]:
    """Return what gives one more command line option to a component."""
    return {"name": component, "extraArgs": [{"key": key, "value": value}]}


def _node() -> Mapping[str, Any]:
    """Return the one Node, of a common size (8 CPU, 32 GiB), so that Pods that ask for too much stay Pending."""
    capacity = {"cpu": "8", "memory": "32Gi", "pods": "110", "ephemeral-storage": "100Gi"}
    system = {"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": _NODE,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {"kubernetes.io/hostname": _NODE, "topology.kubernetes.io/zone": "sandbox-a", **system},
        },
        "spec": {"podCIDR": "10.64.0.0/24", "podCIDRs": ["10.64.0.0/24"]},
        "status": {"capacity": capacity, "allocatable": capacity},
    }


def _embedded(kubeconfig: dict[str, Any]) -> dict[str, Any]:
    """Return a kubeconfig with the files that it names put into it."""
    for entry in (*(row["cluster"] for row in kubeconfig["clusters"]), *(row["user"] for row in kubeconfig["users"])):
        for key in ("certificate-authority", "client-certificate", "client-key"):
            if key in entry:
                entry[f"{key}-data"] = base64.b64encode(Path(entry.pop(key)).read_bytes()).decode()
    return kubeconfig
