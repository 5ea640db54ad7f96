"""The resources that the double knows: one table of what Google and its genuine provider say about each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pulumi_gcp as gcp

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One type of resource.

    Arguments:
        arguments: returns the SDK's class of its inputs. The SDK then loads all classes of that service, which takes
            longer than all else that the double does in a run.
        identify: the id that the genuine provider gives it.
        replaced_by: inputs whose change makes another resource necessary (`ForceNew`); a path stands for all below it.
        api: the API that must be enabled before one is made; empty: none.
        needs: ids of what must exist before one is made.
        named_by: the input that Pulumi fills in where the program leaves it out; empty: none.
        is_kept_by_users: whether Google refuses to delete one while something that needs it exists.
        is_idempotent: whether Google takes it well if it is there already.
        defaults: input, or `<object>.<input>` -> the value that Pulumi fills in where the program leaves it out; in an
            object only if it is there.
    """

    arguments: Callable[[], type]
    identify: Callable[[Inputs], str]
    replaced_by: frozenset[str]
    api: str = "compute.googleapis.com"
    needs: Callable[[Inputs], Sequence[str]] = lambda _: ()
    named_by: str = "name"
    is_kept_by_users: bool = True
    is_idempotent: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def filled_in(self, inputs: Inputs) -> tuple[dict[str, Any], list[str]]:
        """Return inputs with the defaults, and the names of those at the top that were filled in."""
        made, names = dict(inputs), list[str]()
        for path, value in self.defaults.items():
            above, _, name = path.rpartition(".")
            if not above and name not in made:
                made[name] = value
                names.append(name)
            elif isinstance(made.get(above), dict) and name not in made[above]:
                made[above] = {**made[above], name: value}
        return made, names


CLUSTER: Final = "gcp:container/cluster:Cluster"
NODE_POOL: Final = "gcp:container/nodePool:NodePool"
SERVICE: Final = "gcp:projects/service:Service"
MEMBER: Final = "gcp:projects/iAMMember:IAMMember"
ACCOUNT: Final = "gcp:serviceaccount/account:Account"


def account_email(inputs: Inputs) -> str:
    """Return a service account's e-mail address."""
    return f"{inputs['accountId']}@{inputs['project']}.iam.gserviceaccount.com"


def is_of_pool(inputs: Inputs) -> bool:
    """Tell whether a role goes to an identity of a pool, as Pods have it, and not to a service account."""
    return str(inputs["member"]).startswith("principal://")


def _account(project: str, email: str) -> str:
    return f"projects/{project}/serviceAccounts/{email}"


def _network(inputs: Inputs) -> str:
    """Return the id of the network that inputs name, by its id or its plain name."""
    given: str = inputs["network"]
    return given if "/" in given else f"projects/{inputs['project']}/global/networks/{given}"


def _in_region(inputs: Inputs, collection: str, name: str) -> str:
    region = inputs.get("region") or "-".join(inputs["location"].split("-")[:2])
    return f"projects/{inputs['project']}/regions/{region}/{collection}/{name}"


def _cluster(inputs: Inputs, name: str) -> str:
    return f"projects/{inputs['project']}/locations/{inputs['location']}/clusters/{name}"


_NODE_DEFAULTS: Final = {"nodeConfig.preemptible": False, "nodeConfig.spot": False}

#: Type token -> what there is to know. `replaced_by` holds what the genuine schemas mark as `ForceNew`, as far as this
#: program sets it; `defaults` what they have as `Default`.
KINDS: Final[Mapping[str, Kind]] = {
    SERVICE: Kind(
        lambda: gcp.projects.ServiceArgs,
        lambda it: f"{it['project']}/{it['service']}",
        frozenset({"project", "service"}),
        api="",
        named_by="",
        is_kept_by_users=False,
        is_idempotent=True,
    ),
    "gcp:compute/network:Network": Kind(
        lambda: gcp.compute.NetworkArgs,
        lambda it: f"projects/{it['project']}/global/networks/{it['name']}",
        frozenset({"name", "project", "autoCreateSubnetworks", "description"}),
        defaults={
            "autoCreateSubnetworks": True,
            "deleteBgpAlwaysCompareMed": False,
            "deleteDefaultRoutesOnCreate": False,
            "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        },
    ),
    "gcp:compute/subnetwork:Subnetwork": Kind(
        lambda: gcp.compute.SubnetworkArgs,
        lambda it: _in_region(it, "subnetworks", it["name"]),
        frozenset({"name", "project", "region", "network", "description"}),
        needs=lambda it: [_network(it)],
    ),
    "gcp:compute/router:Router": Kind(
        lambda: gcp.compute.RouterArgs,
        lambda it: _in_region(it, "routers", it["name"]),
        frozenset({"name", "project", "region", "network"}),
        needs=lambda it: [_network(it)],
    ),
    "gcp:compute/routerNat:RouterNat": Kind(
        lambda: gcp.compute.RouterNatArgs,
        lambda it: f"{it['project']}/{it['region']}/{it['router']}/{it['name']}",
        frozenset({"name", "project", "region", "router"}),
        needs=lambda it: [
            _in_region(it, "routers", it["router"]),
            *(each["name"] for each in it.get("subnetworks", ())),
        ],
        defaults={
            "icmpIdleTimeoutSec": 30,
            "tcpEstablishedIdleTimeoutSec": 1200,
            "tcpTimeWaitTimeoutSec": 120,
            "tcpTransitoryIdleTimeoutSec": 30,
            "type": "PUBLIC",
            "udpIdleTimeoutSec": 30,
        },
    ),
    "gcp:compute/firewall:Firewall": Kind(
        lambda: gcp.compute.FirewallArgs,
        lambda it: f"projects/{it['project']}/global/firewalls/{it['name']}",
        frozenset({"name", "project", "network", "direction"}),
        needs=lambda it: [
            _network(it),
            *(_account(it["project"], each) for each in it.get("targetServiceAccounts", ())),
        ],
        defaults={"priority": 1000},
    ),
    ACCOUNT: Kind(
        lambda: gcp.serviceaccount.AccountArgs,
        lambda it: _account(it["project"], account_email(it)),
        frozenset({"accountId", "project"}),
        api="iam.googleapis.com",
        named_by="accountId",
        is_kept_by_users=False,
        defaults={"disabled": False},
    ),
    MEMBER: Kind(
        lambda: gcp.projects.IAMMemberArgs,
        lambda it: f"{it['project']}/{it['role']}/{it['member']}",
        frozenset({"project", "role", "member"}),
        api="cloudresourcemanager.googleapis.com",
        needs=lambda it: (
            [] if is_of_pool(it) else [_account(it["project"], it["member"].removeprefix("serviceAccount:"))]
        ),
        named_by="",
        is_idempotent=True,
    ),
    CLUSTER: Kind(
        lambda: gcp.container.ClusterArgs,
        lambda it: _cluster(it, it["name"]),
        frozenset(
            {
                *("name", "project", "location", "initialNodeCount", "network", "subnetwork", "ipAllocationPolicy"),
                *("networkingMode", "datapathProvider", "masterAuth", "privateClusterConfig.masterIpv4CidrBlock"),
                *(f"nodeConfig.{each}" for each in ("metadata", "oauthScopes", "serviceAccount")),
                "nodeConfig.shieldedInstanceConfig",
            }
        ),
        api="container.googleapis.com",
        needs=lambda it: [
            _network(it),
            _in_region(it, "subnetworks", it["subnetwork"]),
            _account(it["project"], it["nodeConfig"]["serviceAccount"]),
        ],
        is_kept_by_users=False,  # it takes its node pools with it
        defaults={
            "deletionProtection": True,
            "disableL4LbFirewallReconciliation": False,
            "enableCiliumClusterwideNetworkPolicy": False,
            "enableFqdnNetworkPolicy": False,
            "enableKubernetesAlpha": False,
            "enableLegacyAbac": False,
            "enableMultiNetworking": False,
            "enableShieldedNodes": True,
            "ipAllocationPolicy.stackType": "IPV4",
            "network": "default",
            **_NODE_DEFAULTS,
        },
    ),
    NODE_POOL: Kind(
        lambda: gcp.container.NodePoolArgs,
        lambda it: f"{_cluster(it, it['cluster'])}/nodePools/{it['name']}",
        frozenset(
            {
                *("name", "project", "location", "cluster", "initialNodeCount"),
                *(f"nodeConfig.{each}" for each in ("metadata", "oauthScopes", "serviceAccount")),
                *(f"nodeConfig.{each}" for each in ("preemptible", "spot", "shieldedInstanceConfig")),
            }
        ),
        api="container.googleapis.com",
        needs=lambda it: [
            _cluster(it, it["cluster"]),
            _account(it["project"], it["nodeConfig"]["serviceAccount"]),
        ],
        defaults=_NODE_DEFAULTS,
    ),
}
