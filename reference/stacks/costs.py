"""What a stack's monthly costs come from: amounts, read from the resources that it makes.

Prices are Google's to tell.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.support.mocks import Recorded, Recording

#: Zones of a regional cluster whose node pools name none
#: (https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters).
ZONES_OF_A_REGION: Final = 3

#: Hours of a month, as Google's price calculator counts (https://cloud.google.com/products/calculator).
HOURS: Final = 730

_GKE: Final = "https://cloud.google.com/kubernetes-engine/pricing"
_MACHINES: Final = "https://cloud.google.com/compute/vm-instance-pricing"
_DISKS: Final = "https://cloud.google.com/compute/disks-image-pricing"
_NETWORK: Final = "https://cloud.google.com/vpc/network-pricing"
_NAT: Final = "https://cloud.google.com/nat/pricing"
_OBSERVABILITY: Final = "https://cloud.google.com/stackdriver/pricing"


@dataclass(frozen=True)
class Count:
    """How many nodes a pool has in all zones together, or Pods a Deployment.

    Arguments:
        least: the least number.
        most: the greatest; more than `least` where an autoscaler works.
    """

    least: int
    most: int

    def __str__(self) -> str:
        return _range(self.least, self.most)

    @property
    def hours(self) -> str:
        """Node hours of a month."""
        return _range(self.least * HOURS, self.most * HOURS)


@dataclass(frozen=True)
class CostInput:
    """One row of the table.

    Arguments:
        title: what is paid for.
        amount: reads the amount from a stack's resources; a line for each that is different.
        prices: where Google tells the price; `None` where nothing is paid by itself.
    """

    title: str
    amount: Callable[[Recording], Iterator[str]]
    prices: str | None


def node_count(pool: Recorded) -> Count:
    """Return how many nodes a recorded node pool has.

    A zone's name has one part more than a region's: `us-central1-a` and `us-central1`.
    """
    inputs = pool.plain
    zones = len(inputs.get("nodeLocations") or []) or (1 if inputs["location"].count("-") == 2 else ZONES_OF_A_REGION)
    limits = inputs.get("autoscaling")
    if limits is None:
        return Count(inputs["nodeCount"] * zones, inputs["nodeCount"] * zones)
    return Count(limits["minNodeCount"] * zones, limits["maxNodeCount"] * zones)


def _pools(describe: Callable[[Recorded], str]) -> Callable[[Recording], Iterator[str]]:
    def amounts(recording: Recording) -> Iterator[str]:
        for pool in recording.of_kind("NodePool"):
            yield describe(pool)

    return amounts


def _machine(pool: Recorded) -> str:
    config = pool.plain["nodeConfig"]
    kind = "spot" if config["spot"] else "preemptible" if config["preemptible"] else "standard"
    return f"`{config['machineType']}`, {kind}"


def _disk(pool: Recorded) -> str:
    config = pool.plain["nodeConfig"]
    return f"{node_count(pool)} x {config['diskSizeGb']} GB `{config['diskType']}`"


def _cluster(recording: Recording) -> Iterator[str]:
    for cluster in recording.of_kind("Cluster"):
        location = cluster.plain["location"]
        yield f"{'zonal' if location.count('-') == 2 else 'regional'}, `{location}`, {HOURS} h"


def _nat(recording: Recording) -> Iterator[str]:
    for _ in recording.of_kind("RouterNat"):
        yield "1 gateway, the nodes behind it, and the data that it processes"


def _balancers(recording: Recording) -> Iterator[str]:
    for service in recording.of_kind("Service"):
        spec = service.plain.get("spec", {})
        if spec.get("type") == "LoadBalancer":
            yield f"1 forwarding rule ({', '.join(str(port['port']) for port in spec['ports'])}), and the data in"


def _addresses(recording: Recording) -> Iterator[str]:
    for address in [*recording.of_kind("Address"), *recording.of_kind("GlobalAddress")]:
        yield f"1 static address `{address.name}`"


def _logging(recording: Recording) -> Iterator[str]:
    for cluster in recording.of_kind("Cluster"):
        yield _codes(cluster.plain["loggingConfig"]["enableComponents"])


def _monitoring(recording: Recording) -> Iterator[str]:
    for cluster in recording.of_kind("Cluster"):
        config = cluster.plain["monitoringConfig"]
        yield _codes(config["enableComponents"])
        if config.get("managedPrometheus", {}).get("enabled"):
            yield "Managed Service for Prometheus"


def istiod_count(values: Mapping[str, Any]) -> Count:
    """Return how many Pods istiod has, from the values of its chart.

    The chart's own limits are 1 and 5 (manifests/charts/istio-control/istio-discovery/values.yaml, Istio 1.12 to 1.30).
    """
    pilot: Mapping[str, Any] = values.get("pilot", {})
    return Count(pilot.get("autoscaleMin", 1), pilot.get("autoscaleMax", 5))


def _replicas(recording: Recording) -> Iterator[str]:
    yield f"`istiod` {istiod_count(recording.named('istiod').plain['values'])}"
    for deployment in recording.of_kind("Deployment"):
        name: str = deployment.plain["metadata"]["name"]
        if deployment.parent != "bookinfo":
            yield f"`{name}` {_replicas_of(deployment)}"
    bookinfo = [each for each in recording.of_kind("Deployment") if each.parent == "bookinfo"]
    if bookinfo:
        yield f"Bookinfo {sum(_replicas_of(each) for each in bookinfo)}"


def _replicas_of(deployment: Recorded) -> int:
    count: Any = deployment.plain["spec"].get("replicas", 1)
    return int(count)


def _codes(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _range(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


#: The rows of the table, in its order.
COST_INPUTS: Final = (
    CostInput("control plane", _cluster, _GKE),
    CostInput("machines of the nodes", _pools(_machine), _MACHINES),
    CostInput("nodes, all zones", _pools(lambda pool: str(node_count(pool))), _MACHINES),
    CostInput("node hours a month", _pools(lambda pool: node_count(pool).hours), _MACHINES),
    CostInput("boot disks", _pools(_disk), _DISKS),
    CostInput("Cloud NAT", _nat, _NAT),
    CostInput("load balancer of the gateway", _balancers, _NETWORK),
    CostInput("static addresses", _addresses, _NETWORK),
    CostInput("logs of", _logging, _OBSERVABILITY),
    CostInput("metrics of", _monitoring, _OBSERVABILITY),
    CostInput("Pods, which the nodes have to hold", _replicas, None),
)
