"""The rules of versions: what can be installed, which tracing mode it allows, and on which Kubernetes it runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from packaging.version import Version

from components.configuration.errors import put, remove
from components.configuration.key import Surroundings
from components.configuration.mesh_keys import DEFAULT_VERSION
from components.configuration.parsing import Finding, Findings, Rule
from components.constants.choices import ClusterKind
from components.versions.istio import row_for, why_not
from components.versions.support import gke_kubernetes, minor, refusal

if TYPE_CHECKING:
    from components.configuration.settings import Settings  # which imports this module

#: The newest release with native mode whose own proxy images have the tracer for it.
NEWEST_NATIVE: Final = "1.14.6"

#: The fields from which the cluster's Kubernetes version follows.
_OF_THE_CLUSTER: Final = ("cluster_kind", "kubeconfig", "kube_context", "gke_version", "gke_release_channel")


def kubernetes_version(settings: "Settings", around: Surroundings) -> Version | None:
    """Return the Kubernetes version of the cluster: an existing one is asked, GKE's follows from what is configured.

    Returns:
        The version, also a minor version only; `None` if it can't be told.
    """
    if settings.cluster_kind is ClusterKind.GKE:
        return gke_kubernetes(settings.gke_release_channel, settings.gke_version)
    try:
        kubeconfig = settings.kubeconfig_contents
    except ValueError:  # other rules say what is wrong with it
        return None
    return around.server_version(kubeconfig)


def _can_be_installed(settings: "Settings", _: Surroundings) -> Findings:
    obstacle = row_for(settings.istio_version).obstacle
    if obstacle:
        yield Finding(
            "istio_version",
            obstacle,
            mend=(put("istioVersion", NEWEST_NATIVE), put("istioVersion", DEFAULT_VERSION)),
        )


def _version_allows_the_mode(settings: "Settings", _: Surroundings) -> Findings:
    reason = why_not(settings.istio_version, settings.tracing_mode)
    if reason:
        modes = row_for(settings.istio_version).modes
        yield Finding(
            "tracing_mode",
            reason,
            mend=(remove("tracingMode"), *(put("tracingMode", mode) for mode in modes)),
            allowed=f"{' or '.join(modes)} with Istio {settings.istio_version}",
        )


def _proxy_has_the_tracer(settings: "Settings", _: Surroundings) -> Findings:
    if row_for(settings.istio_version).proxy_lacks_tracer and not settings.lightstep_tracer_in_proxy:
        yield Finding(
            "istio_version",
            f"Istio's own proxy images of {settings.istio_version} have no Lightstep tracer, and nothing takes its "
            "place there, so no sidecar would start",
            mend=(
                put("istioVersion", NEWEST_NATIVE),
                put("istioVersion", DEFAULT_VERSION),
                put("lightstepTracerInProxy", "true"),
            ),
            allowed="a version whose proxy has a tracer, or images in istioHub that have it and "
            "lightstepTracerInProxy true",
        )


def _tracer_has_a_use(settings: "Settings", _: Surroundings) -> Findings:
    if settings.lightstep_tracer_in_proxy and not row_for(settings.istio_version).proxy_lacks_tracer:
        yield Finding(
            "lightstep_tracer_in_proxy",
            f"it changes nothing with Istio {settings.istio_version}",
            mend=(remove("lightstepTracerInProxy"),),
        )


def _runs_on_this_kubernetes(settings: "Settings", around: Surroundings) -> Findings:
    kubernetes = kubernetes_version(settings, around)
    reason = refusal(settings.istio_version, kubernetes) if kubernetes else ""
    if kubernetes and reason:
        fitting = [text for text in (DEFAULT_VERSION, NEWEST_NATIVE) if not refusal(Version(text), kubernetes)]
        yield Finding(
            "istio_version",
            reason,
            mend=tuple(put("istioVersion", text) for text in fitting),
            allowed=f"a version of Istio that can be installed on Kubernetes {minor(kubernetes)}",
        )


VERSION_RULES: Final[Sequence[Rule["Settings"]]] = (
    Rule(("istio_version",), _can_be_installed),
    Rule(("istio_version", "tracing_mode"), _version_allows_the_mode),
    Rule(("istio_version", "lightstep_tracer_in_proxy"), _proxy_has_the_tracer),
    Rule(("istio_version", "lightstep_tracer_in_proxy"), _tracer_has_a_use),
    Rule(("istio_version", *_OF_THE_CLUSTER), _runs_on_this_kubernetes),
)
