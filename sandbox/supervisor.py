"""Runs istiod beside one instance's control plane; started by the instance as a process of its own.

It is the kubelet of istiod's Pods, which kwok leaves to it (`sandbox/kwok_stages.py`). With an owner, it removes the
whole instance once the owner is gone, however it ended.
"""

import argparse
from pathlib import Path
from typing import Final

from local.kube_api import KubeApi
from local.processes import Owner
from local.supervision import log, stop_requested
from local.toolchain.toolchain import Toolchain
from sandbox.forwarder import Forwarder
from sandbox.instance import Instance
from sandbox.istiod_kubelet import Host, IstiodKubelet

#: Seconds between two looks at the owner and at the Pods.
_POLL: Final = 0.25


def main() -> None:
    """Supervise until SIGTERM, or until the owner is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the instance's folder")
    parser.add_argument("--webhook-port", type=int, required=True)
    parser.add_argument("--owner-pid", type=int, help="remove the instance when this process is gone")
    arguments = parser.parse_args()

    stop = stop_requested()
    instance = Instance(arguments.folder.name, arguments.folder)
    supervisor = Supervisor(instance, arguments.webhook_port)
    owner = Owner(arguments.owner_pid) if arguments.owner_pid else None
    while not stop.wait(_POLL) and (owner is None or owner.lives()):
        supervisor.step()
    supervisor.end()
    if not stop.is_set():
        log(f"process {arguments.owner_pid} is gone: removing the instance")
        instance.remove_all_but_supervisor()


class Supervisor:
    """Lets the kubelet work whenever the API server answers.

    Arguments:
        instance: the sandbox.
        webhook_port: port of istiod's webhooks.
    """

    def __init__(self, instance: Instance, webhook_port: int) -> None:
        self._instance = instance
        webhooks = Forwarder(webhook_port)
        self._host = Host(instance.kubeconfig, webhooks, instance.folder, instance.istiod_log, Toolchain().istiod)
        self._kubelet: IstiodKubelet | None = None
        self._trouble = ""

    def step(self) -> None:
        """Do one step, unless the control plane is being made, or its API server is away."""
        if self._kubelet is None and self._instance.kubeconfig.exists():
            self._kubelet = IstiodKubelet(KubeApi(self._instance.kubeconfig), self._host, log)
        if self._kubelet is None:
            return
        try:
            self._kubelet.step()
            self._trouble = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, the next step tries again
            if self._trouble != type(error).__name__:
                log(f"{type(error).__name__}: {error}")
            self._trouble = type(error).__name__

    def end(self) -> None:
        """End istiod."""
        if self._kubelet is not None:
            self._kubelet.end()


if __name__ == "__main__":
    main()
