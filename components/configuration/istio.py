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
from components.configuration.machinery.entries import by_name, text_of
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import (
    Switch,
    dns_label,
    either,
    from_file,
    from_text,
    json_object,
    matching,
    one_of,
    whole,
)
from components.constants.choices import ClusterKind, MutualTlsMode, PodNetwork
from components.constants.names import DEFAULT_REVISION
from components.model.chart_values import OWNED_BASE_VALUES, OWNED_CNI_VALUES, OWNED_ISTIOD_VALUES, owned_paths
from components.model.revisions import Revisions
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
#: A revision's longest object name is that of its Service, `istiod-<revision>`, which has 63 characters at most.
_NAME: Final = dns_label(56)
Revision: TypeAlias = Annotated[str, _NAME]
RevisionVersions: TypeAlias = Annotated[
    dict[str, InstanceOf[ExactVersion]],
    from_text(
        lambda text: by_name(json_object(text), _NAME, _entry_version),
        f"an object of revision and exact Istio version; a revision's name has {_NAME.words}, and {DEFAULT_REVISION} "
        "is the one without a name",
    ),
]
RevisionTags: TypeAlias = Annotated[
    dict[str, str],
    from_text(
        lambda text: by_name(json_object(text), _NAME, lambda value: text_of(_NAME, value)),
        f"an object of tag and revision, each {_NAME.words}",
    ),
]
NamespaceRevisions: TypeAlias = Annotated[
    dict[str, str],
    from_text(
        lambda text: by_name(json_object(text), dns_label(63), lambda value: text_of(_NAME, value)),
        "an object of namespace, and revision or tag",
    ),
]


def _entry_version(value: object) -> ExactVersion:
    if not isinstance(value, str):
        raise ValueError("its value is not the text of an exact version")
    return _istio_version(value)


def _newest(data: dict[str, Any]) -> ExactVersion:
    return max(data["istio_revisions"].values(), default=ExactVersion(DEFAULT))


def _pod_network(data: dict[str, Any]) -> PodNetwork:
    able = data["istio_version"] >= FIRST_WITH_CNI
    return PodNetwork.ISTIO_CNI if data["cluster_kind"] is ClusterKind.GKE and able else PodNetwork.INIT_CONTAINER


class IstioSettings(GkeSettings):
    """Which Istio is installed, and from where."""

    subject = "Istio"

    istio_revisions: RevisionVersions = key(
        "Control planes that stand side by side, as in an upgrade by revision: the version of each. The CRDs and the "
        "CNI plugin are those of the newest. docs/operations.md has the steps.",
        '{"default":"1.30.2","1-31":"1.31.4"}',
        allowed="{type}; two minor versions apart at most",
        default_text="none: one control plane, of istioVersion and istioRevision",
        default_factory=dict[str, Any],
        unset={},
    )
    istio_version: IstioVersion = key(
        "Version of Istio, where there is one control plane.",
        DEFAULT,
        default_text=f"the newest of `istioRevisions`; without them `{DEFAULT}`",
        default_factory=_newest,
    )
    istio_charts: IstioCharts = key(
        "Where Istio's charts come from.",
        CHARTS,
        allowed="oci://<registry>/<path>, https://<repository>, or a folder (relative to the project) that holds "
        "base/ and istiod/ of istioVersion, and cni/ for podNetwork istio-cni; in its path {version} stands for the "
        "version",
        default=ChartLocation(CHARTS),
    )
    istio_hub: ImagePrefix = key("Registry and path of Istio's images.", HUB, default=HUB)
    istio_revision: Revision | None = key(
        "Revision of the control plane; where there are several, the revision or tag by which namespaces have their "
        "sidecars unless namespaceRevisions names another.",
        "canary",
        default_text=f"none: the revision without a name, which Istio calls {DEFAULT_REVISION}",
        default=None,
    )
    istio_tags: RevisionTags = key(
        "Tags, which stand for a revision: namespaces that name one move when it is set on another revision.",
        '{"stable":"1-31"}',
        allowed=f"{{type}}; no tag is called {DEFAULT_REVISION} or like a revision",
        default_text="none",
        default_factory=dict[str, Any],
        unset={},
    )
    namespace_revisions: NamespaceRevisions = key(
        "The revision or tag by which single namespaces have their sidecars. Restart the Pods of those in "
        "injectedNamespaces; those that the program makes are rolled by itself.",
        '{"shop":"1-31"}',
        allowed="{type}; the namespaces are this stack's: bookinfoNamespace, those in injectedNamespaces, "
        "istio-ingress and observability",
        default_text="none",
        default_factory=dict[str, Any],
        unset={},
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

    @property
    def revisions(self) -> Revisions[ExactVersion]:
        """The control planes, and which namespace has its sidecars from which."""
        standard = self.istio_revision or DEFAULT_REVISION
        return Revisions(self.control_planes, standard, self.istio_tags, self.namespace_revisions)

    @property
    def control_planes(self) -> dict[str, ExactVersion]:
        """The version of each control plane by its revision."""
        return self.istio_revisions or {self.istio_revision or DEFAULT_REVISION: self.istio_version}


#: The fields from which the cluster's Kubernetes version follows.
_OF_THE_CLUSTER: Final = ("cluster_kind", "kubeconfig", "kube_context", "gke_version", "gke_release_channel")

#: The fields that say which cluster is asked, and those from which the control planes follow.
_WHICH_CLUSTER: Final = ("cluster_kind", "kubeconfig", "kube_context")
_REVISIONS: Final = ("istio_revisions", "istio_version", "istio_revision")

#: How many minor versions apart control planes may be that stand side by side: an upgrade by revision may leave one out
#: (https://istio.io/latest/docs/setup/upgrade/).
_MOST_APART: Final = 2


def kubernetes_version(settings: IstioSettings, around: ReadingContext) -> Version | None:
    """Return the Kubernetes version of the cluster: an existing one is asked, GKE's follows from what is configured.

    Returns:
        The version, also a minor version only; `None` if it can't be told.
    """
    if settings.cluster_kind is ClusterKind.GKE:
        return gke_kubernetes(settings.gke_release_channel, settings.gke_version)
    return facts_of_existing(settings, around).version


def facts_of_existing(settings: IstioSettings, around: ReadingContext) -> ClusterFacts:
    """Return what an existing cluster says of itself; nothing where it can't be asked."""
    try:
        return around.cluster(settings.kubeconfig_contents)
    except ValueError:  # other constraints say what is wrong with it
        return ClusterFacts()


def _no_other_istio_is_there(settings: IstioSettings, around: ReadingContext) -> Faults:
    if settings.cluster_kind is not ClusterKind.EXISTING or settings.take_over_istio:
        return
    ours = settings.control_planes
    for other in facts_of_existing(settings, around).other_istios:
        if other.revision in ours:
            beside = "traced-mesh" if "traced-mesh" not in ours else "traced-mesh-2"
            one = put("istio_revision", beside)
            yield Fault(
                "take_over_istio",
                f"the cluster has an Istio of revision {other.revision} that something else installed: "
                f"MutatingWebhookConfiguration {other.injector}, written by {' and '.join(other.writers)}",
                fixes=(put("take_over_istio", "true"), *([one] if not settings.istio_revisions else [])),
            )


def shares_istio_namespace(settings: IstioSettings, around: ReadingContext) -> bool:
    """Tell whether `istio-system` holds an Istio of somebody else's too, so that it must outlive the stack."""
    if settings.cluster_kind is not ClusterKind.EXISTING:
        return False
    return any(it.revision not in settings.control_planes for it in facts_of_existing(settings, around).other_istios)


def _the_newest_is_the_version(settings: IstioSettings, _: ReadingContext) -> Faults:
    newest = max(settings.control_planes.values())
    if settings.istio_version != newest:
        reason = f"istioRevisions says which versions there are, and the newest of them is {newest}"
        yield Fault("istio_version", reason, fixes=(remove("istio_version"),), allowed=f"{newest}, or nothing")


def _revisions_are_near_each_other(settings: IstioSettings, _: ReadingContext) -> Faults:
    versions = settings.control_planes
    oldest, newest = min(versions.values()), max(versions.values())
    near = {name: str(it) for name, it in versions.items() if _are_near(oldest, it)}
    if len(near) < len(versions):
        yield Fault(
            "istio_revisions",
            f"{oldest} and {newest} are more than {_MOST_APART} minor versions apart, which is further than Istio's "
            "project tests (https://istio.io/latest/docs/setup/upgrade/)",
            fixes=(put("istio_revisions", json.dumps(near)),),
        )


def _are_near(older: Version, newer: Version) -> bool:
    return newer.major == older.major and newer.minor <= older.minor + _MOST_APART


def _namespaces_have_a_control_plane(settings: IstioSettings, _: ReadingContext) -> Faults:
    revisions = settings.revisions
    if revisions.standard not in revisions.names:
        said = "" if settings.istio_revision else f"none is named, which means {DEFAULT_REVISION}, and "
        yield Fault(
            "istio_revision",
            f"{said}there is no such revision or tag",
            fixes=tuple(put("istio_revision", name) for name in revisions.names),
            allowed=either(revisions.names),
        )
    for namespace, asked in revisions.namespaces.items():
        if asked not in revisions.names:
            yield Fault(
                "namespace_revisions",
                f"there is no revision or tag {asked}",
                fixes=(remove("namespace_revisions", f".{namespace}"),),
                given=asked,
                allowed=either(revisions.names),
                path=f".{namespace}",
            )


def _tags_stand_for_revisions(settings: IstioSettings, _: ReadingContext) -> Faults:
    versions = settings.control_planes
    for tag, revision in settings.istio_tags.items():
        if tag == DEFAULT_REVISION or tag in versions:
            reason = "it is the name of a revision, and whoever names it would ask for two control planes"
        elif revision not in versions:
            reason = f"there is no revision {revision}"
        else:
            continue
        yield Fault(
            "istio_tags",
            reason,
            fixes=(remove("istio_tags", f".{tag}"),),
            given=revision,
            allowed=f"one of the revisions: {', '.join(versions)}",
            path=f".{tag}",
        )


def _nobody_is_left_behind(settings: IstioSettings, around: ReadingContext) -> Faults:
    """Refuse that a control plane goes which Pods still have their sidecars from."""
    if settings.cluster_kind is not ClusterKind.EXISTING:
        return
    staying = {name: str(version) for name, version in settings.control_planes.items()}
    for own in facts_of_existing(settings, around).own_istios:
        if own.revision in staying or not own.pods:
            continue
        with_it = {own.revision: own.version, **staying}
        known = parse_version(own.version) if own.version else None
        unwanted = remove("istio_version") if known and known > settings.istio_version else ()
        yield Fault(
            "istio_revisions",
            f"revision {own.revision} would go, and Pods have their sidecars from it: "
            + ", ".join(f"{count} in namespace {namespace}" for namespace, count in own.pods.items())
            + ". Keep it, move them (docs/operations.md, Upgrade by revision), and take it away then",
            fixes=((*put("istio_revisions", json.dumps(with_it)), *unwanted),) if known else (),
        )


def _can_be_installed(settings: IstioSettings, _: ReadingContext) -> Faults:
    for revision, version in settings.control_planes.items():
        if obstacle := row_for(version).obstacle:
            if settings.istio_revisions:
                yield Fault("istio_revisions", obstacle, (remove("istio_revisions", f".{revision}"),), str(version))
            else:
                fixes = (put("istio_version", NEWEST_NATIVE), put("istio_version", DEFAULT))
                yield Fault("istio_version", obstacle, fixes)


def _runs_on_this_kubernetes(settings: IstioSettings, around: ReadingContext) -> Faults:
    kubernetes = kubernetes_version(settings, around)
    for revision, version in settings.istio_revisions.items():
        if kubernetes and (reason := refusal(version, kubernetes)):
            yield Fault("istio_revisions", reason, (remove("istio_revisions", f".{revision}"),), str(version))
    reason = refusal(settings.istio_version, kubernetes) if kubernetes else ""
    if kubernetes and reason and not settings.istio_revisions:
        fitting = [text for text in (DEFAULT, NEWEST_NATIVE) if not refusal(Version(text), kubernetes)]
        yield Fault(
            "istio_version",
            reason,
            fixes=tuple(put("istio_version", text) for text in fitting),
            allowed=f"a version of Istio that can be installed on Kubernetes {minor(kubernetes)}",
        )


def _folder_holds_this_version(settings: IstioSettings, around: ReadingContext) -> Faults:
    for version in dict.fromkeys(settings.control_planes.values()):
        yield from _folder_of_version(settings, version, around)


def _folder_of_version(settings: IstioSettings, version: ExactVersion, around: ReadingContext) -> Faults:
    try:
        versions = settings.istio_charts.folder_of(version, around.root).folder_versions
    except ValueError as error:
        reason = f"{settings.istio_charts.of(version)}: {error}"
        yield Fault("istio_charts", reason, fixes=(put("istio_charts", CHARTS),))
        return
    wanted = str(version)
    other = [f"{chart}/Chart.yaml is of version {version}" for chart, version in versions.items() if version != wanted]
    if other:
        official = put("istio_charts", CHARTS)
        agreed: set[str] = set() if settings.istio_revisions else set(versions.values())
        yield Fault(
            "istio_charts",
            f"{' and '.join(other)}, and {'a revision' if settings.istio_revisions else 'istioVersion'} is {wanted}",
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
    oldest = min(settings.control_planes.values())
    if settings.pod_network is PodNetwork.ISTIO_CNI and oldest < FIRST_WITH_CNI:
        yield Fault(
            "pod_network",
            f"the program installs the CNI plugin of Istio {FIRST_WITH_CNI} and newer, and this is {oldest}",
            fixes=(put("pod_network", PodNetwork.INIT_CONTAINER), put("istio_version", DEFAULT)),
        )


def _folder_has_the_cni_chart(settings: IstioSettings, around: ReadingContext) -> Faults:
    try:
        charts = settings.istio_charts.folder_of(settings.istio_version, around.root).folder_versions
    except ValueError:  # another constraint says what is wrong with it
        return
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
    Constraint(_REVISIONS, _the_newest_is_the_version),
    Constraint(_REVISIONS, _revisions_are_near_each_other),
    Constraint(
        (*_REVISIONS, "istio_tags", "namespace_revisions"),
        _namespaces_have_a_control_plane,
    ),
    Constraint((*_REVISIONS, "istio_tags"), _tags_stand_for_revisions),
    Constraint((*_REVISIONS, *_WHICH_CLUSTER), _nobody_is_left_behind),
    Constraint(("istio_charts", *_REVISIONS), _folder_holds_this_version),
    Constraint(("base_values",), _base_values_are_free),
    Constraint(("istiod_values",), _istiod_values_are_free),
    Constraint(("cni_values",), _cni_values_are_free),
    Constraint(("cni_values", "pod_network"), _cni_values_are_used),
    Constraint(("pod_network", *_REVISIONS), _cni_fits_the_version),
    Constraint(("pod_network", "istio_charts", "istio_version"), _folder_has_the_cni_chart),
    Constraint(_REVISIONS, _can_be_installed),
    Constraint(("istio_revisions", "istio_version", *_OF_THE_CLUSTER), _runs_on_this_kubernetes),
    Constraint((*_REVISIONS, *_WHICH_CLUSTER, "take_over_istio"), _no_other_istio_is_there),
    only_for(ClusterKind.EXISTING, "take_over_istio"),
)
