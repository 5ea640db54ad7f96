"""All objects of Istio's charts, as an environment with everything in it has them."""

from functools import cache

from packaging.version import Version

from components.constants.choices import PodNetwork
from components.mesh.chart_values import cni_values, istiod_values
from tests.support.istio import RELEASE, Document, Istio


@cache
def chart_objects() -> list[Document]:
    """Return all that Istio's charts make, with what a GKE cluster and several replicas add."""
    istio, hub = Istio.obtain(), "docker.io/istio"
    plugin = cni_values(version=RELEASE, hub=hub, gke=True, kubernetes=Version("1.35"), extra={})
    istiod = istiod_values(
        version=RELEASE, hub=hub, revision=None, replicas=2, pod_network=PodNetwork.ISTIO_CNI, tracing={}, extra={}
    )
    return [*istio.render("base", {}), *istio.render("istiod", istiod), *istio.render("cni", plugin)]
