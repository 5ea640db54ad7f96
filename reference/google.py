"""The page on what is known of Google's half without Google: what was checked, the request, and the roles."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from components.cluster.gke.node_account import NODE_ROLE
from components.cluster.gke.trace_writer import TRACE_ROLE
from reference.stacks.recordings import recordings
from reference.writing import COMMAND, note, table
from tests.gcp.api.calls import Call, Inputs
from tests.gcp.api.checking import SENT_ALL_THE_SAME, VALUES_ALL_THE_SAME, examined
from tests.gcp.api.descriptions import VERSIONS, document
from tests.gcp.api.permissions import BEYOND_METHODS, DEPLOYER, GRANTER, PERMISSIONS, Role, methods, roles
from tests.gcp.api.resources import CALLS, created
from tests.gcp.double.kinds import CLUSTER
from tests.gcp.facts import ResourceFacts, Together, cluster_facts, provider_facts

#: The stack whose cluster the page shows.
STACK: Final = "prod"

#: Id of each role -> its file.
ROLES: Final = {each: Path(f"deploy/google/{each}.yaml") for each in (DEPLOYER, GRANTER)}

#: Predefined roles that would do instead, and how many permissions each has, counted in August 2026 in
#: github.com/iann0036/iam-dataset, commit 2073fa52ac00, `gcp/roles`.
PREDEFINED: Final[Mapping[str, int]] = {
    "roles/container.admin": 434,
    "roles/compute.networkAdmin": 965,
    "roles/compute.securityAdmin": 170,
    "roles/iam.serviceAccountAdmin": 19,
    "roles/iam.serviceAccountUser": 5,
    "roles/resourcemanager.projectIamAdmin": 9,
    "roles/serviceusage.serviceUsageAdmin": 24,
}


def page() -> str:
    """Return the page."""
    facts = cluster_facts()
    parts = [
        "# What is known of Google Cloud without it\n",
        note("reference/google.py and tests/gcp"),
        _INTRODUCTION.format(apis=table(("API", "described as of"), _described())),
        "## What was checked\n",
        _CHECKED.format(stack=STACK, table=table(_HEAD, _rows())),
        "## What the provider sends although Google calls it deprecated or output only\n",
        table(("field", "because"), _sent_all_the_same()),
        f"## What `{STACK}` asks of GKE\n",
        _REQUEST.format(
            stack=STACK, call=_cluster_call().line, body=json.dumps(_cluster_call().body, indent=2, sort_keys=True)
        ),
        "## Who was granted the same\n",
        _GRANTED.format(recordings=facts.recordings, stack=STACK, asked=table(("field", "recorded in"), _asked())),
        table(("field that no recording has", "name in the acceptance tests"), _never_recorded()),
        "Together with one another nobody was seen to ask for:\n",
        table(("what", "fields", "what is not known"), map(_together, facts.never_together)),
        "## What whoever runs Pulumi may do\n",
        _ROLES.format(
            node_role=NODE_ROLE,
            trace_role=TRACE_ROLE,
            count=sum(len(each.permissions) for each in _made_roles()),
            predefined=sum(PREDEFINED.values()),
            roles=table(("predefined role", "permissions"), ((f"`{role}`", f"{n}") for role, n in PREDEFINED.items())),
        ),
        table(("permission", "needed by"), _permissions()),
    ]
    return "\n".join(parts)


def role_file(id_: str) -> str:
    """Return a role as a file for `gcloud iam roles create --file`."""
    (role,) = (each for each in _made_roles() if each.id == id_)
    document_ = {
        "title": role.title,
        "description": role.description,
        "stage": "GA",
        "includedPermissions": list(role.permissions),
    }
    return f"# Written by `{COMMAND}`; docs/google.md says who gets it.\n{yaml.safe_dump(document_, sort_keys=False)}"


_INTRODUCTION: Final = """
No test of this project talks to Google. Three things that Google and Pulumi have written stand in for it, each read
where it lies; what was found is in tables below `tests/gcp`, and this page is made from them.

1. **Google's descriptions of its APIs** (discovery documents, from the package `google-api-python-client`). Every
   call that the test double of Google's provider makes, and every one that the stacks would lead to, is held against
   them: fields that there are not, wrong types, enums, patterns and ranges, fields that only Google sets, deprecated
   ones, what the URL needs. The double refuses such a request as Google would. `python -m pytest tests/gcp/api`
2. **Recorded conversations of the genuine provider** with Google Cloud. What it fills in and answers is compared with
   the double, property by property. `python -m pytest tests/gcp/test_recordings.py`
3. **Recorded requests that Google granted**, from other people's clusters.

{apis}
**What this can't show.** Values that Google's description leaves open (a machine type that a zone lacks, a range that
overlaps), quotas, what IAM lets somebody do, and how long things take. How inputs become requests was read
in Google's provider and written down by hand; an input that these tables lack is an error, so that none is missing
unnoticed.
"""

_CHECKED: Final = """\
Fields, enums and patterns are those of the calls that make a resource in `{stack}`. Recorded properties are what the
genuine provider was seen to fill in or to answer; a difference has its reason in `tests/gcp/facts/provider.yaml`.

{table}"""

_HEAD: Final = (
    *("resource", "calls", "fields checked", "of which enums", "of which patterns"),
    *("recorded conversations", "properties compared", "alike", "differences explained"),
)

_REQUEST: Final = """\
The whole request of the genuine provider for the cluster of stack `{stack}`, to be compared with [Google's
reference](https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1beta1/projects.locations.clusters). In the
tests the double writes every call with its answer into `calls.jsonl`, in this form.

    {call}

```json
{body}
```
"""

_GRANTED: Final = """\
Each field of `{stack}`'s cluster, looked for in {recordings} recorded creations of clusters that the genuine API
answered with 200. Sources and how they were counted: `tests/gcp/facts/clusters.yaml`.

{asked}"""

_ROLES: Final = """\
The two roles of [deploy/google](../deploy/google) allow what the calls need, {count} permissions in all; the
predefined roles that would do instead have {predefined}:

{roles}
Make them once in each project, and give them to the account that deploys. The second can give rights, so a condition
([Google's page](https://cloud.google.com/iam/docs/setting-limits-on-granting-roles)) holds it to the roles that
nodes have and that the Collector has with backend `google-cloud`:

    for role in tracedMeshDeployer tracedMeshGranter; do
        gcloud iam roles create "$role" --project "$PROJECT" --file "deploy/google/$role.yaml"
    done
    gcloud projects add-iam-policy-binding "$PROJECT" --member "$MEMBER" --condition None \\
        --role "projects/$PROJECT/roles/tracedMeshDeployer"
    CONDITION="api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', [])"
    CONDITION="$CONDITION.hasOnly(['{node_role}', '{trace_role}'])"
    gcloud projects add-iam-policy-binding "$PROJECT" --member "$MEMBER" \\
        --role "projects/$PROJECT/roles/tracedMeshGranter" \\
        --condition "^:^title=own-roles-only:expression=$CONDITION"

Nobody has tried them on Google Cloud: a permission that Google asks for and its reference doesn't name would be
missing. Google's refusal names it; until then the predefined roles work. Whoever gives a network (`gkeNetwork`) needs
nothing of `compute.routers`, and of networks and subnets only `get`, `use` and `updatePolicy`; with `gcpEnableApis:
false` nothing of `serviceusage`.
"""


@dataclass(frozen=True)
class _Checked:
    """What was checked of one type of resource."""

    resources: int
    calls: int
    fields: int
    enums: int
    patterns: int


def _described() -> Iterator[tuple[str, str]]:
    for api, version in sorted(VERSIONS.items()):
        revision = document(api)["revision"]
        yield f"`{api}.{version}`", f"{revision[:4]}-{revision[4:6]}-{revision[6:]}"


def _rows() -> Iterator[tuple[str, ...]]:
    facts = {each.type: each for each in provider_facts()}
    for type_, checked in _checked().items():
        kind = type_.rpartition(":")[2]
        count = f" x{checked.resources}" if checked.resources > 1 else ""
        figures = (checked.calls, checked.fields, checked.enums, checked.patterns)
        yield (f"`{kind}`{count}", *map(str, figures), *_compared(facts.get(type_)))


def _compared(facts: ResourceFacts | None) -> tuple[str, ...]:
    if facts is None:
        return ("none found", "", "", "")
    explained = len(facts.explained)
    return (
        ", ".join(facts.recordings),
        str(len(facts.compared)),
        str(len(facts.compared) - explained),
        str(explained),
    )


def _checked() -> dict[str, _Checked]:
    found: dict[str, _Checked] = {}
    for type_, inputs in created(recordings()[STACK]):
        calls = CALLS[type_].create(inputs)
        fields = [each for call in calls for each in examined(call)]
        limits = [each.limit for each in fields]
        before = found.get(type_, _Checked(0, 0, 0, 0, 0))
        found[type_] = _Checked(
            before.resources + 1,
            before.calls + len(calls),
            before.fields + len(fields),
            before.enums + limits.count("enum"),
            before.patterns + limits.count("pattern"),
        )
    return found


def _sent_all_the_same() -> Iterator[tuple[str, str]]:
    yield from ((f"`{field}`", reason) for field, reason in SENT_ALL_THE_SAME.items())
    yield from ((f"`{field}: {value}`", reason) for (field, value), reason in VALUES_ALL_THE_SAME.items())


def _cluster_call() -> Call:
    inputs: Inputs = next(inputs for type_, inputs in created(recordings()[STACK]) if type_ == CLUSTER)
    return CALLS[CLUSTER].create(inputs)[0]


def _asked() -> Iterator[tuple[str, str]]:
    for field, where in cluster_facts().asked.items():
        yield f"`{field}`", where if isinstance(where, str) else ", ".join(where)


def _never_recorded() -> Iterator[tuple[str, str]]:
    yield from ((f"`{field}`", f"`{name}`") for field, name in cluster_facts().never_recorded.items())


def _together(found: Together) -> tuple[str, str, str]:
    return found.what, ", ".join(f"`{each}`" for each in found.fields), found.open


def _made_roles() -> list[Role]:
    return roles(recordings().values())


def _permissions() -> Iterator[tuple[str, str]]:
    called = methods(recordings().values())
    for permission in sorted({each for role in _made_roles() for each in role.permissions}):
        needing = [f"`{each}`" for each in sorted(called) if permission in PERMISSIONS[each]]
        reason = [BEYOND_METHODS[permission]] if permission in BEYOND_METHODS else []
        yield f"`{permission}`", "; ".join([", ".join(needing)] * bool(needing) + reason)
