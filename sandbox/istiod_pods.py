"""istiod's Pods as the API server has them: which release each asks for, and what is reported about it.

Plain data in, plain data out; nothing here talks to anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from common.images import release_of

#: Value of the label `app` on istiod's Pods.
APP: Final = "istiod"

#: Name of istiod's container in the Pods of every release.
_CONTAINER: Final = "discovery"

#: Phases of Pods that will not run again.
_ENDED: Final = frozenset({"Failed", "Succeeded"})

_READY_CONDITIONS: Final = ("Initialized", "Ready", "ContainersReady")


@dataclass(frozen=True)
class IstiodPod:
    """One Pod of istiod that is to run: scheduled to a node, with an address, not being deleted.

    Arguments:
        name: its name.
        template: what it has in common with the other replicas of its ReplicaSet, and with no Pod of another.
        image: image of istiod's container.
        revision: Istio revision; None for the default one.
        environment: the variables that its container is given by value.
        containers: names and images of its containers.
        status: its status.
    """

    name: str
    template: str
    image: str
    revision: str | None
    environment: Mapping[str, str] = field(repr=False)
    containers: Mapping[str, str] = field(repr=False)
    status: Mapping[str, Any] = field(repr=False)

    @property
    def release(self) -> str:
        """The Istio release, from the image's tag; empty without one."""
        return release_of(self.image)


@dataclass(frozen=True)
class Report:
    """What a kubelet would say about all containers of a Pod.

    Arguments:
        ready: whether the Pod is ready.
        reason: what its containers wait for, as one word; empty if they run.
        message: the reason in words.
    """

    ready: bool
    reason: str = ""
    message: str = ""


def to_run(pods: Sequence[Mapping[str, Any]]) -> list[IstiodPod]:
    """Return those of the API server's Pods that are to run, the newest last."""
    found = [
        pod
        for pod in pods
        if pod["spec"].get("nodeName")
        and pod["status"].get("podIP")
        and pod["status"].get("phase") not in _ENDED
        and not pod["metadata"].get("deletionTimestamp")
        and any(container["name"] == _CONTAINER for container in pod["spec"]["containers"])
    ]
    return [_parse(pod) for pod in sorted(found, key=lambda pod: pod["metadata"]["creationTimestamp"])]


def is_reported(pod: IstiodPod, report: Report) -> bool:
    """Tell whether the Pod's status says the same as `report`, so that nothing needs to be written."""
    conditions: dict[str, str] = {each["type"]: each["status"] for each in pod.status.get("conditions", [])}
    containers: list[Mapping[str, Any]] = pod.status.get("containerStatuses", [])
    if {each["name"] for each in containers} != set(pod.containers):
        return False
    return all(conditions.get(name) == _truth(report, name) for name in _READY_CONDITIONS) and all(
        each.get("ready", False) == report.ready and _says(each.get("state", {}), report) for each in containers
    )


def status(pod: IstiodPod, report: Report, now: str) -> dict[str, Any]:
    """Return the status to merge into the Pod's own.

    Arguments:
        pod: the Pod.
        report: what to say.
        now: the time, as the API has it: `2026-09-01T12:00:00Z`.
    """
    never_ran = report.reason != "" and pod.status.get("phase") == "Pending"
    conditions = [
        {"type": name, "status": _truth(report, name), "lastTransitionTime": now} for name in _READY_CONDITIONS
    ]
    containers = [
        {
            "name": name,
            "image": image,
            "imageID": "",
            "ready": report.ready,
            "started": report.ready,
            "restartCount": 0,
            "state": {"waiting": _waiting(report)} if report.reason else {"running": {"startedAt": now}},
        }
        for name, image in pod.containers.items()
    ]
    return {"phase": "Pending" if never_ran else "Running", "conditions": conditions, "containerStatuses": containers}


def _parse(pod: Mapping[str, Any]) -> IstiodPod:
    metadata, spec = pod["metadata"], pod["spec"]
    labels: Mapping[str, str] = metadata.get("labels", {})
    istiod = next(container for container in spec["containers"] if container["name"] == _CONTAINER)
    revision = labels.get("istio.io/rev", "default")
    return IstiodPod(
        name=metadata["name"],
        template=labels.get("pod-template-hash", metadata["uid"]),
        image=istiod["image"],
        revision=None if revision == "default" else revision,
        environment={each["name"]: each["value"] for each in istiod.get("env", []) if "value" in each},
        containers={container["name"]: container["image"] for container in spec["containers"]},
        status=pod["status"],
    )


def _says(state: Mapping[str, Mapping[str, Any]], report: Report) -> bool:
    if not report.reason:
        return "running" in state
    return {"message": "", **state.get("waiting", {})} == _waiting(report)


def _waiting(report: Report) -> dict[str, str]:
    return {"reason": report.reason, "message": report.message}


def _truth(report: Report, condition: str) -> str:
    """Return the status of a Pod's condition: istiod's Pods have no init containers, so they are always initialised."""
    return str(report.ready or condition == "Initialized")
