"""What each container of the program may use: one table.

Sidecars have Istio's own figures (chart value `global.proxy.resources`), the same as the gateway's here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pulumi_kubernetes.core.v1 import ResourceRequirementsArgs

from components.model.bookinfo import DETAILS, PRODUCTPAGE, RATINGS, REVIEWS

#: The Collector's memory limit in MiB for each backend that it sends to. The memory limiter and the sending queue are
#: sized against it.
MEMORY_LIMIT_MIB: Final = 512

#: Jaeger's memory limit in MiB. `backends.jaeger.MAX_TRACES` traces of ten spans with 23 tags, as sidecars report them,
#: take half of it (tests/verify/backends/test_jaeger_stores.py).
JAEGER_MEMORY_LIMIT_MIB: Final = 1024


@dataclass(frozen=True)
class Resources:
    """What a container is given for certain, and what it may take.

    Arguments:
        cpu: CPUs that its node keeps free for it, in Kubernetes' notation.
        memory: memory that its node keeps free for it.
        cpu_limit: CPUs from which on it is slowed down.
        memory_limit: memory from which on it is ended.
    """

    cpu: str
    memory: str
    cpu_limit: str
    memory_limit: str

    def args(self) -> ResourceRequirementsArgs:
        """Return it as an argument of a typed resource."""
        return ResourceRequirementsArgs(**self.values())

    def values(self) -> dict[str, Any]:
        """Return it as chart values have it."""
        return {
            "requests": {"cpu": self.cpu, "memory": self.memory},
            "limits": {"cpu": self.cpu_limit, "memory": self.memory_limit},
        }


#: Container -> its resources. istiod's requests and the gateway's figures are those of Istio's charts 1.15 to 1.30,
#: which leave istiod without limits; these are far above the 1 vCPU and 1.5 GB of a mesh of 1,000 services and 2,000
#: sidecars (https://istio.io/v1.16/docs/ops/deployment/performance-and-scalability). The CNI agent's requests are its
#: chart's, too, which sets no limits. Bookinfo's are about
#: twice what its processes took on a node (resident memory of each, `ps`): details 19 MiB, ratings 47 MiB, reviews, in
#: Java, 160 MiB, productpage 450 MiB, since its image starts 8 workers.
RESOURCES: Final[Mapping[str, Resources]] = {
    "istiod": Resources("500m", "2Gi", "4", "4Gi"),
    "cni": Resources("100m", "100Mi", "1", "512Mi"),
    "gateway": Resources("100m", "128Mi", "2", "1Gi"),
    "collector": Resources("100m", "128Mi", "1", f"{MEMORY_LIMIT_MIB}Mi"),
    "jaeger": Resources("100m", "256Mi", "1", f"{JAEGER_MEMORY_LIMIT_MIB}Mi"),
    DETAILS: Resources("20m", "64Mi", "500m", "256Mi"),
    RATINGS: Resources("20m", "64Mi", "500m", "256Mi"),
    REVIEWS: Resources("50m", "256Mi", "1", "512Mi"),
    PRODUCTPAGE: Resources("50m", "512Mi", "500m", "1Gi"),
}
