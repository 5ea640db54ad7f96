"""What a kubelet does for istiod's Pods: runs the release that they ask for, and says how it goes in their status."""

import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from components.constants.names import ISTIO_NAMESPACE
from local.errors import SandboxError
from local.toolchain.programs import ISTIO_TOOLS
from sandbox import istiod
from sandbox.forwarder import Forwarder
from sandbox.istiod import Istiod
from sandbox.istiod_pods import APP, IstiodPod, Report, is_reported, status, to_run

#: An istiod that ends this often within so many seconds is given up: something is wrong that a restart does not fix.
_MAX_ENDS: Final = 5
_WITHIN_SECONDS: Final = 300.0

#: Seconds between an istiod's end and the next start.
_RESTART_DELAY: Final = 1.0


class PodApi(Protocol):
    """What the kubelet asks of the API server."""

    def pods(self, namespace: str, labels: str) -> Sequence[Mapping[str, Any]]:
        """Return the Pods that a label selector selects, as the API has them."""
        ...

    def has_config_map(self, namespace: str, name: str) -> bool:
        """Tell whether a ConfigMap exists."""
        ...

    def patch_pod_status(self, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        """Merge `status` into the status of a Pod, if it still exists."""
        ...


@dataclass(frozen=True)
class Host:
    """Where and how this machine runs istiod.

    Arguments:
        kubeconfig: the kubeconfig for istiod.
        webhooks: hands the webhooks' port on to the istiod that answers them.
        folder: its working directory; also of the files that name its processes.
        log: receives what it prints.
        program: finds `pilot-discovery` of a release; raises SandboxError if it is not built.
    """

    kubeconfig: Path
    webhooks: Forwarder
    folder: Path
    log: Path
    program: Callable[[str], Path]


@dataclass
class _Run:
    """The istiod of one ReplicaSet from its first start on, restarts included.

    Arguments:
        pod: the Pod that it was started for.
        istiod: what runs; None before the first start.
        process: its process; None before the start and between an end and the next start.
        ready: whether it has answered since its start.
        ends: when it ended by itself, the last few times.
    """

    pod: IstiodPod
    istiod: Istiod | None = None
    process: "subprocess.Popen[bytes] | None" = None
    ready: bool = False
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_ENDS))

    @property
    def is_given_up(self) -> bool:
        """Whether it has ended so often that it is started no more."""
        return len(self.ends) == _MAX_ENDS and self.ends[-1] - self.ends[0] < _WITHIN_SECONDS


class IstiodKubelet:
    """Runs one istiod for each ReplicaSet, as long as it has Pods; the newest that answers gets the webhooks.

    So an older istiod goes on until the newer one answers and the Deployment removes its Pod, as in any cluster.

    Arguments:
        api: the API server.
        host: how this machine runs istiod.
        log: receives a line for whatever happens.
    """

    def __init__(self, api: PodApi, host: Host, log: Callable[[str], None]) -> None:
        self._api = api
        self._host = host
        self._log = log
        self._runs: dict[str, _Run] = {}
        self._serving: subprocess.Popen[bytes] | None = None

    def step(self) -> None:
        """Look at the Pods once: start, restart or end istiods as they want it, and write what they don't say yet."""
        pods = to_run(self._api.pods(ISTIO_NAMESPACE, f"app={APP}"))
        names = {pod.name for pod in pods}
        for template in [template for template, run in self._runs.items() if run.pod.name not in names]:
            self._stop(self._runs.pop(template))
        reports = {pod.template: self._hindrance(pod) or self._proceed(pod) for pod in pods}
        self._hand_webhooks_on([pod.template for pod in pods])
        for pod in pods:
            self._write(pod, reports[pod.template])

    def end(self) -> None:
        """End every istiod."""
        for run in self._runs.values():
            self._stop(run)
        self._runs.clear()
        self._hand_webhooks_on([])

    def _proceed(self, pod: IstiodPod) -> Report:
        """Bring the run of a Pod one step further, and return what is to be said about it."""
        run = self._runs.setdefault(pod.template, _Run(pod))
        self._notice_end(run)
        if run.is_given_up:
            return Report(
                ready=False,
                reason="CrashLoopBackOff",
                message=f"istiod ended {_MAX_ENDS} times within {_WITHIN_SECONDS:.0f} s: see {self._host.log}",
            )
        if run.process is None:
            if run.ends and time.monotonic() - run.ends[-1] < _RESTART_DELAY:
                return Report(ready=False)
            # Without its injection template it would never inject.
            if not self._api.has_config_map(ISTIO_NAMESPACE, istiod.injector(run.pod.revision)):
                return Report(ready=False, reason="ContainerCreating")
            self._start(run)
        if not run.ready and run.istiod is not None and run.istiod.is_ready():
            run.ready = True
            self._log(f"istiod {run.pod.release} answers")
        return Report(ready=run.ready)

    def _hand_webhooks_on(self, templates: Sequence[str]) -> None:
        """Let the istiod that answers, of the last of `templates`, have the webhooks."""
        runs = (self._runs.get(template) for template in reversed(templates))
        ready = ((run.process, run.istiod) for run in runs if run is not None and run.ready)
        process, answering = next(ready, (None, None))
        if process is self._serving:
            return
        self._host.webhooks.forward_to(answering.webhook_port if answering else None)
        self._serving = process
        file = istiod.pid_file(self._host.folder)
        if process is None:
            file.path.unlink(missing_ok=True)
        else:
            file.write(process.pid)

    def _hindrance(self, pod: IstiodPod) -> Report | None:
        """Return why a Pod's release can't be run on this machine; None if it can."""
        if pod.release not in ISTIO_TOOLS:
            return _cannot_pull(f"the sandbox has no istiod {pod.release}, only {', '.join(ISTIO_TOOLS)}")
        try:
            self._host.program(pod.release)
        except SandboxError:
            return _cannot_pull(f"istiod {pod.release} is not built yet: run make up, or make preview, which build it")
        return None

    def _start(self, run: _Run) -> None:
        pod, host = run.pod, self._host
        run.istiod = Istiod(host.program(pod.release), host.kubeconfig, pod.revision, pod.environment)
        run.process = istiod.start(run.istiod, host.folder, host.log)
        run.ready = False
        istiod.pid_file(host.folder, pod.template).write(run.process.pid)
        self._log(f"istiod {pod.release} started as process {run.process.pid} for Pod {pod.name}")

    def _stop(self, run: _Run) -> None:
        if run.process is not None:
            istiod.stop(run.process)
            self._log(f"istiod {run.pod.release} stopped")
        istiod.pid_file(self._host.folder, run.pod.template).path.unlink(missing_ok=True)

    def _notice_end(self, run: _Run) -> None:
        if run.process is None or run.process.poll() is None:
            return
        self._log(f"istiod {run.pod.release} ended with exit code {run.process.returncode}")
        run.process, run.ready = None, False
        run.ends.append(time.monotonic())

    def _write(self, pod: IstiodPod, report: Report) -> None:
        if is_reported(pod, report):
            return
        if report.message:
            self._log(f"Pod {pod.name}: {report.reason}: {report.message}")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._api.patch_pod_status(ISTIO_NAMESPACE, pod.name, status(pod, report, now))


def _cannot_pull(message: str) -> Report:
    return Report(ready=False, reason="ErrImagePull", message=message)
