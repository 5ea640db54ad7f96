"""What Google's API does, and what it refuses."""

from collections.abc import Mapping
from typing import Any

from tests.gcp.double.cloud import Cloud, Fault, RefusedError
from tests.gcp.double.kinds import CLUSTER, KINDS, MEMBER, NODE_POOL, SERVICE, is_of_pool


def make(cloud: Cloud, type_: str, inputs: Mapping[str, Any], fault: Fault | None = None) -> str:
    """Make a resource and return its id.

    Raises:
        RefusedError: if its API is not enabled, something that it stands on is missing, there is one already, or
            `fault` says so.
    """
    kind = KINDS[type_]
    id_ = kind.identify(inputs)
    if fault and fault in _REFUSALS:
        raise RefusedError(_REFUSALS[fault].format(**inputs))
    if kind.api and f"{inputs['project']}/{kind.api}" not in cloud.apis:
        raise RefusedError(
            f"googleapi: Error 403: {kind.api} has not been used in project {inputs['project']} before or it is "
            "disabled., SERVICE_DISABLED"
        )
    missing = [each for each in kind.needs(inputs) if each not in cloud.resources]
    if missing:
        raise RefusedError(f"googleapi: Error 404: The resource '{missing[0]}' was not found, notFound")
    if type_ == MEMBER and is_of_pool(inputs) and not _has_pool(cloud, inputs["project"]):
        raise RefusedError(
            f"googleapi: Error 400: Identity Pool does not exist ({inputs['project']}.svc.id.goog). Please check that "
            "you specified a valid resource name as returned in the `name` attribute in the configuration API., "
            "badRequest"
        )
    if id_ in cloud.resources and not kind.is_idempotent:
        raise RefusedError(f"googleapi: Error 409: The resource '{id_}' already exists, alreadyExists")
    record: dict[str, Any] = {"type": type_, "inputs": dict(inputs)}
    if type_ == SERVICE and id_ not in cloud.apis:
        cloud.apis.append(id_)
    if type_ == CLUSTER:
        record["has_default_pool"] = fault is Fault.TIMEOUT or not inputs.get("removeDefaultNodePool", False)
    cloud.resources[id_] = record
    cloud.save("create", type_, id_)
    return id_


def update(cloud: Cloud, type_: str, id_: str, inputs: Mapping[str, Any]) -> None:
    """Change a resource in place.

    Raises:
        RefusedError: if it is gone.
    """
    if id_ not in cloud.resources:
        raise RefusedError(f"googleapi: Error 404: The resource '{id_}' was not found, notFound")
    cloud.resources[id_]["inputs"] = dict(inputs)
    cloud.save("update", type_, id_)


def delete(cloud: Cloud, type_: str, id_: str) -> None:
    """Delete a resource; one that is gone is no failure. A cluster takes its node pools with it.

    Raises:
        RefusedError: if something that needs it exists.
    """
    kind = KINDS[type_]
    users = [other for other, each in cloud.resources.items() if id_ in KINDS[each["type"]].needs(each["inputs"])]
    if users and kind.is_kept_by_users:
        raise RefusedError(
            f"googleapi: Error 400: The resource '{id_}' is already being used by '{users[0]}', "
            "resourceInUseByAnotherResource"
        )
    gone = cloud.resources.pop(id_, None)
    if type_ == CLUSTER:
        for user in users:
            if cloud.resources[user]["type"] == NODE_POOL:
                del cloud.resources[user]
    if gone and type_ == SERVICE and gone["inputs"].get("disableOnDestroy", True):
        cloud.apis.remove(id_)
    cloud.save("delete", type_, id_)


def _has_pool(cloud: Cloud, project: str) -> bool:
    """Tell whether a project has an identity pool of GKE: its first cluster with Workload Identity makes it."""
    pool = {"workloadPool": f"{project}.svc.id.goog"}
    return any(each["inputs"].get("workloadIdentityConfig") == pool for each in cloud.resources.values())


#: What Google says when it refuses; placeholders are inputs.
_REFUSALS = {
    Fault.QUOTA: (
        "error creating NodePool: googleapi: Error 403: Insufficient regional quota to satisfy request: resource "
        "\"CPUS\": request requires '24.0' and is short '4.0'. project \"{project}\" has a quota of '24.0' with "
        "'20.0' available. View and manage quotas at https://console.cloud.google.com/iam-admin/quotas, forbidden"
    ),
    Fault.FORBIDDEN: (
        "Error when reading or editing Project Service {project}/{service}: googleapi: Error 403: Permission denied to "
        "enable service [{service}], forbidden"
    ),
}
