"""Rules about the nodes of a GKE cluster.

Source, unless a rule names another: https://cloud.google.com/kubernetes-engine/docs/how-to/hardening-your-cluster.
"""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from components.constants.machine_types import is_too_small
from policy.reading import at, is_true, mapping
from policy.resource import Resource
from policy.rule import BEYOND_DEV, EVERYWHERE, PROD_ONLY, ResourceRule

POOL: Final = frozenset({"gcp:container/nodePool:NodePool"})

#: Ends the email address of the account as which nodes run unless given another; it may edit the whole project.
_DEFAULT_ACCOUNT: Final = "-compute@developer.gserviceaccount.com"


def _public_address(pool: Resource) -> Iterator[str]:
    if at(pool.properties, "networkConfig.enablePrivateNodes") is False:
        yield "the pool's nodes have public addresses"


def _metadata(pool: Resource) -> Iterator[str]:
    if not is_true(mapping(pool.properties, "nodeConfig.metadata").get("disable-legacy-endpoints")):
        yield "the nodes' legacy metadata endpoints are open"
    if at(pool.properties, "nodeConfig.workloadMetadataConfig.mode") != "GKE_METADATA":
        yield "Pods see the nodes' own metadata and credentials"


def _boot(pool: Resource) -> Iterator[str]:
    if at(pool.properties, "nodeConfig.shieldedInstanceConfig.enableSecureBoot") is not True:
        yield "nodes start without secure boot"


def _account(pool: Resource) -> Iterator[str]:
    account = str(at(pool.properties, "nodeConfig.serviceAccount") or "default")
    if account == "default" or account.endswith(_DEFAULT_ACCOUNT):
        yield "nodes run as Compute Engine's default service account, which may edit the whole project"


def _repair(pool: Resource) -> Iterator[str]:
    if at(pool.properties, "management.autoRepair") is not True:
        yield "autoRepair is off, so broken nodes stay"


def _upgrade(pool: Resource) -> Iterator[str]:
    if at(pool.properties, "management.autoUpgrade") is not True:
        yield "autoUpgrade is off, so nodes keep what is known to be vulnerable"


def _size(pool: Resource) -> Iterator[str]:
    machine = at(pool.properties, "nodeConfig.machineType")
    if is_too_small(machine):
        yield f"machine type {machine} is too small for Istio and its applications"


def _taken_away(pool: Resource) -> Iterator[str]:
    for what in ("spot", "preemptible"):
        if at(pool.properties, f"nodeConfig.{what}") is True:
            yield f"the pool's nodes are {what}: Google may take all of them away at once"


RULES: Final = (
    ResourceRule(
        "node-private",
        "No pool gives its nodes public addresses.",
        Severity.HIGH,
        EVERYWHERE,
        "pulumi config set traced-mesh:gkePrivateNodes true",
        POOL,
        _public_address,
    ),
    ResourceRule(
        "node-metadata-hidden",
        "Pods don't reach the nodes' credentials.",
        Severity.HIGH,
        EVERYWHERE,
        "set nodeConfig.metadata.disable-legacy-endpoints to 'true' and workloadMetadataConfig.mode to GKE_METADATA",
        POOL,
        _metadata,
    ),
    ResourceRule(
        "node-secure-boot",
        "Nodes start with secure boot.",
        Severity.MEDIUM,
        EVERYWHERE,
        "set nodeConfig.shieldedInstanceConfig.enableSecureBoot to true",
        POOL,
        _boot,
    ),
    ResourceRule(
        "node-own-account",
        "Nodes run as a service account of their own.",
        Severity.HIGH,
        EVERYWHERE,
        "set nodeConfig.serviceAccount to an account that has roles/container.defaultNodeServiceAccount only",
        POOL,
        _account,
    ),
    ResourceRule(
        "node-repaired",
        "Google repairs broken nodes.",
        Severity.MEDIUM,
        EVERYWHERE,
        "set management.autoRepair to true",
        POOL,
        _repair,
    ),
    ResourceRule(
        "node-upgraded",
        "In staging and prod, Google upgrades nodes together with their cluster.",
        Severity.MEDIUM,
        BEYOND_DEV,
        "let a release channel keep the version: pulumi config rm traced-mesh:gkeVersion",
        POOL,
        _upgrade,
    ),
    ResourceRule(
        "node-large-enough",
        "Nodes are large enough for Istio.",
        Severity.MEDIUM,
        EVERYWHERE,
        "pulumi config set traced-mesh:nodeMachineType e2-standard-2",
        POOL,
        _size,
    ),
    ResourceRule(
        "node-kept",
        "In prod, Google does not take nodes away.",
        Severity.MEDIUM,
        PROD_ONLY,
        "pulumi config set traced-mesh:nodeProvisioning standard, and the same in the entries of traced-mesh:nodePools",
        POOL,
        _taken_away,
    ),
)
