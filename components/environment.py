"""One environment: what a stack holds, part by part. This is the one place that turns settings into Args."""

from dataclasses import dataclass
from typing import Any

import pulumi

from components.bookinfo import Bookinfo, BookinfoArgs
from components.chart_values import base_values, istiod_values
from components.choices import ClusterKind
from components.cluster import ClusterHandle
from components.collector import Backend, otlp_service
from components.gateway import GatewayArgs, IngressGateway
from components.istio_versions import row_for
from components.mesh import ChartSource, Mesh, MeshArgs
from components.names import COLLECTOR_NAMESPACE, GATEWAY_NAMESPACE
from components.namespaces import Namespaces, NamespacesArgs
from components.settings import Settings
from components.tracing import Tracing, TracingArgs
from components.transforms import declared_state_wins


@dataclass(frozen=True)
class EnvironmentOutputs:
    """What a stack tells: `exported` returns it under the names that `pulumi stack output` shows."""

    cluster: ClusterHandle
    gateway: IngressGateway
    settings: Settings
    namespaces: list[str]

    def exported(self) -> dict[str, Any]:
        """Return the stack's outputs; the kubeconfig among them is a secret."""
        settings = self.settings
        outputs: dict[str, Any] = {
            "clusterName": self.cluster.name,
            "kubeconfig": self.cluster.kubeconfig,
            "istioVersion": str(settings.istio_version),
            "tracingMode": row_for(settings.istio_version).mode.value,
            "backendAddress": str(settings.backend_address),
            "samplingPercentage": float(settings.sampling_percentage),
            "ingressHost": self.gateway.host,
            "ingressPort": self.gateway.port,
            "gatewayUrl": self.gateway.url,
            "namespaces": self.namespaces,
        }
        if settings.bookinfo:
            outputs["productPageUrl"] = pulumi.Output.concat(self.gateway.url, "/productpage")
        return outputs


class Environment(pulumi.ComponentResource):
    """Cluster, mesh, namespaces, tracing, gateway and Bookinfo, each waiting only for what it needs.

    Attributes:
        outputs: the stack's outputs.
    """

    outputs: EnvironmentOutputs

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:environment:Environment", name, {}, opts)
        self._settings = settings
        cluster = self._cluster()
        self._in_cluster = pulumi.ResourceOptions(
            parent=self, providers=[cluster.provider], transforms=[declared_state_wins]
        )
        mesh = self._mesh(cluster)
        namespaces = self._namespaces()
        self._tracing(namespaces, mesh)
        gateway = self._gateway(namespaces, mesh)
        if settings.bookinfo:
            self._bookinfo(namespaces, mesh)
        self.outputs = EnvironmentOutputs(cluster, gateway, settings, list(namespaces.names))
        self.register_outputs({})

    def _cluster(self) -> ClusterHandle:
        # Google Cloud's SDK takes more than a second to import, so each stack imports only its own kind of cluster.
        opts = pulumi.ResourceOptions(parent=self)
        settings = self._settings
        if settings.cluster_kind is ClusterKind.EXISTING:
            from components.cluster_existing import ExistingCluster, ExistingClusterArgs  # noqa: PLC0415 - see above

            args = ExistingClusterArgs(
                cluster_name=settings.cluster_name,
                kubeconfig=settings.kubeconfig_contents,
                context=settings.kube_context,
                admin=settings.cluster_admin,
            )
            return ExistingCluster("cluster", args, opts).handle

        from components.cluster_gke import GkeCluster, GkeClusterArgs  # noqa: PLC0415 - see above

        gke = GkeClusterArgs(
            cluster_name=settings.cluster_name,
            project=settings.gcp_project,
            zone=settings.gcp_zone,
            release_channel=settings.gke_release_channel,
            version=settings.gke_version,
            machine_type=settings.node_machine_type,
            node_count=settings.node_count,
            provisioning=settings.node_provisioning,
            admin=settings.cluster_admin,
        )
        return GkeCluster("cluster", gke, opts).handle

    def _mesh(self, cluster: ClusterHandle) -> Mesh:
        settings = self._settings
        args = MeshArgs(
            charts=ChartSource(str(settings.istio_charts), str(settings.istio_version)),
            base_values=base_values(revision=settings.istio_revision, extra=settings.base_values),
            istiod_values=istiod_values(
                version=str(settings.istio_version),
                hub=settings.istio_hub,
                revision=settings.istio_revision,
                collector=otlp_service(COLLECTOR_NAMESPACE),
                extra=settings.istiod_values,
            ),
        )
        return Mesh("mesh", args, after=cluster.ready, opts=self._in_cluster)

    def _namespaces(self) -> Namespaces:
        settings = self._settings
        application = [settings.bookinfo_namespace] if settings.bookinfo else []
        names = dict.fromkeys([*application, *settings.injected_namespaces, COLLECTOR_NAMESPACE, GATEWAY_NAMESPACE])
        args = NamespacesArgs(list(names), shared=settings.injected_namespaces, revision=settings.istio_revision)
        return Namespaces("namespaces", args, opts=self._in_cluster)

    def _tracing(self, namespaces: Namespaces, mesh: Mesh) -> Tracing:
        settings = self._settings
        token = settings.access_token
        args = TracingArgs(
            backend=Backend(str(settings.backend_address), settings.backend_tls, settings.access_token_header),
            access_token=pulumi.Output.secret(token.get_secret_value()) if token else None,
            ca_certificate=settings.ca_certificate,
            sampling_percentage=settings.sampling_percentage,
            telemetry_api=row_for(settings.istio_version).telemetry_api,
            namespaces=namespaces.names,
            collector_namespace=COLLECTOR_NAMESPACE,
            collector_image=settings.collector_image,
            collector_replicas=settings.collector_replicas,
        )
        return Tracing("tracing", args, after=mesh.answering, opts=self._in_cluster)

    def _gateway(self, namespaces: Namespaces, mesh: Mesh) -> IngressGateway:
        settings = self._settings
        args = GatewayArgs(
            namespace=namespaces.names[GATEWAY_NAMESPACE],
            replicas=settings.gateway_replicas,
            service_type=settings.gateway_service_type,
            node_address=settings.gateway_host,
            revision=settings.istio_revision,
        )
        return IngressGateway("gateway", args, after=mesh.answering, opts=self._in_cluster)

    def _bookinfo(self, namespaces: Namespaces, mesh: Mesh) -> Bookinfo:
        args = BookinfoArgs(namespace=namespaces.names[self._settings.bookinfo_namespace])
        return Bookinfo("bookinfo", args, after=mesh.answering, opts=self._in_cluster)
