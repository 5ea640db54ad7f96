"""The arguments of `GkeCluster` and its parts: plain data, without Google's SDK.

Where Google's modules agree on a safer value than GKE's own default, that value is the default here. Their sources:
github.com/terraform-google-modules/terraform-google-kubernetes-engine (`modules/safer-cluster`) and
github.com/GoogleCloudPlatform/cloud-foundation-fabric (`modules/gke-cluster-standard`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from components.constants.choices import (
    ControlPlaneAccess,
    ExclusionScope,
    LoggingComponent,
    MonitoringComponent,
    Provisioning,
    ReleaseChannel,
    TaintEffect,
)
from components.model.subject import Subject


@dataclass(frozen=True)
class OwnNetwork:
    """A network that is made for the cluster. All ranges are in CIDR notation and don't overlap.

    Sizes: https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips#cluster_sizing.

    Arguments:
        node_range: the nodes' addresses; the default is enough for 4092 nodes.
        pod_range: the Pods' addresses, of which each node takes 256; the default is enough for 1024 nodes.
        service_range: the Services' addresses; the default is enough for 4096.
    """

    node_range: str = "10.0.0.0/20"
    pod_range: str = "10.4.0.0/14"
    service_range: str = "10.8.0.0/20"


@dataclass(frozen=True)
class GivenNetwork:
    """A network in the cluster's project that others look after, its way to the internet included.

    Arguments:
        network: its name.
        subnetwork: name of the subnet in the cluster's region, with Private Google Access.
        pod_range: name of the subnet's secondary range for Pods.
        service_range: name of its secondary range for Services.
    """

    network: str
    subnetwork: str
    pod_range: str
    service_range: str


@dataclass(frozen=True)
class MaintenanceWindow:
    """When GKE may do maintenance by itself, at least 48 hours in 32 days.

    Source: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions.

    Arguments:
        start: when the first window starts, with its time zone.
        end: when the first window ends.
        recurrence: when it comes again, as an RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=SA,SU`.
    """

    start: datetime
    end: datetime
    recurrence: str


@dataclass(frozen=True)
class MaintenanceExclusion:
    """A time without some or all upgrades; the same source.

    Arguments:
        name: its name.
        start: when it starts, with its time zone.
        end: when it ends.
        scope: which upgrades are put off; default: all, for which GKE allows 90 days at most.
    """

    name: str
    start: datetime
    end: datetime
    scope: ExclusionScope = ExclusionScope.NO_UPGRADES


@dataclass(frozen=True)
class Taint:
    """What keeps Pods off nodes that don't tolerate it.

    Arguments:
        key: its key.
        value: its value.
        effect: what it does; default: Pods that don't tolerate it are not scheduled.
    """

    key: str
    value: str
    effect: TaintEffect = TaintEffect.NO_SCHEDULE


@dataclass(frozen=True)
class NodePool:
    """A node pool.

    Counts are per zone, as GKE counts: a regional cluster's pool is in three zones unless told otherwise
    (https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters).

    Arguments:
        name: its name; in Google Cloud a random ending makes it unique, so that a new pool is there before an old one
            goes where a change needs another pool.
        machine_type: the nodes' machine type; default `e2-standard-2`.
        count: nodes in each zone; default 3. Not used with `min_count`.
        min_count: least number of nodes in each zone, kept by GKE's autoscaler; `None` (default): no autoscaling.
        max_count: greatest number of nodes in each zone; together with `min_count`.
        zones: the zones of the nodes, in the cluster's region; empty (default) means the cluster's own.
        provisioning: how Google provides the nodes; default standard.
        disk_type: type of the boot disk; default `pd-balanced`, GKE's own.
        disk_gb: size of the boot disk in GB; default 100, GKE's own.
        labels: Kubernetes labels of the nodes; default none.
        taints: taints of the nodes; default none.
        max_surge: nodes that an upgrade may add at a time; default 1, GKE's own.
        max_unavailable: nodes that an upgrade may take away at a time before others are there; default 0
            (https://cloud.google.com/kubernetes-engine/docs/concepts/node-pool-upgrade-strategies).
    """

    name: str
    machine_type: str = "e2-standard-2"
    count: int = 3
    min_count: int | None = None
    max_count: int | None = None
    zones: Sequence[str] = ()
    provisioning: Provisioning = Provisioning.STANDARD
    disk_type: str = "pd-balanced"
    disk_gb: int = 100
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: Sequence[Taint] = ()
    max_surge: int = 1
    max_unavailable: int = 0


@dataclass(frozen=True)
class PodAccount:
    """A ServiceAccount of Pods in a cluster.

    Arguments:
        namespace: its namespace.
        name: its name.
    """

    namespace: str
    name: str


@dataclass(frozen=True)
class GkeClusterArgs:
    """Arguments of `GkeCluster`.

    Arguments:
        cluster_name: the cluster's name in Google Cloud.
        project: the Google Cloud project's id.
        location: a zone, for a zonal cluster, or a region, for one whose control plane survives the loss of a zone.
        release_channel: the channel that keeps the version; `None` if `version` is set.
        version: exact version or `latest`, kept by hand; `None` if a channel keeps it.
        node_pools: the node pools, at least one; default: one of three nodes.
        enable_apis: whether the APIs that the cluster needs are enabled in the project; default true. They stay so.
        network: the network; default: one is made for the cluster.
        private_nodes: whether nodes have no public address; default true. With a network of our own they reach the
            internet through Cloud NAT.
        control_plane_range: the control plane's addresses with private nodes, a /28; default `172.16.0.0/28`.
        access: how the control plane is reached; default: by its DNS name.
        authorized_networks: display name -> CIDR of who may reach the control plane's IP address; needed for public
            access, and without use for access by DNS name.
        encryption_key: resource name of the Cloud KMS key that encrypts Secrets in etcd; `None` (default): Google's own
            encryption at rest only. GKE's service agent needs `roles/cloudkms.cryptoKeyEncrypterDecrypter` on it.
        maintenance_window: when GKE may do maintenance; `None` (default): at any time.
        maintenance_exclusions: times without upgrades; default none.
        binary_authorization: whether the project's Binary Authorization policy decides which images run; default false.
        logging: whose logs are collected; default: the system's and the workloads'.
        monitoring: whose metrics are collected; default: the system's.
        labels: labels of the cluster and its nodes in Google Cloud, by which costs can be told apart; default none.
        deletion_protection: whether both Google's provider and Pulumi refuse to delete the cluster; default true.
        gateway_api: whether GKE installs the Gateway API's CRDs, of its standard channel; default no.
        trace_writer: whose Pods may write spans to the project's Cloud Trace; `None` (default): nobody's.
        admin: who gets `cluster-admin`; `None` (default) takes whoever runs Pulumi.
    """

    cluster_name: str
    project: str
    location: str
    release_channel: ReleaseChannel | None
    version: str | None
    node_pools: Sequence[NodePool] = (NodePool("nodes"),)
    enable_apis: bool = True
    network: OwnNetwork | GivenNetwork = field(default_factory=OwnNetwork)
    private_nodes: bool = True
    control_plane_range: str = "172.16.0.0/28"
    access: ControlPlaneAccess = ControlPlaneAccess.DNS_ENDPOINT
    authorized_networks: Mapping[str, str] = field(default_factory=dict[str, str])
    encryption_key: str | None = None
    maintenance_window: MaintenanceWindow | None = None
    maintenance_exclusions: Sequence[MaintenanceExclusion] = ()
    binary_authorization: bool = False
    logging: Sequence[LoggingComponent] = (LoggingComponent.SYSTEM_COMPONENTS, LoggingComponent.WORKLOADS)
    monitoring: Sequence[MonitoringComponent] = (MonitoringComponent.SYSTEM_COMPONENTS,)
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    deletion_protection: bool = True
    gateway_api: bool = False
    trace_writer: PodAccount | None = None
    admin: Subject | None = None


def region_of(location: str) -> str:
    """Return the region of a location: of `us-central1-a` and of `us-central1` it is `us-central1`."""
    return "-".join(location.split("-")[:2])
