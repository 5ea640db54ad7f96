"""The requests for APIs, service accounts and roles of a project (`google-beta/services/resourcemanager`)."""

from collections.abc import Sequence
from typing import Final

from tests.gcp.api.calls import Call, Inputs, UnknownInputError

#: Version of IAM policies that the provider writes (`tpgiamresource.IamPolicyVersion`); conditions need it.
_POLICY_VERSION: Final = 3


def create_service(inputs: Inputs) -> list[Call]:
    """Return the calls that enable an API, after a look whether it is enabled already."""
    return [
        *read_service(inputs),
        Call("serviceusage.services.enable", {"name": f"{_project(inputs)}/services/{inputs['service']}"}, {}),
        Call("serviceusage.operations.get", {"name": "operations/operation-1"}),
    ]


def read_service(inputs: Inputs) -> list[Call]:
    """Return the calls that tell whether an API is enabled; the provider looks for the project first."""
    return [
        Call("cloudresourcemanager.projects.get", {"projectId": inputs["project"]}),
        Call("serviceusage.services.list", {"parent": _project(inputs), "filter": "state:ENABLED"}),
    ]


def update_service(_: Inputs, __: Sequence[str]) -> list[Call]:
    """Return no call: what can change in place is the provider's own affair."""
    return []


def delete_service(inputs: Inputs) -> list[Call]:
    """Return no call: an API stays enabled when the stack goes.

    Raises:
        UnknownInputError: if the inputs ask to disable it.
    """
    if inputs.get("disableOnDestroy", True):
        raise UnknownInputError("no table of requests says how an API is disabled")
    return []


def create_account(inputs: Inputs) -> list[Call]:
    """Return the calls that make a service account."""
    account = {"displayName": inputs["displayName"]} if inputs.get("displayName") else {}
    body = {"accountId": inputs["accountId"], "serviceAccount": account}
    return [Call("iam.projects.serviceAccounts.create", {"name": _project(inputs)}, body), *read_account(inputs)]


def read_account(inputs: Inputs) -> list[Call]:
    """Return the calls that read a service account."""
    return [Call("iam.projects.serviceAccounts.get", {"name": _account(inputs)})]


def update_account(inputs: Inputs, changed: Sequence[str]) -> list[Call]:
    """Return the calls that change a service account.

    Raises:
        UnknownInputError: if something else than its shown name differs.
    """
    if set(changed) - {"displayName"}:
        raise UnknownInputError(f"no table of requests says how the account's inputs {changed} are changed")
    body = {"updateMask": "display_name", "serviceAccount": {"displayName": inputs["displayName"]}}
    return [*read_account(inputs), Call("iam.projects.serviceAccounts.patch", {"name": _account(inputs)}, body)]


def delete_account(inputs: Inputs) -> list[Call]:
    """Return the calls that delete a service account."""
    return [Call("iam.projects.serviceAccounts.delete", {"name": _account(inputs)})]


def create_member(inputs: Inputs) -> list[Call]:
    """Return the calls that give a role in a project: its policy is read, changed and written back whole."""
    return _written_policy(inputs, [{"role": inputs["role"], "members": [inputs["member"]]}])


def read_member(inputs: Inputs) -> list[Call]:
    """Return the calls that read a project's policy."""
    body = {"options": {"requestedPolicyVersion": _POLICY_VERSION}}
    return [Call("cloudresourcemanager.projects.getIamPolicy", {"resource": inputs["project"]}, body)]


def update_member(inputs: Inputs, changed: Sequence[str]) -> list[Call]:
    """Return never: each change of a member makes another one.

    Raises:
        UnknownInputError: always.
    """
    raise UnknownInputError(f"{inputs['member']}: {changed} can't be changed in place")


def delete_member(inputs: Inputs) -> list[Call]:
    """Return the calls that take a role back."""
    return _written_policy(inputs, [])


def _written_policy(inputs: Inputs, bindings: list[dict[str, object]]) -> list[Call]:
    policy = {"bindings": bindings, "etag": "BwXhqDzNQ5A=", "version": _POLICY_VERSION}
    body = {"policy": policy, "updateMask": "bindings,etag,auditConfigs"}
    return [
        *read_member(inputs),
        Call("cloudresourcemanager.projects.setIamPolicy", {"resource": inputs["project"]}, body),
        *read_member(inputs),
    ]


def _project(inputs: Inputs) -> str:
    return f"projects/{inputs['project']}"


def _account(inputs: Inputs) -> str:
    email = f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"
    return f"{_project(inputs)}/serviceAccounts/{email}"
