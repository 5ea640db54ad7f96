"""The OpenTelemetry Collector inside the cluster: takes OTLP from sidecars and applications, sends it to the backend.

They reach it in the clear inside mutual TLS, because it has a sidecar itself; it verifies the backend with the CA
Secret and shows it the headers and the client certificate from a Secret. Left out on purpose: the namespace and the CA
Secret, which the caller hands in, and a Telemetry resource that keeps its sidecar out of the traces (`Tracing`).
"""

import pulumi
import pulumi_kubernetes as kubernetes
import yaml
from pulumi_kubernetes.apps.v1 import DeploymentSpecArgs
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.constants.files import CREDENTIALS_SECRET
from components.constants.names import COLLECTOR as NAME
from components.constants.names import COLLECTOR_PEERS
from components.constants.names import COLLECTOR_SELECTOR as SELECTOR
from components.kubernetes.network_policies import network_policy
from components.kubernetes.objects import SKIP_AWAIT, recommended_labels
from components.kubernetes.workloads import disruption_budget
from components.tracing.collector.args import CollectorArgs
from components.tracing.collector.configuration import collector_configuration
from components.tracing.collector.credentials import configuration_checksum, credential_files
from components.tracing.collector.network_policy import collector_access
from components.tracing.collector.pods import pod_template
from components.tracing.otlp_server import GRPC, HTTP, PEERS, account_without_rights, configuration_map, otlp_service


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
        self._files = credential_files(args.destinations)
        scraped = args.monitoring is not None
        wanted = collector_configuration(args.destinations, args.tail_sampling, args.replicas, scraped=scraped)
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
            collector_access(
                SELECTOR,
                self._args.backends,
                self._args.injection_labels,
                peers=self._args.peers,
                monitoring=self._args.monitoring,
            ),
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
                    args,
                    self._labels,
                    frozenset(self._files),
                    configuration_checksum(configuration, args.ca_certificate, self._files),
                ),
            ),
            opts=self._child(depends_on),
        )
