"""The configuration keys of a cluster that the program makes on GKE."""

from typing import Annotated, Any, Final

from pydantic import Field

from components.configuration import gke_fields
from components.configuration.fields import Switch, one_of
from components.configuration.key import Key, SettingsPart
from components.constants.choices import (
    ClusterKind,
    ControlPlaneAccess,
    LoggingComponent,
    MonitoringComponent,
    ReleaseChannel,
)

EXAMPLE_NETWORKS: Final = '{"office":"203.0.113.0/24"}'
EXAMPLE_WINDOW: Final = (
    '{"start":"2026-01-03T02:00:00Z","end":"2026-01-03T10:00:00Z","recurrence":"FREQ=WEEKLY;BYDAY=SA,SU"}'
)


def _channel(data: dict[str, Any]) -> ReleaseChannel | None:
    keeps_itself = data["cluster_kind"] is ClusterKind.GKE and not data["gke_version"]
    return ReleaseChannel.REGULAR if keeps_itself else None


class GkeSettings(SettingsPart):
    """The GKE cluster itself."""

    gcp_project: Annotated[
        gke_fields.ProjectId,
        Key(
            "GKE cluster",
            "Google Cloud project in which the cluster is made.",
            "a project id: 6 to 30 lower-case letters, digits and hyphens, a letter first; required for a GKE cluster",
            "my-project",
            default="none",
        ),
    ] = ""
    gcp_enable_apis: Annotated[
        Switch,
        Key(
            "GKE cluster",
            "Whether the APIs that the cluster needs are enabled in the project. They stay enabled afterwards.",
            "true or false",
            "false",
        ),
    ] = True
    gke_location: Annotated[
        gke_fields.Location,
        Key(
            "GKE cluster",
            "Where the control plane and the nodes are: in one zone, or in several zones of a region.",
            "a zone such as us-central1-a, or a region such as us-central1",
            "us-central1-a",
        ),
    ] = "us-central1-a"
    gke_version: Annotated[
        gke_fields.GkeVersion | None,
        Key(
            "GKE cluster",
            "Version of the cluster, kept by hand instead of by a release channel.",
            "latest, or a version such as 1.33, 1.33.5 or 1.33.5-gke.1080000; not together with gkeReleaseChannel",
            "1.33",
            default="none: the release channel keeps it",
        ),
    ] = None
    gke_release_channel: Annotated[
        ReleaseChannel | None,
        one_of(ReleaseChannel),
        Key(
            "GKE cluster",
            "Release channel that keeps the cluster's version.",
            "RAPID, REGULAR, STABLE or EXTENDED; not together with gkeVersion",
            "REGULAR",
            default="`REGULAR`, or none if `gkeVersion` is set",
        ),
    ] = Field(default_factory=_channel)
    gke_control_plane_access: Annotated[
        ControlPlaneAccess,
        one_of(ControlPlaneAccess),
        Key(
            "GKE cluster",
            "How the control plane is reached. dns-endpoint: by its name, for whom IAM lets in, and by no IP address. "
            "private: by an address inside the network. public: by a public address too, from authorized networks.",
            "dns-endpoint, private (with gkePrivateNodes) or public (with gkeAuthorizedNetworks)",
            "dns-endpoint",
        ),
    ] = ControlPlaneAccess.DNS_ENDPOINT
    gke_authorized_networks: Annotated[
        gke_fields.AuthorizedNetworks,
        Key(
            "GKE cluster",
            "Networks from which the control plane's IP address is reached, by a name for each.",
            "an object of name to network in CIDR notation, never 0.0.0.0/0 or ::/0; required with "
            "gkeControlPlaneAccess public, and not with dns-endpoint",
            EXAMPLE_NETWORKS,
        ),
    ] = Field(default_factory=dict[str, str])
    gke_database_encryption_key: Annotated[
        gke_fields.KmsKey | None,
        Key(
            "GKE cluster",
            "Cloud KMS key that encrypts Secrets in the control plane's database. GKE's service agent must be allowed "
            "to use it.",
            "projects/<project>/locations/<location>/keyRings/<ring>/cryptoKeys/<key>",
            "projects/my-project/locations/us-central1/keyRings/gke/cryptoKeys/secrets",
            default="none: Google's own encryption at rest only",
        ),
    ] = None
    gke_maintenance_window: Annotated[
        gke_fields.Window,
        Key(
            "GKE cluster",
            "When GKE may do maintenance by itself.",
            "an object of start and end, times with their zone of the first window (4 to 24 hours), and recurrence: "
            "FREQ=DAILY, or FREQ=WEEKLY;BYDAY= and days",
            EXAMPLE_WINDOW,
            default="none: at any time",
            unset={},
        ),
    ] = None
    gke_maintenance_exclusions: Annotated[
        gke_fields.Exclusions,
        Key(
            "GKE cluster",
            "Times without upgrades.",
            "a list of objects of name, start, end (times with their zone) and scope: NO_UPGRADES (the default, 90 "
            "days at most), NO_MINOR_UPGRADES or NO_MINOR_OR_NODE_UPGRADES; only with gkeMaintenanceWindow",
            '[{"name":"holidays","start":"2026-12-18T00:00:00Z","end":"2027-01-04T00:00:00Z"}]',
        ),
    ] = ()
    gke_binary_authorization: Annotated[
        Switch,
        Key(
            "GKE cluster",
            "Whether the project's Binary Authorization policy decides which images run.",
            "true or false",
            "true",
        ),
    ] = False
    gke_logging_components: Annotated[
        gke_fields.LoggingComponents,
        Key(
            "GKE cluster",
            "Whose logs GKE collects.",
            f"a list of {', '.join(LoggingComponent)}; the first of them with any other",
            '["SYSTEM_COMPONENTS","WORKLOADS"]',
        ),
    ] = (LoggingComponent.SYSTEM_COMPONENTS, LoggingComponent.WORKLOADS)
    gke_monitoring_components: Annotated[
        gke_fields.MonitoringComponents,
        Key(
            "GKE cluster",
            "Whose metrics GKE collects.",
            f"a list of {', '.join(MonitoringComponent)}; the first of them with any other",
            '["SYSTEM_COMPONENTS","POD"]',
        ),
    ] = (MonitoringComponent.SYSTEM_COMPONENTS,)
    gke_labels: Annotated[
        gke_fields.Labels,
        Key(
            "GKE cluster",
            "Labels of the cluster and its nodes in Google Cloud, by which the bill can be split.",
            "an object of name to value, both lower-case letters, digits, _ and -",
            '{"team":"mesh"}',
        ),
    ] = Field(default_factory=dict[str, str])
