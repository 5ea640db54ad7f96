"""What stages are given, and what they leave for later ones."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from verify.cluster.api import KubernetesApi
from verify.cluster.collector import CollectorReading, read_collector
from verify.cluster.simulation import simulated_nodes
from verify.expected import Expected
from verify.traces.observation import Observation
from verify.traffic import Traffic


@dataclass(frozen=True)
class Options:
    """What the command line asks for.

    Arguments:
        only: names of the stages to run; empty (default) runs all.
        json: whether the result is printed as JSON. Default: for people.
        report: HTML file to write; `None` (default) writes none.
        requests: number of requests of the smoke traffic. Default 30.
        rate: requests per second. Default 10.
        timeout: seconds within which spans must arrive. Default 30.
        max_loss: percentage of expected spans that may be missing. Default 0.
        backend: the kind of backend that is asked for spans. Default: found out.
        backend_url: address of its query API; `None` (default) finds it out.
        backend_token_env: environment variable that holds the token of its query API; `None` (default) sends none.
        address: `host:port` to send traffic to in place of the gateway's own address; `None` (default) takes that.
        application: path at the gateway of an application that reports spans itself; `None` (default) asks none.
    """

    only: Collection[str] = ()
    json: bool = False
    report: Path | None = None
    requests: int = 30
    rate: float = 10
    timeout: float = 30
    max_loss: float = 0
    backend: str = "auto"
    backend_url: str | None = None
    backend_token_env: str | None = None
    address: str | None = None
    application: str | None = None


@dataclass
class Context:
    """One run of the verification.

    Arguments:
        expected: what is to hold in the environment.
        options: what the command line asks for.

    Attributes:
        traffic: what the smoke traffic sent and got, once that stage has run.
        observation: what was seen of its spans, once that stage has run.
    """

    expected: Expected
    options: Options = field(default_factory=Options)
    traffic: Traffic | None = None
    observation: Observation | None = None

    @cached_property
    def kubernetes(self) -> KubernetesApi:
        """The cluster's API.

        Raises:
            KubeconfigError: if the kubeconfig can't be used.
        """
        return KubernetesApi.connect(self.expected.kubeconfig)

    @cached_property
    def simulated_nodes(self) -> frozenset[str]:
        """Names of the nodes on which no Pod really runs; see `simulation`.

        Raises:
            ClusterError: if the API server does not tell the nodes.
        """
        return simulated_nodes(self.kubernetes.items("/api/v1/nodes"))

    @cached_property
    def collector(self) -> CollectorReading | None:
        """The first look at the Collector; `None` in modes without one. `read_collector` looks again.

        Raises:
            ClusterError: if the API server does not tell the Pods.
        """
        namespace = self.expected.collector_namespace
        return (
            read_collector(self.kubernetes, namespace, self.simulated_nodes, mirrored=len(self.expected.backends) > 1)
            if namespace
            else None
        )
