"""The configuration keys of the cluster, whether the program makes it or not."""

from typing import Annotated, Any

from pydantic import Field

from components.choices import ClusterKind, Provisioning, ReleaseChannel
from components.configuration import fields
from components.configuration.key import Key, SettingsPart
from components.configuration.kubeconfig import Kubeconfig


def _current_context(data: dict[str, Any]) -> str | None:
    kubeconfig: Kubeconfig | None = data["kubeconfig"]
    return kubeconfig.current_context if kubeconfig else None


def _channel(data: dict[str, Any]) -> ReleaseChannel | None:
    keeps_itself = data["cluster_kind"] is ClusterKind.GKE and not data["gke_version"]
    return ReleaseChannel.REGULAR if keeps_itself else None


class ClusterSettings(SettingsPart):
    """Where the environment runs."""

    cluster_kind: Annotated[
        ClusterKind,
        fields.one_of(ClusterKind),
        Key(
            "Cluster", "Whether the program makes a GKE cluster or uses an existing one.", "gke or existing", "existing"
        ),
    ] = ClusterKind.GKE
    cluster_name: Annotated[
        fields.ClusterName,
        Key(
            "Cluster",
            "Name of the cluster. Another name means another cluster.",
            "at most 40 lower-case letters, digits and hyphens, a letter first and no hyphen last",
            "traced-mesh-dev",
            default="`traced-mesh-<stack>`",
        ),
    ]
    kubeconfig: Annotated[
        fields.KubeconfigFile | None,
        Key(
            "Existing cluster",
            "Kubeconfig of the existing cluster. Only the context that is used reaches Pulumi's state.",
            "the path of a kubeconfig file, relative to the project; required for an existing cluster",
            "~/.kube/config",
            default="none",
        ),
    ] = None
    kube_context: Annotated[
        str | None,
        Key(
            "Existing cluster",
            "Context in the kubeconfig.",
            "a context that the kubeconfig has",
            "kind-traced-mesh",
            default="the kubeconfig's current context",
        ),
    ] = Field(default_factory=_current_context)
    gcp_project: Annotated[
        fields.ProjectId,
        Key(
            "GKE cluster",
            "Google Cloud project in which the cluster is made.",
            "a project id: 6 to 30 lower-case letters, digits and hyphens, a letter first; required for a GKE cluster",
            "my-project",
            default="none",
        ),
    ] = ""
    gcp_zone: Annotated[
        fields.Zone,
        Key("GKE cluster", "Zone of the control plane and the nodes.", "a zone such as us-central1-a", "us-central1-a"),
    ] = "us-central1-a"
    gke_version: Annotated[
        fields.GkeVersion | None,
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
        fields.one_of(ReleaseChannel),
        Key(
            "GKE cluster",
            "Release channel that keeps the cluster's version.",
            "RAPID, REGULAR, STABLE or EXTENDED; not together with gkeVersion",
            "REGULAR",
            default="`REGULAR`, or none if `gkeVersion` is set",
        ),
    ] = Field(default_factory=_channel)
    node_machine_type: Annotated[
        fields.MachineType,
        Key(
            "GKE cluster",
            "Machine type of the nodes.",
            f"a machine type such as e2-standard-2; not {', '.join(fields.TOO_SMALL)}, which are too small for Istio",
            "e2-standard-2",
        ),
    ] = "e2-standard-2"
    node_count: Annotated[
        int,
        fields.from_text(fields.whole),
        Field(ge=1, le=1000),
        Key("GKE cluster", "Number of nodes.", "a whole number from 1 to 1000", "3"),
    ] = 3
    node_provisioning: Annotated[
        Provisioning,
        fields.one_of(Provisioning),
        Key(
            "GKE cluster",
            "How Google provides the nodes. Spot and preemptible nodes are cheaper and can be taken away at any time.",
            "standard, spot or preemptible",
            "standard",
        ),
    ] = Provisioning.STANDARD
    cluster_admin: Annotated[
        fields.Email | None,
        Key(
            "Cluster",
            "User or service account that gets cluster-admin.",
            "an email address",
            "someone@example.com",
            default="gke: whoever runs Pulumi; existing: no binding is made",
        ),
    ] = None
