"""The kubelet of istiod's Pods, with real processes: scripts stand in for istiod, a list for the API server."""

import os
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.errors import SandboxError
from local.ports import free_ports, is_listening
from local.processes import is_alive
from sandbox import istiod_kubelet
from sandbox.forwarder import Forwarder
from sandbox.istiod import pid_file, pid_files
from sandbox.istiod_kubelet import Host, IstiodKubelet

#: Answers as istiod does, but not while the file `slow` is in its working directory; with `broken` it ends at once.
ISTIOD = f"""\
#!{sys.executable}
import http.server, os, pathlib, sys, threading
if pathlib.Path("broken").exists():
    sys.exit(3)
pathlib.Path("started").open("a").write(pathlib.Path(sys.argv[0]).name + " " + os.environ["REVISION"] + "\\n")
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if pathlib.Path("slow").exists() else 200)
        self.end_headers()
        self.wfile.write(pathlib.Path(sys.argv[0]).name.encode())
    def log_message(self, *_):
        pass
options = dict(word.split("=", 1) for word in sys.argv[2:])
ports = [int(options[name].rpartition(":")[2]) for name in ("--httpAddr", "--httpsAddr")]
servers = [http.server.HTTPServer(("127.0.0.1", port), Handler) for port in ports]
threading.Thread(target=servers[1].serve_forever, daemon=True).start()
servers[0].serve_forever()
"""


class Api:
    """Istio's namespace in an API server, as far as the kubelet asks for it."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.config_maps = {"istio-sidecar-injector"}
        self.patches = 0

    def pods(self, namespace: str, labels: str) -> Sequence[Mapping[str, Any]]:
        assert (namespace, labels) == ("istio-system", "app=istiod")
        return self.items

    def has_config_map(self, namespace: str, name: str) -> bool:
        assert namespace == "istio-system"
        return name in self.config_maps

    def patch_pod_status(self, namespace: str, name: str, status: Mapping[str, Any]) -> None:
        assert namespace == "istio-system"
        self.patches += 1
        self.named(name)["status"] |= status

    def add(self, name: str, release: str, revision: str = "default") -> None:
        """Add a Pod, newer than those there are; the part of its name before `-` is its ReplicaSet."""
        self.items.append(
            {
                "metadata": {
                    "name": name,
                    "uid": name,
                    "creationTimestamp": f"2026-09-01T12:00:{len(self.items):02}Z",
                    "labels": {"pod-template-hash": name.partition("-")[0], "istio.io/rev": revision},
                },
                "spec": {
                    "nodeName": "sandbox-node-1",
                    "containers": [{"name": "discovery", "image": f"docker.io/istio/pilot:{release}"}],
                },
                "status": {"phase": "Pending", "podIP": "10.64.0.1"},
            }
        )

    def remove(self, name: str) -> None:
        self.items.remove(self.named(name))

    def named(self, name: str) -> dict[str, Any]:
        return next(pod for pod in self.items if pod["metadata"]["name"] == name)

    def ready(self, name: str) -> bool:
        conditions: list[dict[str, str]] = self.named(name)["status"].get("conditions", [])
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)

    def state(self, name: str) -> dict[str, Any]:
        return self.named(name)["status"]["containerStatuses"][0]["state"]


class Trial:
    """A kubelet with its API server, and a folder with the istiods of two releases."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.api = Api()
        self.said: list[str] = []
        self.pid_file = pid_file(folder)
        (self.port,) = free_ports(1)
        for release in ("1.26.0", "1.27.0"):
            self.build(release)
        host = Host(folder / "kubeconfig.yaml", Forwarder(self.port), folder, folder / "istiod.log", self._program)
        self.kubelet = IstiodKubelet(self.api, host, self.said.append)

    def build(self, release: str) -> None:
        program = self.folder / f"pilot-discovery-{release}"
        program.write_text(ISTIOD)
        program.chmod(0o755)

    def run(self, name: str, release: str, revision: str = "default") -> None:
        """Add a Pod and let the kubelet work until it is ready."""
        self.api.add(name, release, revision)
        self.until(lambda: self.api.ready(name))

    def until(self, condition: Callable[[], bool]) -> None:
        """Let the kubelet work until a condition holds."""
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, self.said
            self.kubelet.step()
            time.sleep(0.01)

    def started(self) -> list[str]:
        """Return `<program> <revision>` of every istiod that has come to work so far."""
        file = self.folder / "started"
        return file.read_text().splitlines() if file.exists() else []

    def answering(self) -> str:
        """Return which program answers at the port of the webhooks."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}", timeout=5) as answer:
            return answer.read().decode()

    def _program(self, release: str) -> Path:
        program = self.folder / f"pilot-discovery-{release}"
        if not program.exists():
            raise SandboxError("missing")
        return program


@pytest.fixture
def trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Trial]:
    monkeypatch.setattr(istiod_kubelet, "_RESTART_DELAY", 0.0)
    made = Trial(tmp_path)
    yield made
    made.kubelet.end()
    assert pid_files(tmp_path) == []
    assert not is_listening(made.port)


def test_without_pods_nothing_runs(trial: Trial) -> None:
    trial.kubelet.step()

    assert trial.pid_file.running() is None


def test_a_pod_is_ready_once_its_istiod_answers_and_not_before(trial: Trial) -> None:
    (trial.folder / "slow").touch()
    trial.api.add("a-1", "1.27.0")

    trial.until(lambda: len(trial.started()) == 1)
    trial.kubelet.step()
    before = trial.api.ready("a-1"), is_listening(trial.port)
    (trial.folder / "slow").unlink()
    trial.until(lambda: trial.api.ready("a-1"))

    assert before == (False, False)
    assert is_listening(trial.port)
    assert trial.api.named("a-1")["status"]["phase"] == "Running"


def test_nothing_is_written_while_nothing_changes(trial: Trial) -> None:
    trial.run("a-1", "1.27.0")
    written = trial.api.patches

    trial.kubelet.step()
    trial.kubelet.step()

    assert trial.api.patches == written


def test_an_older_istiod_goes_on_until_the_newer_one_answers_and_its_pod_is_gone(trial: Trial) -> None:
    trial.run("a-1", "1.26.0")
    older = trial.pid_file.running()
    assert older is not None

    (trial.folder / "slow").touch()
    trial.api.add("b-1", "1.27.0")
    trial.until(lambda: len(trial.started()) == 2)
    trial.kubelet.step()
    meanwhile = trial.api.ready("a-1"), trial.api.ready("b-1"), trial.pid_file.running()
    (trial.folder / "slow").unlink()
    trial.until(lambda: trial.api.ready("b-1"))
    answering, both_run = trial.answering(), is_alive(older)
    trial.api.remove("a-1")
    trial.kubelet.step()

    assert meanwhile == (True, False, older)
    assert answering == "pilot-discovery-1.27.0"
    assert both_run
    assert not is_alive(older)
    assert trial.answering() == "pilot-discovery-1.27.0"


def test_each_pod_gets_the_istiod_of_its_release(trial: Trial) -> None:
    trial.run("a-1", "1.27.0")

    trial.run("b-1", "1.26.0")

    assert trial.answering() == "pilot-discovery-1.26.0"
    assert trial.started() == ["pilot-discovery-1.27.0 default", "pilot-discovery-1.26.0 default"]


def test_a_release_that_the_sandbox_lacks_is_an_image_that_cannot_be_pulled(trial: Trial) -> None:
    trial.run("a-1", "1.26.0")

    trial.api.add("b-1", "1.30.0")
    trial.kubelet.step()

    assert trial.api.state("b-1")["waiting"] == {
        "reason": "ErrImagePull",
        "message": "the sandbox has no istiod 1.30.0, only 1.15.0, 1.26.0, 1.27.0, 1.31.0",
    }
    assert trial.said[-1].startswith("Pod b-1: ErrImagePull: the sandbox has no istiod 1.30.0")
    assert trial.api.ready("a-1")
    assert trial.answering() == "pilot-discovery-1.26.0"


def test_a_release_that_is_not_built_yet_runs_once_it_is(trial: Trial) -> None:
    trial.api.add("a-1", "1.15.0")
    trial.kubelet.step()
    waiting = trial.api.state("a-1")["waiting"]

    trial.build("1.15.0")
    trial.until(lambda: trial.api.ready("a-1"))

    assert waiting["message"] == "istiod 1.15.0 is not built yet: run make up, or make preview, which build it"
    assert trial.started() == ["pilot-discovery-1.15.0 default"]


def test_istiod_waits_for_its_injection_template(trial: Trial) -> None:
    trial.api.config_maps.clear()
    trial.api.add("a-1", "1.27.0")
    trial.kubelet.step()
    waiting = trial.api.state("a-1")["waiting"]

    trial.api.config_maps.add("istio-sidecar-injector")
    trial.until(lambda: trial.api.ready("a-1"))

    assert waiting["reason"] == "ContainerCreating"


def test_a_revision_is_the_one_of_the_pod(trial: Trial) -> None:
    trial.api.config_maps = {"istio-sidecar-injector-canary"}
    trial.run("a-1", "1.27.0", revision="canary")

    assert trial.started() == ["pilot-discovery-1.27.0 canary"]


def test_replicas_share_one_istiod(trial: Trial) -> None:
    trial.api.add("a-1", "1.27.0")
    trial.api.add("a-2", "1.27.0")

    trial.until(lambda: trial.api.ready("a-1") and trial.api.ready("a-2"))

    assert len(trial.started()) == 1


def test_an_istiod_that_ends_by_itself_is_started_again_and_its_pod_not_ready_until_then(trial: Trial) -> None:
    trial.run("a-1", "1.27.0")
    first = trial.pid_file.running()
    assert first is not None

    (trial.folder / "slow").touch()
    os.kill(first, 9)
    trial.until(lambda: not trial.api.ready("a-1"))
    (trial.folder / "slow").unlink()
    trial.until(lambda: trial.api.ready("a-1"))

    assert trial.pid_file.running() not in {None, first}
    assert "istiod 1.27.0 ended with exit code -9" in trial.said


def test_an_istiod_that_keeps_ending_is_given_up_until_there_is_another_pod(trial: Trial) -> None:
    (trial.folder / "broken").touch()
    trial.api.add("a-1", "1.27.0")

    trial.until(lambda: trial.said[-1:] != [] and "CrashLoopBackOff" in trial.said[-1])
    given_up = trial.api.state("a-1")["waiting"]
    (trial.folder / "broken").unlink()
    trial.run("b-1", "1.27.0")

    assert given_up["reason"] == "CrashLoopBackOff"
    assert given_up["message"].startswith("istiod ended 5 times within 300 s")


def test_a_pod_that_replaces_a_deleted_one_gets_an_istiod_of_its_own(trial: Trial) -> None:
    trial.run("a-1", "1.27.0")

    trial.api.remove("a-1")
    trial.run("a-2", "1.27.0")

    assert len(trial.started()) == 2


def test_when_the_last_pod_is_gone_istiod_ends(trial: Trial) -> None:
    trial.run("a-1", "1.27.0")
    running = trial.pid_file.running()
    assert running is not None

    trial.api.remove("a-1")
    trial.kubelet.step()

    assert not is_alive(running)
    assert not trial.pid_file.path.exists()
