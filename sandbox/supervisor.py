"""Keeps istiod running beside one instance's control plane; started by the instance as a process of its own.

It waits until the chart's Deployment and injection template exist, as a real Pod would only then start: an istiod that
is started earlier never injects. With an owner, it removes the whole instance once the owner is gone, however it ended.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from components.chart_values import ISTIO_NAMESPACE
from sandbox.instance import Instance
from sandbox.istiod import Istiod
from sandbox.kube_api import KubeApi
from sandbox.processes import command_line, is_alive
from sandbox.toolchain import Toolchain

#: An istiod that ends this often within so many seconds is given up: something is wrong that a restart does not mend.
_MAX_ENDS: Final = 5
_WITHIN_SECONDS: Final = 300.0

#: Seconds between two looks at the owner.
_OWNER_POLL: Final = 0.5


def main() -> None:
    """Supervise until SIGTERM, or until the owner is gone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the instance's folder")
    parser.add_argument("--istiod", type=Path, required=True, help="path of pilot-discovery")
    parser.add_argument("--webhook-port", type=int, required=True)
    parser.add_argument("--revision")
    parser.add_argument("--owner-pid", type=int, help="remove the instance when this process is gone")
    arguments = parser.parse_args()

    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: stop.set())
    instance = Instance(arguments.folder.name, arguments.folder)
    istiod = Istiod(arguments.istiod, arguments.webhook_port, arguments.revision)
    keeper = Keeper(istiod, instance)
    Thread(target=keeper.keep_running, daemon=True).start()
    orphaned = not _wait(stop, arguments.owner_pid)
    keeper.end()
    if orphaned:
        _log(f"process {arguments.owner_pid} is gone: removing the instance")
        instance.remove_all_but_supervisor(Toolchain())


class Keeper:
    """Starts istiod when it can work, and again when it ends by itself.

    Arguments:
        istiod: which istiod.
        instance: the sandbox that it belongs to.
    """

    def __init__(self, istiod: Istiod, instance: Instance) -> None:
        self._istiod = istiod
        self._instance = instance
        self._stop = Event()
        self._starting = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def keep_running(self) -> None:
        """Work until `end` is called, or until istiod has ended too often."""
        while not self._instance.kubeconfig.exists():  # the control plane is being made
            if self._stop.wait(0.1):
                return
        api = KubeApi(self._instance.kubeconfig)
        ends: deque[float] = deque(maxlen=_MAX_ENDS)
        while self._can_work(api):
            process = self._start()
            if process is None:
                return
            exit_code = process.wait()
            ends.append(time.monotonic())
            if len(ends) == _MAX_ENDS and ends[-1] - ends[0] < _WITHIN_SECONDS:
                _log(f"istiod ended {_MAX_ENDS} times within {_WITHIN_SECONDS:.0f} s: given up, see its log")
                return
            _log(f"istiod ended with exit code {exit_code}")
            self._stop.wait(1.0)

    def end(self) -> None:
        """End istiod, and start it no more."""
        self._stop.set()
        with self._starting:
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(timeout=3)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._instance.istiod_pid_file.path.unlink(missing_ok=True)

    def _can_work(self, api: KubeApi) -> bool:
        """Wait for what istiod needs to inject; return False when `end` is called before."""
        return (
            api.wait_for_deployment(ISTIO_NAMESPACE, self._istiod.deployment, self._stop)
            and api.wait_for_config_map(ISTIO_NAMESPACE, self._istiod.injector, self._stop)
            and not self._stop.is_set()
        )

    def _start(self) -> subprocess.Popen[bytes] | None:
        """Start istiod; return None when `end` was called before."""
        with self._starting, self._instance.istiod_log.open("ab") as log:
            if self._stop.is_set():
                return None
            self._process = subprocess.Popen(
                self._istiod.command(self._instance.kubeconfig),
                cwd=self._instance.folder,
                env=self._istiod.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            self._instance.istiod_pid_file.write(self._process.pid)
            _log(f"istiod started as process {self._process.pid}")
            return self._process


def _wait(stop: Event, owner_pid: int | None) -> bool:
    """Wait for `stop`, and return True; or for the owner's end, and return False."""
    if owner_pid is None:
        stop.wait()
        return True
    owner = command_line(owner_pid)
    while not stop.wait(_OWNER_POLL):
        if not is_alive(owner_pid) or command_line(owner_pid) != owner:
            return False
    return True


def _log(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} [{os.getpid()}] {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
