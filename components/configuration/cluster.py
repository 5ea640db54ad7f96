"""The cluster: what the environment is for, and where it runs."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import InstanceOf

from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, SettingsPart, key
from components.configuration.machinery.kubeconfig import Kubeconfig
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import Switch, dns_label, from_file, from_text, one_of, project_path
from components.constants.choices import ClusterKind, EnvironmentKind
from components.model.subject import SUBJECT_WORDS, Subject

ClusterName: TypeAlias = Annotated[str, dns_label(40, ", a letter first and no hyphen last", first="a-z")]
Admin: TypeAlias = Annotated[InstanceOf[Subject], from_text(Subject.parse, SUBJECT_WORDS)]
KubeconfigFile: TypeAlias = Annotated[
    InstanceOf[Kubeconfig], from_file(lambda text, around: Kubeconfig.read(project_path(text, around.root)))
]


def _is_made_here(data: dict[str, Any]) -> bool:
    return data["cluster_kind"] is ClusterKind.GKE


def _current_context(data: dict[str, Any]) -> str | None:
    kubeconfig: Kubeconfig | None = data["kubeconfig"]
    return kubeconfig.current_context if kubeconfig else None


class EnvironmentSettings(SettingsPart):
    """What the environment is for."""

    subject = "Environment"

    environment: Annotated[EnvironmentKind, one_of(EnvironmentKind)] = key(
        "What the environment is for. The policy pack (docs/policy.md) is stricter with staging and prod.",
        "staging",
        default=EnvironmentKind.DEV,
    )


class ClusterSettings(EnvironmentSettings):
    """Where the environment runs."""

    subject = "Cluster"

    cluster_kind: Annotated[ClusterKind, one_of(ClusterKind)] = key(
        "Whether the program makes a GKE cluster or uses an existing one.", "existing", default=ClusterKind.GKE
    )
    cluster_name: ClusterName = key(
        "Name of the cluster. Another name means another cluster.",
        "traced-mesh-dev",
        default_text="`traced-mesh-<stack>`",
    )
    deletion_protection: Switch = key(
        "Whether Pulumi refuses to delete or replace what holds state: the GKE cluster (Google's provider refuses "
        "too), namespace istio-system with the mesh's CA key, and injectedNamespaces.",
        "false",
        default_text="gke: `true`; existing: `false`",
        default_factory=_is_made_here,
    )
    cluster_admin: Admin | None = key(
        "Who gets cluster-admin: a user, a group or a service account.",
        "someone@example.com",
        default_text="gke: whoever runs Pulumi; existing: no binding is made",
        default=None,
    )


class ExistingClusterSettings(ClusterSettings):
    """How a cluster is reached that the program does not make."""

    subject = "Existing cluster"

    kubeconfig: KubeconfigFile | None = key(
        "Kubeconfig of the existing cluster. Only the context that is used reaches Pulumi's state.",
        "~/.kube/config",
        allowed="the path of a kubeconfig file, relative to the project; required for an existing cluster",
        default_text="none",
        default=None,
    )
    kube_context: str | None = key(
        "Context in the kubeconfig.",
        "kind-traced-mesh",
        allowed="a context that the kubeconfig has",
        default_text="the kubeconfig's current context",
        default_factory=_current_context,
    )

    @property
    def kubeconfig_contents(self) -> str:
        """A kubeconfig (YAML, with credentials) that holds the existing cluster's context and nothing else.

        Raises:
            ValueError: for a GKE cluster, whose kubeconfig is made together with it.
        """
        if self.cluster_kind is not ClusterKind.EXISTING or not self.kubeconfig or not self.kube_context:
            raise ValueError("only an existing cluster has a kubeconfig beforehand")
        return self.kubeconfig.only(self.kube_context)


def only_for(kind: ClusterKind, field: str) -> Constraint[ClusterSettings]:
    """Return the constraint that a field is set only where the cluster is of a kind."""

    def check(settings: ClusterSettings, _: ReadingContext) -> Faults:
        if field in settings.model_fields_set and settings.cluster_kind is not kind:
            reason = f"only clusterKind {kind} uses it, and this stack's is {settings.cluster_kind}"
            yield Fault(field, reason, fixes=(remove(field), put("cluster_kind", kind)))

    return Constraint(("cluster_kind", field), check)


def _existing_has_a_kubeconfig(settings: ExistingClusterSettings, _: ReadingContext) -> Faults:
    if settings.cluster_kind is ClusterKind.EXISTING and settings.kubeconfig is None:
        yield Fault("kubeconfig", "an existing cluster needs a kubeconfig")


def _context_is_usable(settings: ExistingClusterSettings, _: ReadingContext) -> Faults:
    if settings.kubeconfig is None:
        return
    context = settings.kube_context or settings.kubeconfig.current_context
    fault = _fault_of(settings.kubeconfig, context)
    if fault:
        complete = [name for name in sorted(settings.kubeconfig.contexts) if not _fault_of(settings.kubeconfig, name)]
        fix = put("kube_context", complete[0]) if complete else put("kubeconfig", "~/.kube/config")
        yield Fault("kube_context", fault, fixes=(fix,))


def _fault_of(kubeconfig: Kubeconfig, context: str | None) -> str:
    """Return why a context can't be used; empty if it can."""
    if context is None:
        return "the kubeconfig has no current context"
    try:
        kubeconfig.only(context)
    except ValueError as error:
        return str(error)
    return ""


CLUSTER_CONSTRAINTS: Final[Sequence[Constraint[ExistingClusterSettings]]] = (
    *(only_for(ClusterKind.EXISTING, field) for field in ("kubeconfig", "kube_context")),
    Constraint(("cluster_kind", "kubeconfig"), _existing_has_a_kubeconfig),
    Constraint(("kubeconfig", "kube_context"), _context_is_usable),
)
