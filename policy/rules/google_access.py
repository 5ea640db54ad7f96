"""Rules about who may do what in the project of Google Cloud, and what reaches its networks."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from policy.reading import at, texts
from policy.resource import Resource
from policy.rule import EVERYWHERE, ResourceRule
from policy.rules.gke import is_the_world

#: Roles over everything in a project (https://cloud.google.com/iam/docs/roles-overview#basic), and those that let their
#: holder take others.
BROAD_ROLES: Final = frozenset(
    {
        "roles/owner",
        "roles/editor",
        "roles/resourcemanager.projectIamAdmin",
        "roles/iam.securityAdmin",
        "roles/iam.serviceAccountKeyAdmin",
        "roles/iam.serviceAccountTokenCreator",
    }
)

_GRANTS: Final = frozenset(
    {
        "gcp:projects/iAMMember:IAMMember",
        "gcp:projects/iAMBinding:IAMBinding",
        "gcp:serviceaccount/iAMMember:IAMMember",
        "gcp:serviceaccount/iAMBinding:IAMBinding",
    }
)

#: Whoever there is, with a Google account and without.
_EVERYBODY: Final = frozenset({"allUsers", "allAuthenticatedUsers"})


def _broad_role(grant: Resource) -> Iterator[str]:
    role = at(grant.properties, "role")
    if role in BROAD_ROLES:
        yield f"{role} is granted, which reaches over the whole project"
    for member in (at(grant.properties, "member"), *texts(grant.properties, "members")):
        if member in _EVERYBODY:
            yield f"{role} is granted to {member}"


def _open_firewall(rule: Resource) -> Iterator[str]:
    if at(rule.properties, "direction") == "EGRESS" or not at(rule.properties, "allows"):
        return
    for network in texts(rule.properties, "sourceRanges"):
        if is_the_world(network):
            yield f"the rule lets {network} in, which is nearly everybody"


def _key_file(_key: Resource) -> Iterator[str]:
    yield "a key of a service account is made, which works from anywhere until someone revokes it"


RULES: Final = (
    ResourceRule(
        "iam-least-privilege",
        "Nobody is granted a role over the whole project, and nothing is granted to everybody.",
        Severity.CRITICAL,
        EVERYWHERE,
        "grant the narrowest predefined role, on the resource and not on the project",
        _GRANTS,
        _broad_role,
    ),
    ResourceRule(
        "iam-no-key-files",
        "Service accounts have no long-lived keys.",
        Severity.HIGH,
        EVERYWHERE,
        "use Workload Identity in the cluster, and Workload Identity Federation outside",
        frozenset({"gcp:serviceaccount/key:Key"}),
        _key_file,
    ),
    ResourceRule(
        "firewall-closed",
        "No firewall rule lets the whole internet in.",
        Severity.CRITICAL,
        EVERYWHERE,
        "name the callers' networks in sourceRanges",
        frozenset({"gcp:compute/firewall:Firewall"}),
        _open_firewall,
    ),
)
