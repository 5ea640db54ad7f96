"""Whether the ingress gateway stands by the Gateway API, and where its CRDs come from."""

import json
from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

from pydantic import InstanceOf

from components.configuration.gateway import GatewaySettings
from components.configuration.istio import IstioSettings
from components.configuration.machinery.constraints import Constraint, Fault, Faults
from components.configuration.machinery.gateway_api_crds import CrdFile
from components.configuration.machinery.key import ReadingContext, key
from components.configuration.machinery.problems import put, remove
from components.configuration.machinery.types import Switch, from_file, project_path
from components.constants.choices import ClusterKind
from components.model.gateway_api import InstalledCrds
from components.versions.gateway_api import FIRST, OLDEST_CRDS, crds_for, has_gateway_api
from components.versions.istio import DEFAULT

CrdsFile: TypeAlias = Annotated[
    InstanceOf[CrdFile], from_file(lambda text, around: CrdFile.read(text, project_path(text, around.root)))
]

#: Where the maintainers publish the CRDs of a release (https://gateway-api.sigs.k8s.io/guides/getting-started/).
_RELEASE: Final = "https://github.com/kubernetes-sigs/gateway-api/releases/download/v{version}/standard-install.yaml"


# The bases stand in reverse, since pydantic lists the last one's fields first.
class GatewayApiSettings(GatewaySettings, IstioSettings):
    """The ingress gateway by the Gateway API."""

    subject = "Gateway API"

    gateway_api: Switch = key(
        "Whether the ingress gateway stands by the Kubernetes Gateway API: a Gateway, of which istiod makes Deployment "
        "and Service, and HTTPRoutes. Otherwise by Istio's own Gateway and VirtualService.",
        "true",
        allowed=f"{{type}}; true with istioVersion {FIRST} or newer",
        default=False,
    )
    gateway_api_crds: CrdsFile | None = key(
        "File with the Gateway API's CRDs, for machines that don't reach GitHub.",
        "standard-install.yaml",
        allowed="the path of a file, relative to the project, with the CRDs of Gateway API "
        f"{OLDEST_CRDS} or newer; only with gatewayApi and clusterKind existing",
        default_text="none: the release on GitHub that goes with istioVersion",
        default=None,
    )


#: How many host names an HTTPRoute holds at most (its CRD, `spec.hostnames.maxItems`).
_MOST_HOSTS: Final = 16

#: The fields that say which cluster is asked, and whether.
_OF_THE_CLUSTER: Final = ("gateway_api", "cluster_kind", "kubeconfig", "kube_context")


def crds_to_install(settings: GatewayApiSettings, around: ReadingContext) -> str | None:
    """Return the file or address of the CRDs that the program installs; `None` if they are somebody else's.

    On GKE that is GKE. Another cluster is asked: the CRDs that are there stay as they are, unless this program
    installed them. Those it goes on looking after, and never takes back to an older release.
    """
    if not settings.gateway_api or settings.cluster_kind is ClusterKind.GKE:
        return None
    found = _installed(settings, around)
    if found is None or not (found.version is None or found.ours):
        return None
    if settings.gateway_api_crds:
        return settings.gateway_api_crds.text
    wanted = crds_for(settings.istio_version)
    return _RELEASE.format(version=max(wanted, found.version or wanted))


def _installed(settings: GatewayApiSettings, around: ReadingContext) -> InstalledCrds | None:
    """Return which CRDs the cluster has; `None` if it is none to ask, or doesn't answer."""
    if not settings.gateway_api or settings.cluster_kind is ClusterKind.GKE:
        return None
    try:
        kubeconfig = settings.kubeconfig_contents
    except ValueError:  # other constraints say what is wrong with it
        return None
    return around.installed_crds(kubeconfig)


def _istio_is_new_enough(settings: GatewayApiSettings, _: ReadingContext) -> Faults:
    oldest = min(settings.control_planes.values())
    if settings.gateway_api and not has_gateway_api(oldest):
        reason = f"istioVersion is {oldest}, whose istiod can't be told how its gateways are to be"
        yield Fault("gateway_api", reason, fixes=(remove("gateway_api"), put("istio_version", DEFAULT)))


def _hosts_fit_into_a_route(settings: GatewayApiSettings, _: ReadingContext) -> Faults:
    hosts = settings.gateway_hosts
    if settings.gateway_api and len(hosts) > _MOST_HOSTS:
        reason = f"there are {len(hosts)}, and with gatewayApi an HTTPRoute holds {_MOST_HOSTS} at most"
        fewer = put("gateway_hosts", json.dumps(hosts[:_MOST_HOSTS]))
        yield Fault("gateway_hosts", reason, fixes=(fewer, remove("gateway_api")))


def _file_has_a_use(settings: GatewayApiSettings, _: ReadingContext) -> Faults:
    if settings.gateway_api_crds is None:
        return
    if not settings.gateway_api:
        reason = "gatewayApi is false, so no CRDs are installed"
        yield Fault("gateway_api_crds", reason, fixes=(remove("gateway_api_crds"), put("gateway_api", "true")))
    elif settings.cluster_kind is ClusterKind.GKE:
        reason = "clusterKind is gke, and GKE installs the CRDs itself"
        yield Fault("gateway_api_crds", reason, fixes=(remove("gateway_api_crds"),))


def _file_is_new_enough(settings: GatewayApiSettings, around: ReadingContext) -> Faults:
    if settings.gateway_api_crds is None:
        return
    release, without = settings.gateway_api_crds.release, (remove("gateway_api_crds"),)
    if release < OLDEST_CRDS:
        yield Fault("gateway_api_crds", f"it is of release {release}", fixes=without)
        return
    found = _installed(settings, around)
    if found and found.ours and found.version and release < found.version:
        reason = f"it is of release {release} and the cluster has {found.version}; CRDs are never taken back"
        yield Fault("gateway_api_crds", reason, fixes=without)


def _others_crds_are_new_enough(settings: GatewayApiSettings, around: ReadingContext) -> Faults:
    found = _installed(settings, around)
    if found and found.version and not found.ours and found.version < OLDEST_CRDS:
        address = _RELEASE.format(version=crds_for(settings.istio_version))
        reason = (
            f"the cluster has the CRDs of release {found.version} and somebody else looks after them; whoever that is "
            f"brings newer ones: kubectl apply --server-side --filename {address}"
        )
        allowed = f"true where the cluster has CRDs of Gateway API {OLDEST_CRDS} or newer, or none; or false"
        yield Fault("gateway_api", reason, fixes=(remove("gateway_api"),), allowed=allowed)


GATEWAY_API_CONSTRAINTS: Final[Sequence[Constraint[GatewayApiSettings]]] = (
    Constraint(("gateway_api", "istio_version", "istio_revisions", "istio_revision"), _istio_is_new_enough),
    Constraint(("gateway_api", "gateway_hosts"), _hosts_fit_into_a_route),
    Constraint(("gateway_api", "gateway_api_crds", "cluster_kind"), _file_has_a_use),
    Constraint((*_OF_THE_CLUSTER, "gateway_api_crds"), _file_is_new_enough),
    Constraint((*_OF_THE_CLUSTER, "istio_version"), _others_crds_are_new_enough),
)
