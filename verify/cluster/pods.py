"""What is read off Pod objects."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

#: Name of the sidecar's container; it is an init container where Kubernetes has sidecars of its own.
PROXY: Final = "istio-proxy"

Pod = Mapping[str, Any]


def name_of(pod: Pod) -> str:
    """Return a Pod's name."""
    return str(pod["metadata"]["name"])


def containers(pod: Pod) -> list[Mapping[str, Any]]:
    """Return all containers of a Pod, init containers first."""
    spec = pod["spec"]
    return [*(spec.get("initContainers") or []), *(spec.get("containers") or [])]


def statuses(pod: Pod) -> dict[str, Mapping[str, Any]]:
    """Return container -> its status, for those that have one."""
    status = pod.get("status") or {}
    listed: list[Any] = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    return {each["name"]: each for each in listed}


def is_ready(pod: Pod, container: str) -> bool:
    """Tell whether a container is ready."""
    return statuses(pod).get(container, {}).get("ready") is True


def is_over(pod: Pod) -> bool:
    """Tell whether a Pod has done its work, as those of Jobs do, or is going away."""
    return phase(pod) in {"Succeeded", "Failed"} or "deletionTimestamp" in pod["metadata"]


def phase(pod: Pod) -> str:
    """Return a Pod's phase."""
    return str((pod.get("status") or {}).get("phase", "Unknown"))


def why_not_ready(pod: Pod, container: str) -> str:
    """Return what a Pod's status says of a container that is not ready, in words."""
    state = statuses(pod).get(container, {}).get("state") or {}
    for kind in ("waiting", "terminated"):
        if kind in state:
            said = [state[kind].get("reason"), state[kind].get("message")]
            return f"{kind}: {': '.join(str(each) for each in said if each) or 'no reason given'}"
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("status") == "False" and condition.get("message"):
            return f"{condition['type']}: {condition['message']}"
    return f"phase {phase(pod)}"


def mounted_secrets(pod: Pod) -> set[str]:
    """Return the names of the Secrets without which a Pod's containers can't start."""
    volumes: Iterable[Any] = pod["spec"].get("volumes") or []
    return {each["secret"]["secretName"] for each in volumes if "secret" in each and not each["secret"].get("optional")}


def matches(pod: Pod, selector: Mapping[str, str]) -> bool:
    """Tell whether a Pod carries all labels of a selector."""
    return selector.items() <= (pod["metadata"].get("labels") or {}).items()
