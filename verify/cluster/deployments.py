"""What is read off Deployment objects."""

from collections.abc import Mapping
from typing import Any


def replicas(deployment: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many Pods of a Deployment are ready, and how many there are to be."""
    ready = (deployment.get("status") or {}).get("readyReplicas") or 0
    wanted = deployment["spec"].get("replicas")
    return int(ready), 1 if wanted is None else int(wanted)


def complaints(deployment: Mapping[str, Any]) -> list[str]:
    """Return what a Deployment's conditions complain of."""
    conditions: list[Any] = (deployment.get("status") or {}).get("conditions") or []
    return [
        f"{each['type']}: {each.get('message', '')}"
        for each in conditions
        if (each["type"] == "ReplicaFailure") == (each["status"] == "True") and each.get("message")
    ]
