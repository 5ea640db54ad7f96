"""Rules about how a GKE cluster is kept: its versions, its costs, its logs, its maintenance."""

from collections.abc import Iterator
from typing import Final

from pulumi_policy import Severity

from components.constants.choices import LoggingComponent, ReleaseChannel
from policy.reading import at, mapping, texts
from policy.resource import Resource
from policy.rule import BEYOND_DEV, EVERYWHERE, PROD_ONLY, ResourceRule
from policy.rules.gke import CLUSTER

#: The label by which costs are told apart.
COST_LABEL: Final = "environment"


def _channel(cluster: Resource) -> Iterator[str]:
    channel = at(cluster.properties, "releaseChannel.channel")
    if channel == ReleaseChannel.RAPID:
        yield "the cluster is on release channel RAPID, whose versions Google's service level agreement leaves out"
    elif channel in (None, "UNSPECIFIED"):
        version = at(cluster.properties, "minMasterVersion") or "not given"
        yield f"no release channel keeps the cluster's version, which is {version}"


def _labels(cluster: Resource) -> Iterator[str]:
    if not mapping(cluster.properties, "resourceLabels").get(COST_LABEL):
        yield f"the cluster has no label '{COST_LABEL}', so its costs can't be told from others'"


def _logging(cluster: Resource) -> Iterator[str]:
    for what in ("loggingConfig", "monitoringConfig"):
        config = at(cluster.properties, what)
        if config is not None and LoggingComponent.SYSTEM_COMPONENTS not in texts(config, "enableComponents"):
            yield f"{what} leaves out SYSTEM_COMPONENTS"


def _maintenance(cluster: Resource) -> Iterator[str]:
    if not mapping(cluster.properties, "maintenancePolicy"):
        yield "Google may upgrade the cluster at any hour"


RULES: Final = (
    ResourceRule(
        "gke-release-channel",
        "In prod, a release channel other than RAPID keeps the cluster's version.",
        Severity.MEDIUM,
        PROD_ONLY,
        "pulumi config rm traced-mesh:gkeVersion, and pulumi config set traced-mesh:gkeReleaseChannel STABLE",
        CLUSTER,
        _channel,
    ),
    ResourceRule(
        "gke-cost-label",
        f"A cluster has the label `{COST_LABEL}`.",
        Severity.LOW,
        BEYOND_DEV,
        f"pulumi config set --path traced-mesh:gkeLabels.{COST_LABEL} prod",
        CLUSTER,
        _labels,
    ),
    ResourceRule(
        "gke-system-observed",
        "A cluster's own components are logged and monitored.",
        Severity.MEDIUM,
        EVERYWHERE,
        "add SYSTEM_COMPONENTS to traced-mesh:gkeLoggingComponents and traced-mesh:gkeMonitoringComponents",
        CLUSTER,
        _logging,
    ),
    ResourceRule(
        "gke-maintenance-window",
        "In staging and prod, Google upgrades a cluster only in a maintenance window.",
        Severity.LOW,
        BEYOND_DEV,
        "set traced-mesh:gkeMaintenanceWindow",
        CLUSTER,
        _maintenance,
    ),
)
