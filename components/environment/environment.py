"""One environment: what a stack holds, part by part. Here, and in `settings_args`, settings become Args."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.bookinfo.bookinfo import Bookinfo, BookinfoArgs
from components.bookinfo.routes import HttpRoute, IstioRoute, Route
from components.cluster.handle import ClusterHandle
from components.configuration.settings import Settings
from components.constants.choices import ClusterKind, PodNetwork
from components.constants.names import COLLECTOR_NAMESPACE, GATEWAY_NAMESPACE
from components.environment.args import (
    base_chart_values,
    certificate_ends,
    certificate_source,
    chart_source,
    cni_chart_objects,
    cni_chart_values,
    control_planes,
    credentials,
    gke_args,
)
from components.environment.deletion_guard import DeletionGuardArgs, deletion_guard
from components.environment.outputs import EnvironmentOutputs
from components.environment.security import Security, SecurityArgs
from components.gateway.api_gateway import ApiGateway, ApiGatewayArgs
from components.gateway.certificate import GatewayCertificate, GatewayCertificateArgs
from components.gateway.crds import GatewayApiCrds, GatewayApiCrdsArgs
from components.gateway.entry import GatewayArgs
from components.gateway.gateway import IngressGateway, IngressGatewayArgs
from components.kubernetes.draining import drains
from components.kubernetes.pod_security import PodSecurity
from components.kubernetes.transforms import declared_state_wins, in_turn, rolls_with
from components.mesh.chart_source import ChartSource
from components.mesh.cni_plugin import CniPlugin, CniPluginArgs
from components.mesh.mesh import Mesh, MeshArgs
from components.mesh.namespaces import GIVEN_NAMESPACES, Namespaces, NamespacesArgs
from components.model.gateway import gateway_form
from components.model.revisions import unnamed
from components.tracing.plan import TracingPlan
from components.tracing.sidecar_generation import sidecar_generation
from components.tracing.tracing import CollectorPods, JaegerPods, Tracing, TracingArgs


@dataclass(frozen=True)
class EnvironmentArgs:
    """Arguments of `Environment`.

    Arguments:
        settings: the environment's checked configuration.
        tracing: how it traces; `tracing_plan` makes it from the settings.
    """

    settings: Settings
    tracing: TracingPlan


class Environment(pulumi.ComponentResource):
    """Cluster, mesh, namespaces, tracing, security, gateway and Bookinfo, each waiting only for what it needs.

    Arguments:
        name: the component's name.
        args: see `EnvironmentArgs`.
        opts: Pulumi's resource options.

    Attributes:
        outputs: the stack's outputs.
    """

    outputs: EnvironmentOutputs

    def __init__(self, name: str, args: EnvironmentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("traced-mesh:environment:Environment", name, {}, opts)
        self._settings = settings = args.settings
        self._plan = args.tracing
        cluster = self._cluster()
        self._in_cluster = pulumi.ResourceOptions(
            parent=self, providers=[cluster.provider], transforms=[declared_state_wins]
        )
        mesh = self._mesh(cluster)
        cni = self._cni_plugin(cluster)
        redirection = [cni.chart] if cni else []
        namespaces = self._namespaces()
        tracing = self._tracing(namespaces, mesh, [*redirection, *cluster.takes_traces])
        security = self._security(namespaces, mesh)
        self._ready = [*mesh.answering, *tracing.sidecar_secrets]  # for whatever has sidecars
        crds = self._crds(cluster)
        certificate = self._certificate(namespaces)
        gateway = self._gateway(namespaces, security, certificate, crds)
        parts: list[pulumi.Resource] = [mesh, namespaces, tracing, security, *crds, gateway]
        if cni:
            parts.append(cni)
        if certificate:
            parts.append(certificate)
        if settings.bookinfo:
            pods_after = [*security.bookinfo_network, *redirection]
            parts.append(self._bookinfo(namespaces, pods_after, certificate, gateway))
        guard = DeletionGuardArgs(parts, [*mesh.charts, *redirection], protect=settings.deletion_protection)
        deletion_guard(f"{name}-deletion-guard", guard, pulumi.ResourceOptions(parent=self))
        self.outputs = EnvironmentOutputs(cluster, gateway.entry, settings, self._plan, list(namespaces.names))
        self.register_outputs({})

    def _cluster(self) -> ClusterHandle:
        # Google Cloud's SDK takes more than a second to import, so each stack imports only its own kind of cluster.
        opts = pulumi.ResourceOptions(parent=self)
        settings = self._settings
        if settings.cluster_kind is ClusterKind.EXISTING:
            from components.cluster.existing import ExistingCluster, ExistingClusterArgs  # noqa: PLC0415 - see above

            args = ExistingClusterArgs(
                cluster_name=settings.cluster_name,
                kubeconfig=settings.kubeconfig_contents,
                context=settings.kube_context,
                admin=settings.cluster_admin,
            )
            return ExistingCluster("cluster", args, opts).handle

        from components.cluster.gke.cluster import GkeCluster  # noqa: PLC0415 - see above

        return GkeCluster("cluster", gke_args(settings, self._plan), opts).handle

    def _with_sidecars(self, namespace: str) -> pulumi.ResourceOptions:
        """Return the options of what has sidecars in a namespace: other Pods whenever these are to be others."""
        settings, revisions = self._settings, self._settings.revisions
        generation = sidecar_generation(
            self._plan, settings.pod_network, revisions.version_of(namespace), revisions.of(namespace)
        )
        rolling = pulumi.ResourceOptions(
            transforms=[in_turn(rolls_with(generation), drains(settings.kubernetes_version))]
        )
        return pulumi.ResourceOptions.merge(self._in_cluster, rolling)

    def _mesh(self, cluster: ClusterHandle) -> Mesh:
        settings = self._settings
        args = MeshArgs(
            charts=self._newest_charts(),
            control_planes=control_planes(settings, self._plan),
            base_values=base_chart_values(settings),
            tags=settings.istio_tags,
            protect=settings.deletion_protection,
            retain=settings.shares_istio_namespace,
            after=cluster.ready,
            pods_after=cluster.runs_pods,
        )
        return Mesh("mesh", args, self._in_cluster)

    def _cni_plugin(self, cluster: ClusterHandle) -> CniPlugin | None:
        """Make Istio's CNI plugin; `None` where Pods have an init container for what it does."""
        if self._settings.pod_network is not PodNetwork.ISTIO_CNI:
            return None
        waits = [*cluster.ready, *cluster.runs_pods]
        args = CniPluginArgs(
            self._newest_charts(), cni_chart_values(self._settings), waits, cni_chart_objects(self._settings)
        )
        return CniPlugin("cni", args, self._in_cluster)

    def _newest_charts(self) -> ChartSource:
        """Return where what is there once for all revisions comes from: the CRDs and the CNI plugin."""
        return chart_source(self._settings, self._settings.istio_version)

    def _namespaces(self) -> Namespaces:
        settings = self._settings
        init_containers = settings.pod_network is PodNetwork.INIT_CONTAINER
        with_sidecars = PodSecurity.PRIVILEGED if init_containers else PodSecurity.RESTRICTED
        application = [settings.bookinfo_namespace] if settings.bookinfo else []
        collector = [COLLECTOR_NAMESPACE] if self._plan.has_collector else []
        names = dict.fromkeys([*application, *settings.injected_namespaces, *collector, GATEWAY_NAMESPACE])
        args = NamespacesArgs(
            list(names),
            shared=settings.injected_namespaces,
            revisions={
                each: asked for each in names if (asked := unnamed(settings.revisions.asked_by(each))) is not None
            },
            enforced={
                **dict.fromkeys([*application, *collector], with_sidecars),
                GATEWAY_NAMESPACE: PodSecurity.RESTRICTED,  # its Pods have no init container
            },
            protect_shared=settings.deletion_protection,
        )
        return Namespaces("namespaces", args, self._in_cluster)

    def _tracing(self, namespaces: Namespaces, mesh: Mesh, pods_after: Sequence[pulumi.Resource]) -> Tracing:
        settings = self._settings
        args = TracingArgs(
            plan=self._plan,
            credentials=credentials(settings.access_token, settings.backend_headers, settings.backend_client_key),
            mirror_credentials=credentials(
                settings.mirror_access_token, settings.mirror_headers, settings.mirror_client_key
            ),
            namespaces=namespaces.names,
            collector=CollectorPods(
                namespace=COLLECTOR_NAMESPACE,
                image=settings.collector_image,
                injection_labels=settings.revisions.labels,
                replicas=settings.collector_replicas,
                monitoring=settings.monitoring,
                certificates=certificate_ends(settings),
            ),
            jaeger=JaegerPods(settings.jaeger_image, settings.jaeger_volume_gb),
            told=settings.injected_namespaces if settings.otlp_config_map else (),
            after=mesh.answering,
            pods_after=pods_after,
        )
        return Tracing("tracing", args, self._with_sidecars(COLLECTOR_NAMESPACE))

    def _security(self, namespaces: Namespaces, mesh: Mesh) -> Security:
        settings = self._settings
        own = settings.bookinfo_namespace
        args = SecurityArgs(
            tracing=self._plan,
            mutual_tls=settings.mutual_tls,
            injection_labels=settings.revisions.labels,
            form=gateway_form(gateway_api=settings.gateway_api),
            gateway=namespaces.names[GATEWAY_NAMESPACE],
            bookinfo=namespaces.names[own] if settings.bookinfo else None,
            bookinfo_is_alone=own not in GIVEN_NAMESPACES,
            after=mesh.answering,
        )
        return Security("security", args, self._in_cluster)

    def _crds(self, cluster: ClusterHandle) -> list[GatewayApiCrds]:
        """Install the Gateway API's CRDs, where that is this program's to do."""
        source = self._settings.gateway_api_source
        if source is None:
            return []
        return [GatewayApiCrds("gateway-api", GatewayApiCrdsArgs(source, cluster.ready), self._in_cluster)]

    def _gateway(
        self,
        namespaces: Namespaces,
        security: Security,
        certificate: GatewayCertificate | None,
        crds: list[GatewayApiCrds],
    ) -> IngressGateway | ApiGateway:
        settings = self._settings
        args = GatewayArgs(
            namespace=namespaces.names[GATEWAY_NAMESPACE],
            replicas=settings.gateway_replicas,
            service_type=settings.gateway_service_type,
            node_address=settings.gateway_host,
            revision=unnamed(settings.revisions.of(GATEWAY_NAMESPACE)),
            load_balancer_address=settings.gateway_load_balancer_address,
            source_ranges=settings.gateway_source_ranges,
            named_host=settings.gateway_named_host,
            tls=settings.gateway_has_tls,
            after=[*self._ready, *security.gateway_network],
        )
        if not settings.gateway_api:
            injected = IngressGatewayArgs(args, self._plan.sidecar_mounts)
            return IngressGateway("gateway", injected, self._with_sidecars(GATEWAY_NAMESPACE))
        by_api = ApiGatewayArgs(
            args,
            hosts=settings.gateway_hosts,
            certificate=certificate.secret_name if certificate else None,
            routes_from=settings.revisions.selector(namespaces.names),
            after=crds,
        )
        return ApiGateway("gateway", by_api, self._in_cluster)

    def _certificate(self, namespaces: Namespaces) -> GatewayCertificate | None:
        """Make what is missing of the gateway's certificate; `None` if it has none."""
        source = certificate_source(self._settings)
        if source is None:
            return None
        args = GatewayCertificateArgs(source, namespaces.names[GATEWAY_NAMESPACE], self._settings.gateway_hosts)
        return GatewayCertificate("gateway-certificate", args, self._in_cluster)

    def _bookinfo(
        self,
        namespaces: Namespaces,
        pods_after: Sequence[pulumi.Resource],
        certificate: GatewayCertificate | None,
        gateway: IngressGateway | ApiGateway,
    ) -> Bookinfo:
        args = BookinfoArgs(
            namespaces.names[self._settings.bookinfo_namespace],
            self._route(namespaces, certificate),
            after=self._ready,
            route_after=[gateway.programmed] if isinstance(gateway, ApiGateway) else [],
            pods_after=pods_after,
        )
        return Bookinfo("bookinfo", args, self._with_sidecars(self._settings.bookinfo_namespace))

    def _route(self, namespaces: Namespaces, certificate: GatewayCertificate | None) -> Route:
        settings = self._settings
        if settings.gateway_api:
            namespace = namespaces.names[GATEWAY_NAMESPACE]
            return HttpRoute(namespace, settings.gateway_hosts, tls=settings.gateway_has_tls)
        secret = certificate.secret_name if certificate else None
        return IstioRoute(self._plan.row.networking_api, settings.gateway_hosts, secret)
