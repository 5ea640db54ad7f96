"""How istiod is started on this machine, and what its Pods' data says."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.istiod import Istiod, injector
from sandbox.istiod_pods import Report, is_reported, status, to_run


def istiod(revision: str | None = None, **variables: str) -> Istiod:
    return Istiod(Path("/bin/pilot-discovery"), Path("/k.yaml"), revision, variables)


def pod(name: str = "istiod-1", image: str = "docker.io/istio/pilot:1.27.0", **metadata: Any) -> dict[str, Any]:
    """Make a Pod of istiod as it is once it has an address."""
    labels = {"app": "istiod", "pod-template-hash": "abc", "istio.io/rev": "default"}
    environment: list[dict[str, Any]] = [
        {"name": "PILOT_TRACE_SAMPLING", "value": "50"},
        {"name": "POD_IP", "valueFrom": {}},
    ]
    return {
        "metadata": {
            "name": name,
            "uid": name,
            "creationTimestamp": "2026-09-01T12:00:00Z",
            "labels": labels,
            **metadata,
        },
        "spec": {
            "nodeName": "sandbox-node-1",
            "containers": [{"name": "discovery", "image": image, "env": environment}],
        },
        "status": {"phase": "Pending", "podIP": "10.64.0.1"},
    }


def test_all_servers_of_istiod_listen_on_the_loopback_address() -> None:
    one = istiod()
    command = one.command

    addresses = [word.partition("=")[2] for word in command if "Addr=" in word or "_address=" in word]
    assert len(addresses) == 6
    assert all(address.startswith("127.0.0.1") for address in addresses)
    assert f"--httpsAddr=127.0.0.1:{one.webhook_port}" in command
    assert len(set(one.ports)) == len(one.ports)


def test_istiod_of_every_release_has_the_name_that_it_has_in_its_container() -> None:
    assert istiod().command[0] == "pilot-discovery"


@pytest.mark.parametrize(
    ("revision", "injection", "validation"),
    [
        (None, "istio-sidecar-injector", "istio-validator-istio-system"),
        ("canary", "istio-sidecar-injector-canary", "istio-validator-canary-istio-system"),
    ],
)
def test_istiod_knows_the_webhooks_of_its_revision(revision: str | None, injection: str, validation: str) -> None:
    environment = istiod(revision).environment

    assert environment["INJECTION_WEBHOOK_CONFIG_NAME"] == injection == injector(revision)
    assert environment["VALIDATION_WEBHOOK_CONFIG_NAME"] == validation
    assert environment["ISTIOD_CUSTOM_HOST"] == "127.0.0.1"


def test_variables_of_its_container_reach_istiod_but_not_paths_that_only_a_pod_has() -> None:
    environment = istiod(PILOT_TRACE_SAMPLING="50", KUBECONFIG="/var/run/secrets/remote/config").environment

    assert environment["PILOT_TRACE_SAMPLING"] == "50"
    assert environment["KUBECONFIG"] == "/k.yaml"


def test_an_istiod_that_nobody_has_started_is_not_ready() -> None:
    assert not istiod().is_ready()


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/istio/pilot:1.26.0",
        "docker.io/istio/pilot:1.26.0-distroless",
        "localhost:5000/istio/pilot:1.26.0-debug",
        "docker.io/istio/pilot:1.26.0@sha256:0123",
    ],
)
def test_the_release_is_the_tag_of_the_image(image: str) -> None:
    (found,) = to_run([pod(image=image)])

    assert found.release == "1.26.0"


@pytest.mark.parametrize("image", ["docker.io/istio/pilot", "localhost:5000/istio/pilot"])
def test_an_image_without_a_tag_names_no_release(image: str) -> None:
    (found,) = to_run([pod(image=image)])

    assert found.release == ""


def test_only_values_of_the_container_are_its_variables() -> None:
    (found,) = to_run([pod()])

    assert found.environment == {"PILOT_TRACE_SAMPLING": "50"}


def test_pods_without_a_node_or_an_address_and_pods_that_end_are_not_run() -> None:
    unscheduled, without_address, failed = pod(), pod(), pod()
    del unscheduled["spec"]["nodeName"]
    del without_address["status"]["podIP"]
    failed["status"]["phase"] = "Failed"

    assert to_run([unscheduled, without_address, failed, pod(deletionTimestamp="2026-09-01T12:00:00Z")]) == []


def test_the_newest_pod_is_the_last_one() -> None:
    pods = [pod("new", creationTimestamp="2026-09-01T12:00:01Z"), pod("old", creationTimestamp="2026-09-01T11:59:59Z")]

    assert [found.name for found in to_run(pods)] == ["old", "new"]


@pytest.mark.parametrize(
    ("report", "phase", "ready"),
    [
        (Report(ready=True), "Running", "True"),
        (Report(ready=False), "Running", "False"),
        (Report(ready=False, reason="ErrImagePull", message="no such release"), "Pending", "False"),
    ],
    ids=["ready", "starting", "waiting"],
)
def test_a_written_status_is_read_as_what_was_reported(report: Report, phase: str, ready: str) -> None:
    document = pod()
    (before,) = to_run([document])
    written = status(before, report, "2026-09-01T12:00:00Z")
    (after,) = to_run([document | {"status": document["status"] | written}])

    assert not is_reported(before, report)
    assert is_reported(after, report)
    assert written["phase"] == phase
    assert {each["type"]: each["status"] for each in written["conditions"]}["Ready"] == ready


def test_a_pod_that_has_run_never_becomes_pending_again() -> None:
    document = pod()
    document["status"]["phase"] = "Running"
    (running,) = to_run([document])

    written = status(running, Report(ready=False, reason="CrashLoopBackOff"), "2026-09-01T12:00:00Z")

    assert written["phase"] == "Running"
