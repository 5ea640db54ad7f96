"""Which version of the Gateway API's CRDs goes with which Istio: data with sources, and what reads it."""

from dataclasses import dataclass
from typing import Final

from packaging.version import Version


@dataclass(frozen=True)
class GatewayApiRow:
    """What holds from one Istio version on, until the next row.

    Arguments:
        since: first Istio release of the row, for example `1.27.0`.
        crds: the Gateway API release whose CRDs the program installs for it.
        source: where that is said.
    """

    since: Version
    crds: Version
    source: str


#: Oldest first. Lines between two rows get the older one's CRDs, which newer Istio versions take as well.
TABLE: Final = (
    GatewayApiRow(Version("1.27.0"), Version("1.3.0"), "istio/istio 1.27.0, go.mod"),
    GatewayApiRow(Version("1.30.0"), Version("1.5.1"), "istio/istio, branch release-1.30, go.mod"),
    GatewayApiRow(Version("1.31.0"), Version("1.6.0"), "istio/istio, main branch of 27 August 2026, go.mod"),
)

#: First Istio release whose gateways the program makes by the Gateway API. Earlier ones are built against a release
#: candidate of it (1.26.0) or can't be told replicas, disruption budget and ports (istio.io/istio 1.24.0,
#: pilot/pkg/config/kube/gateway/deploymentcontroller.go: no `parametersRef`).
FIRST: Final = TABLE[0].since

#: Oldest CRDs with `spec.infrastructure` of Gateway in their standard channel (kubernetes-sigs/gateway-api 1.1.0 and
#: 1.2.0, config/crd/standard/gateway.networking.k8s.io_gateways.yaml).
OLDEST_CRDS: Final = Version("1.2.0")


def crds_for(istio: Version) -> Version:
    """Return the Gateway API release whose CRDs go with an Istio version; with one older than `FIRST` the oldest."""
    release = Version(istio.base_version)  # a release candidate has what its release will have
    return next((row.crds for row in reversed(TABLE) if row.since <= release), TABLE[0].crds)


def has_gateway_api(istio: Version) -> bool:
    """Tell whether the program makes the gateway of an Istio version by the Gateway API."""
    return Version(istio.base_version) >= FIRST
