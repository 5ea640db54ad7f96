"""What is read off Deployment objects."""

from collections.abc import Mapping
from typing import Any

from common.plain import at, list_at


def replicas(deployment: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many Pods of a Deployment are ready, and how many there are to be."""
    wanted = at(deployment, "spec", "replicas")
    return int(at(deployment, "status", "readyReplicas") or 0), 1 if wanted is None else int(wanted)


def complaints(deployment: Mapping[str, Any]) -> list[str]:
    """Return what a Deployment's conditions complain of."""
    return [
        f"{each['type']}: {each['message']}"
        for each in list_at(deployment, "status", "conditions")
        if (each["type"] == "ReplicaFailure") == (each["status"] == "True") and each.get("message")
    ]
