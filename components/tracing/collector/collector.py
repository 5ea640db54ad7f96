"""The OpenTelemetry Collector inside the cluster: takes OTLP from sidecars and applications, sends it to the backend.

They reach it in the clear inside mutual TLS, because it has a sidecar itself; it verifies the backend with the CA
Secret and shows it the headers and the client certificate from a Secret. Left out on purpose: the namespace and the CA
Secret, which the caller hands in, and a Telemetry resource that keeps its sidecar out of the traces (`Tracing`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.backends.backend import Backend
from components.constants.files import CREDENTIALS_SECRET
from components.constants.names import COLLECTOR as NAME
from components.constants.names import COLLECTOR_PEERS
from components.constants.names import COLLECTOR_SELECTOR as SELECTOR
from components.kubernetes.network_policies import network_policy
from components.kubernetes.objects import SKIP_AWAIT, recommended_labels
from components.kubernetes.workloads import disruption_budget
from components.model.spans import TailSampling
from components.tracing.collector.configuration import collector_configuration
from components.tracing.collector.credentials import configuration_checksum, credential_files
from components.tracing.collector.network_policy import collector_access
from components.tracing.collector.pods import pod_template
from components.tracing.otlp_server import GRPC, HTTP, PEERS, account_without_rights, configuration_map, otlp_service


@dataclass(frozen=True)
class CollectorArgs:
    """Arguments of `Collector`.

    Arguments:
        namespace: name of a namespace with sidecar injection.
        backend: where the spans go. The Pods mount its CA, if it has one, from the CA Secret of `namespace`; here it is
            only read in order to roll them when it changes.
        access_token: the backend's access token, a secret; `None` if `backend.token_header` is.
        image: the Collector's image, pinned by tag or digest.
        injection_labels: the labels of namespaces with sidecar injection, of which a namespace has one; only their Pods
            reach the Collector.
        headers: further headers -> value, secrets; one for each of `backend.header_names`. Default: none.
        client_key: private key of `backend.client_certificate`, PEM, a secret. Default `None`: no client certificate.
        replicas: number of Pods; from 2 on with a disruption budget. Default 2.
        tail_sampling: which traces are kept; `None` (default) keeps all.
        after: what the Pods wait for: the injector (`Mesh.answering`) and the CA Secret. Default: nothing.

    Raises:
        ValueError: if the backend asks for something that is missing, or something is given that it does not ask for.
    """

    namespace: pulumi.Input[str]
    backend: Backend
    access_token: pulumi.Input[str] | None
    image: str
    injection_labels: Sequence[Mapping[str, str]]
    headers: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    client_key: pulumi.Input[str] | None = None
    replicas: int = 2
    tail_sampling: TailSampling | None = None
    after: Sequence[pulumi.Resource] = ()

    @property
    def peers(self) -> bool:
        """Whether the Pods hand spans to one another, so that those of a trace come together."""
        return self.tail_sampling is not None and self.replicas > 1

    def __post_init__(self) -> None:
        backend = self.backend
        if (backend.token_header is None) != (self.access_token is None):
            raise ValueError("backend.token_header and access_token go together: set both or neither")
        if set(backend.header_names) != set(self.headers):
            raise ValueError("headers must have exactly the names in backend.header_names")
        if (backend.client_certificate is None) != (self.client_key is None):
            raise ValueError("backend.client_certificate and client_key go together: set both or neither")
        if (backend.ca_certificate or backend.client_certificate) and not backend.tls:
            raise ValueError("backend.ca_certificate and backend.client_certificate need backend.tls")


class Collector(pulumi.ComponentResource):
    """Deployment, Service, ServiceAccount without rights, ConfigMap, NetworkPolicy, and a Secret with the credentials.

    Where several Pods sample whole traces, a headless Service besides, by which they find one another.

    Attributes:
        deployment: the Collector's Deployment, awaited until it is available.
    """

    deployment: kubernetes.apps.v1.Deployment

    def __init__(self, name: str, args: CollectorArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:tracing:Collector", name, {}, opts)
        self._name = name
        self._args = args
        self._labels = recommended_labels(NAME, part_of="traced-mesh", component="collector")
        self._files = credential_files(args.backend, _headers(args), args.client_key)
        wanted = collector_configuration(args.backend, args.tail_sampling, args.replicas)
        configuration = yaml.safe_dump(wanted, sort_keys=False)
        service = self._metadata(annotations=SKIP_AWAIT)
        otlp_service(f"{name}-service", service, SELECTOR, [GRPC, HTTP], self._child())
        if args.peers:
            peers = self._metadata(COLLECTOR_PEERS, SKIP_AWAIT)
            otlp_service(f"{name}-peers", peers, SELECTOR, [PEERS], self._child(), headless=True)
        self.deployment = self._deployment(
            configuration,
            [
                account_without_rights(f"{name}-account", self._metadata(), self._child()),
                configuration_map(f"{name}-config", self._metadata(), configuration, self._child()),
                *self._credentials_secret(),
                self._network_policy(),
                *args.after,
            ],
        )
        disruption_budget(f"{name}-budget", self._metadata(), SELECTOR, args.replicas, self._child())
        self.register_outputs({})

    def _child(self, depends_on: list[pulumi.Resource] | None = None) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on)

    def _metadata(self, name: str = NAME, annotations: dict[str, str] | None = None) -> ObjectMetaArgs:
        return ObjectMetaArgs(name=name, namespace=self._args.namespace, labels=self._labels, annotations=annotations)

    def _credentials_secret(self) -> list[pulumi.Resource]:
        if not self._files:
            return []
        secret = kubernetes.core.v1.Secret(
            f"{self._name}-credentials",
            metadata=self._metadata(CREDENTIALS_SECRET),
            type="Opaque",
            string_data=self._files,
            opts=self._child(),
        )
        return [secret]

    def _network_policy(self) -> kubernetes.networking.v1.NetworkPolicy:
        return network_policy(
            f"{self._name}-policy",
            self._metadata(),
            collector_access(SELECTOR, self._args.backend, self._args.injection_labels, peers=self._args.peers),
            self._child(),
        )

    def _deployment(self, configuration: str, depends_on: list[pulumi.Resource]) -> kubernetes.apps.v1.Deployment:
        args = self._args
        return kubernetes.apps.v1.Deployment(
            f"{self._name}-deployment",
            metadata=self._metadata(),
            spec=DeploymentSpecArgs(
                replicas=args.replicas,
                selector=LabelSelectorArgs(match_labels=SELECTOR),
                template=pod_template(
                    image=args.image,
                    labels=self._labels,
                    files=frozenset(self._files),
                    ca=args.backend.ca_certificate is not None,
                    checksum=configuration_checksum(configuration, args.backend.ca_certificate, self._files),
                    google_identity=args.backend.google_project is not None,
                    peers=args.peers,
                ),
            ),
            opts=self._child(depends_on),
        )


def _headers(args: CollectorArgs) -> dict[str, pulumi.Input[str]]:
    headers = dict(args.headers)
    if args.backend.token_header is not None and args.access_token is not None:
        headers[args.backend.token_header] = pulumi.Output.secret(args.access_token).apply(args.backend.token_value)
    return headers
