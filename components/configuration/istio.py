"""Istio: its version, where it comes from, and what its charts are given."""

import json
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Annotated, Any, Final, TypeAlias

from packaging.version import Version
from pydantic import InstanceOf

from components.configuration.cluster import only_for
from components.configuration.gke import GkeSettings
from components.configuration.machinery.chart_location import CNI_CHART, ChartLocation
from components.configuration.machinery.cluster_facts import ClusterFacts
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import (
    Switch,
    dns_label,
    from_file,
    from_text,
    json_object,
    matching,
    one_of,
    whole,
)
from components.constants.choices import ClusterKind, MutualTlsMode, PodNetwork
from components.model.chart_values import OWNED_BASE_VALUES, OWNED_CNI_VALUES, OWNED_ISTIOD_VALUES, owned_paths
from components.versions.artifacts import CHARTS, HUB, retirement
from components.versions.istio import (
    DEFAULT,
    FIRST_WITH_CNI,
    NEWEST_NATIVE,
    TABLE,
    UnsupportedVersionError,
    parse_version,
    row_for,
)
from components.versions.support import gke_kubernetes, minor, refusal


class ExactVersion(Version):
    """A version that is printed as it was written: tags and chart versions say `1.28.0-rc.1`, never `1.28.0rc1`."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[type["ExactVersion"], tuple[str]]:  # copies keep the text
        return ExactVersion, (self._text,)


def _istio_version(text: str) -> ExactVersion:
    try:
        row_for(parse_version(text))
    except UnsupportedVersionError:
        raise
    except ValueError as error:
        raise ValueError("it is not an exact version") from error
    return ExactVersion(text)


ChartValues: TypeAlias = Annotated[
    dict[str, Any],
    from_text(json_object, "an object of chart values, without those that have a configuration key of their own"),
]
IstioVersion: TypeAlias = Annotated[
    InstanceOf[ExactVersion],
    from_text(_istio_version, f"an exact version such as {DEFAULT}, without a leading v; {TABLE[0].since} or newer"),
]
IstioCharts: TypeAlias = Annotated[
    InstanceOf[ChartLocation], from_file(lambda text, around: ChartLocation.parse(text, around.root))
]
ImagePrefix: TypeAlias = Annotated[
    str,
    matching(
        r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9][a-z0-9._-]*)*",
        "<registry>/<path>, without a scheme, tag or slash at the end",
    ),
]
Revision: TypeAlias = Annotated[str, dns_label(63)]


def _pod_network(data: dict[str, Any]) -> PodNetwork:
    able = data["istio_version"] >= FIRST_WITH_CNI
    return PodNetwork.ISTIO_CNI if data["cluster_kind"] is ClusterKind.GKE and able else PodNetwork.INIT_CONTAINER


class IstioSettings(GkeSettings):
    """Which Istio is installed, and from where."""

    subject = "Istio"

    istio_version: IstioVersion = key("Version of Istio.", DEFAULT, default=ExactVersion(DEFAULT))
    istio_charts: IstioCharts = key(
        "Where Istio's charts come from.",
        CHARTS,
        allowed="oci://<registry>/<path>, https://<repository>, or a folder (relative to the project) that holds "
        "base/ and istiod/ of istioVersion, and cni/ for podNetwork istio-cni",
        default=ChartLocation(CHARTS),
    )
    istio_hub: ImagePrefix = key("Registry and path of Istio's images.", HUB, default=HUB)
    istio_revision: Revision | None = key(
        "Revision of the control plane, for running two versions side by side.",
        "canary",
        default_text="none: the default revision",
        default=None,
    )
    take_over_istio: Switch = key(
        "Whether an Istio that something else installed (istioctl, Helm, Google's managed mesh) is taken over: its "
        "objects become this stack's, and `pulumi destroy` deletes them. Without it such a cluster is refused.",
        "true",
        allowed="{type}; true only with an existing cluster. An Istio of another istioRevision may stay beside, "
        "but shares namespace istio-system and the CRDs",
        default=False,
    )
    istiod_replicas: Annotated[int, whole(1, 50)] = key(
        "Number of istiod's Pods that there are at least; more are made under load. From 2 on one of them stays up "
        "while nodes are drained.",
        "2",
        default=2,
    )
    mutual_tls: Annotated[MutualTlsMode, one_of(MutualTlsMode)] = key(
        "What sidecars take in. strict: mutual TLS only, so that callers without a sidecar reach nothing in "
        "namespaces that have them. permissive: plain text too.",
        "strict",
        default=MutualTlsMode.STRICT,
    )
    pod_network: Annotated[PodNetwork, one_of(PodNetwork)] = key(
        "Who leads the traffic of Pods through their sidecars. istio-cni: Istio's CNI plugin on each node, so that "
        "namespaces with sidecars take hardened Pods only. init-container: a container with rights over the network in "
        "each Pod, for nodes whose CNI folders are not to be written to, such as GKE Autopilot's.",
        "istio-cni",
        allowed=f"{{type}}; istio-cni with Istio {FIRST_WITH_CNI} or newer",
        default_text="gke: `istio-cni` where `istioVersion` allows it; otherwise `init-container`",
        default_factory=_pod_network,
    )
    base_values: ChartValues = key(
        "Extra values for Istio's base chart.",
        '{"base":{"enableIstioConfigCRDs":true}}',
        default_factory=dict[str, Any],
    )
    istiod_values: ChartValues = key(
        "Extra values for the istiod chart.", '{"pilot":{"autoscaleMax":9}}', default_factory=dict[str, Any]
    )
    cni_values: ChartValues = key(
        "Extra values for Istio's cni chart, such as where an existing cluster's nodes have their CNI plugins.",
        '{"global":{"platform":"k3s"}}',
        default_factory=dict[str, Any],
    )


#: The fields from which the cluster's Kubernetes version follows.
_OF_THE_CLUSTER: Final = ("cluster_kind", "kubeconfig", "kube_context", "gke_version", "gke_release_channel")


def kubernetes_version(settings: IstioSettings, around: ReadingContext) -> Version | None:
    """Return the Kubernetes version of the cluster: an existing one is asked, GKE's follows from what is configured.

    Returns:
        The version, also a minor version only; `None` if it can't be told.
    """
    if settings.cluster_kind is ClusterKind.GKE:
        return gke_kubernetes(settings.gke_release_channel, settings.gke_version)
    return _existing(settings, around).version


def _existing(settings: IstioSettings, around: ReadingContext) -> ClusterFacts:
    """Return what an existing cluster says of itself; nothing where it can't be asked."""
    try:
        return around.cluster(settings.kubeconfig_contents)
    except ValueError:  # other constraints say what is wrong with it
        return ClusterFacts()


def _no_other_istio_is_there(settings: IstioSettings, around: ReadingContext) -> Faults:
    if settings.cluster_kind is not ClusterKind.EXISTING or settings.take_over_istio:
        return
    revision = settings.istio_revision or "default"
    for other in _existing(settings, around).other_istios:
        if other.revision == revision:
            beside = "traced-mesh" if revision != "traced-mesh" else "traced-mesh-2"
            yield Fault(
                "take_over_istio",
                f"the cluster has an Istio of revision {revision} that something else installed: "
                f"MutatingWebhookConfiguration {other.injector}, written by {' and '.join(other.writers)}",
                fixes=(
                    put("take_over_istio", "true"),
                    (*put("istio_revision", beside), *put("deletion_protection", "true")),
                ),
            )


def _can_be_installed(settings: IstioSettings, _: ReadingContext) -> Faults:
    obstacle = row_for(settings.istio_version).obstacle
    if obstacle:
        yield Fault(
            "istio_version",
            obstacle,
            fixes=(put("istio_version", NEWEST_NATIVE), put("istio_version", DEFAULT)),
        )


def _runs_on_this_kubernetes(settings: IstioSettings, around: ReadingContext) -> Faults:
    kubernetes = kubernetes_version(settings, around)
    reason = refusal(settings.istio_version, kubernetes) if kubernetes else ""
    if kubernetes and reason:
        fitting = [text for text in (DEFAULT, NEWEST_NATIVE) if not refusal(Version(text), kubernetes)]
        yield Fault(
            "istio_version",
            reason,
            fixes=tuple(put("istio_version", text) for text in fitting),
            allowed=f"a version of Istio that can be installed on Kubernetes {minor(kubernetes)}",
        )


def _folder_holds_this_version(settings: IstioSettings, _: ReadingContext) -> Faults:
    versions = settings.istio_charts.folder_versions
    wanted = str(settings.istio_version)
    other = [f"{chart}/Chart.yaml is of version {version}" for chart, version in versions.items() if version != wanted]
    if other:
        official = put("istio_charts", CHARTS)
        agreed = set(versions.values())
        yield Fault(
            "istio_charts",
            f"{' and '.join(other)}, and istioVersion is {wanted}",
            fixes=(put("istio_version", agreed.pop()), official) if len(agreed) == 1 else (official,),
        )


def _hub_stays(settings: IstioSettings, _: ReadingContext) -> Faults:
    if reason := retirement(settings.istio_hub):
        yield Fault("istio_hub", reason, fixes=(put("istio_hub", HUB),))


def _charts_stay(settings: IstioSettings, _: ReadingContext) -> Faults:
    if reason := retirement(str(settings.istio_charts)):
        yield Fault("istio_charts", reason, fixes=(put("istio_charts", CHARTS),))


def _base_values_are_free(settings: IstioSettings, _: ReadingContext) -> Faults:
    return _owned("base_values", settings.base_values, OWNED_BASE_VALUES)


def _istiod_values_are_free(settings: IstioSettings, _: ReadingContext) -> Faults:
    return _owned("istiod_values", settings.istiod_values, OWNED_ISTIOD_VALUES)


def _cni_values_are_free(settings: IstioSettings, _: ReadingContext) -> Faults:
    return _owned("cni_values", settings.cni_values, OWNED_CNI_VALUES)


def _cni_values_are_used(settings: IstioSettings, _: ReadingContext) -> Faults:
    if settings.cni_values and settings.pod_network is not PodNetwork.ISTIO_CNI:
        reason = f"only podNetwork {PodNetwork.ISTIO_CNI} uses it, and this stack's is {settings.pod_network}"
        yield Fault("cni_values", reason, fixes=(remove("cni_values"), put("pod_network", PodNetwork.ISTIO_CNI)))


def _cni_fits_the_version(settings: IstioSettings, _: ReadingContext) -> Faults:
    if settings.pod_network is PodNetwork.ISTIO_CNI and settings.istio_version < FIRST_WITH_CNI:
        yield Fault(
            "pod_network",
            f"the program installs the CNI plugin of Istio {FIRST_WITH_CNI} and newer, and this is "
            f"{settings.istio_version}",
            fixes=(put("pod_network", PodNetwork.INIT_CONTAINER), put("istio_version", DEFAULT)),
        )


def _folder_has_the_cni_chart(settings: IstioSettings, _: ReadingContext) -> Faults:
    charts = settings.istio_charts.folder_versions
    if settings.pod_network is PodNetwork.ISTIO_CNI and charts and CNI_CHART not in charts:
        yield Fault(
            "istio_charts",
            f"the folder holds no chart '{CNI_CHART}' ({CNI_CHART}/Chart.yaml), which podNetwork "
            f"{PodNetwork.ISTIO_CNI} needs",
            fixes=(put("istio_charts", CHARTS), put("pod_network", PodNetwork.INIT_CONTAINER)),
        )


def _owned(field: str, values: Mapping[str, Any], owned: Mapping[str, str]) -> Faults:
    for path, instead in owned_paths(values, owned).items():
        rest, value = _without(values, path)
        yield Fault(
            field,
            f"{instead} decides this value",
            # `rm --path` reaches into YAML only, and does nothing where the object was stored as JSON text
            fixes=(remove(field, f".{path}"), put(field, json.dumps(rest))),
            given=json.dumps(value),
            allowed=f"nothing here; set {instead} instead",
            path=f".{path}",
        )


def _without(values: Mapping[str, Any], path: str) -> tuple[dict[str, Any], object]:
    """Return `values` without what stands at `path` (such as `a.b[0].c`), and what stood there."""
    rest: dict[str, Any] = deepcopy(dict(values))
    *parents, last = (int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path))
    holder: Any = rest
    for part in parents:
        holder = holder[part]
    return rest, holder.pop(last)


ISTIO_CONSTRAINTS: Final[Sequence[Constraint[IstioSettings]]] = (
    Constraint(("istio_hub",), _hub_stays),
    Constraint(("istio_charts",), _charts_stay),
    Constraint(("istio_charts", "istio_version"), _folder_holds_this_version),
    Constraint(("base_values",), _base_values_are_free),
    Constraint(("istiod_values",), _istiod_values_are_free),
    Constraint(("cni_values",), _cni_values_are_free),
    Constraint(("cni_values", "pod_network"), _cni_values_are_used),
    Constraint(("pod_network", "istio_version"), _cni_fits_the_version),
    Constraint(("pod_network", "istio_charts"), _folder_has_the_cni_chart),
    Constraint(("istio_version",), _can_be_installed),
    Constraint(("istio_version", *_OF_THE_CLUSTER), _runs_on_this_kubernetes),
    Constraint(
        ("cluster_kind", "kubeconfig", "kube_context", "istio_revision", "take_over_istio"), _no_other_istio_is_there
    ),
    only_for(ClusterKind.EXISTING, "take_over_istio"),
)
