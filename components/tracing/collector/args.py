"""What a Collector is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.backends.backend import Backend, google_project
from components.constants.choices import Monitoring
from components.kubernetes.resources import MEMORY_LIMIT_MIB
from components.model.spans import TailSampling
from components.tracing.collector.destination import Destination


@dataclass(frozen=True)
class CollectorArgs:
    """Arguments of `Collector`.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        destinations: where the spans go. The Pods mount the first one's CA, if it has one, from the CA Secret of
            `namespace`; here it is only read in order to roll them when it changes.
        image: the Collector's image, pinned by tag or digest.
        injection_labels: the labels of namespaces with sidecar injection, of which a namespace has one; only their Pods
            reach the Collector.
        replicas: number of Pods; from 2 on with a disruption budget. Default 2.
        tail_sampling: which traces are kept; `None` (default) keeps all.
        monitoring: what scrapes the counters. Default: nothing.
        after: what the Pods wait for: the injector (`Mesh.answering`) and the CA Secret. Default: nothing.
    """

    namespace: pulumi.Input[str]
    destinations: Sequence[Destination]
    image: str
    injection_labels: Sequence[Mapping[str, str]]
    replicas: int = 2
    tail_sampling: TailSampling | None = None
    monitoring: Monitoring | None = None
    after: Sequence[pulumi.Resource] = ()

    @property
    def backends(self) -> list[Backend]:
        """Where the spans go."""
        return [each.backend for each in self.destinations]

    @property
    def ca_certificate(self) -> str | None:
        """What the CA Secret holds, PEM; `None` if the first backend has no CA of its own."""
        return self.backends[0].ca_certificate

    @property
    def google_identity(self) -> bool:
        """Whether the Pods show their identity in Google Cloud."""
        return google_project(self.backends) is not None

    @property
    def memory_limit(self) -> int:
        """Memory in MiB that each Pod may take: every destination has a queue in it."""
        return MEMORY_LIMIT_MIB * len(self.destinations)

    @property
    def peers(self) -> bool:
        """Whether the Pods hand spans to one another, so that those of a trace come together."""
        return self.tail_sampling is not None and self.replicas > 1
