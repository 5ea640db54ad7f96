"""The configuration keys of any cluster, and those of one that exists already."""

from typing import Annotated, Any

from pydantic import Field

from components.configuration import fields
from components.configuration.key import Key, SettingsPart
from components.configuration.kubeconfig import Kubeconfig
from components.constants.choices import ClusterKind, EnvironmentKind


def _is_made_here(data: dict[str, Any]) -> bool:
    return data["cluster_kind"] is ClusterKind.GKE


def _current_context(data: dict[str, Any]) -> str | None:
    kubeconfig: Kubeconfig | None = data["kubeconfig"]
    return kubeconfig.current_context if kubeconfig else None


class ClusterSettings(SettingsPart):
    """What the environment is for, and where it runs."""

    environment: Annotated[
        EnvironmentKind,
        fields.one_of(EnvironmentKind),
        Key(
            "Environment",
            "What the environment is for. The policy pack (docs/policy.md) is stricter with staging and prod.",
            "dev, staging or prod",
            "staging",
        ),
    ] = EnvironmentKind.DEV
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
    deletion_protection: Annotated[
        fields.Switch,
        Key(
            "Cluster",
            "Whether Pulumi refuses to delete or replace what holds state: the GKE cluster (Google's provider refuses "
            "too), namespace istio-system with the mesh's CA key, and injectedNamespaces.",
            "true or false",
            "false",
            default="gke: `true`; existing: `false`",
        ),
    ] = Field(default_factory=_is_made_here)
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
