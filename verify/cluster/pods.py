"""What is read off Pod objects."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from common.plain import at, list_at, map_at

#: Name of the sidecar's container; it is an init container where Kubernetes has sidecars of its own.
PROXY: Final = "istio-proxy"

Pod = Mapping[str, Any]


def name_of(pod: Pod) -> str:
    """Return a Pod's name."""
    return str(pod["metadata"]["name"])


def containers(pod: Pod) -> list[Mapping[str, Any]]:
    """Return all containers of a Pod, init containers first."""
    return [*list_at(pod, "spec", "initContainers"), *list_at(pod, "spec", "containers")]


def statuses(pod: Pod) -> dict[str, Mapping[str, Any]]:
    """Return container -> its status, for those that have one."""
    listed = [*list_at(pod, "status", "initContainerStatuses"), *list_at(pod, "status", "containerStatuses")]
    return {each["name"]: each for each in listed}


def is_ready(pod: Pod, container: str) -> bool:
    """Tell whether a container is ready."""
    return at(statuses(pod), container, "ready") is True


def ready_pod(pods: Iterable[Pod], selector: Mapping[str, str]) -> Pod | None:
    """Return a Pod that a selector chooses, that stays, and whose sidecar is ready; `None` if there is none."""
    chosen = (pod for pod in pods if matches(pod, selector) and is_ready(pod, PROXY) and not is_over(pod))
    return next(chosen, None)


def is_over(pod: Pod) -> bool:
    """Tell whether a Pod has done its work, as those of Jobs do, or is going away."""
    return phase(pod) in {"Succeeded", "Failed"} or "deletionTimestamp" in pod["metadata"]


def phase(pod: Pod) -> str:
    """Return a Pod's phase."""
    return str(at(pod, "status", "phase") or "Unknown")


def why_not_ready(pod: Pod, container: str) -> str:
    """Return what a Pod's status says of a container that is not ready, in words."""
    state = map_at(statuses(pod), container, "state")
    for kind in ("waiting", "terminated"):
        if kind in state:
            said = [at(state, kind, "reason"), at(state, kind, "message")]
            return f"{kind}: {': '.join(str(each) for each in said if each) or 'no reason given'}"
    for condition in list_at(pod, "status", "conditions"):
        if condition.get("status") == "False" and condition.get("message"):
            return f"{condition['type']}: {condition['message']}"
    return f"phase {phase(pod)}"


def mounted_secrets(pod: Pod) -> set[str]:
    """Return the names of the Secrets without which a Pod's containers can't start."""
    secrets = [each["secret"] for each in list_at(pod, "spec", "volumes") if "secret" in each]
    return {str(secret["secretName"]) for secret in secrets if not secret.get("optional")}


def matches(pod: Pod, selector: Mapping[str, str]) -> bool:
    """Tell whether a Pod carries all labels of a selector."""
    return selector.items() <= map_at(pod, "metadata", "labels").items()
