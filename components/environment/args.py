"""The longer ones of the components' Args, made from settings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import pulumi
from packaging.version import Version
from pydantic import SecretStr

from components.configuration.machinery.certificates import first_end
from components.configuration.settings import Settings
from components.constants.choices import ClusterKind, PodNetwork
from components.constants.names import COLLECTOR, COLLECTOR_NAMESPACE
from components.gateway.certificate import CertificateIssuer, CertificateSecret, CertificateSource, GivenCertificate
from components.mesh.chart_source import ChartSource
from components.mesh.chart_values import base_values, cni_values, istiod_values
from components.mesh.mesh import ControlPlane
from components.mesh.owned_facts import IstiodFacts, OwnedObject, cni_objects
from components.model.chart_values import Values
from components.model.gke import GkeClusterArgs, OwnNetwork, PodAccount
from components.model.revisions import unnamed
from components.tracing.collector.destination import Credentials
from components.tracing.plan import TracingPlan
from components.tracing.values import tracing_values


def gke_args(settings: Settings, tracing: TracingPlan) -> GkeClusterArgs:
    """Return the arguments of the GKE cluster, in which the Collector may write to Cloud Trace if `tracing` says so."""
    own = OwnNetwork(settings.gke_node_range, settings.gke_pod_range, settings.gke_service_range)
    return GkeClusterArgs(
        cluster_name=settings.cluster_name,
        project=settings.gcp_project,
        location=settings.gke_location,
        release_channel=settings.gke_release_channel,
        version=settings.gke_version,
        node_pools=settings.completed_node_pools,
        enable_apis=settings.gcp_enable_apis,
        network=settings.gke_network or own,
        private_nodes=settings.gke_private_nodes,
        control_plane_range=settings.gke_control_plane_range,
        access=settings.gke_control_plane_access,
        authorized_networks=settings.gke_authorized_networks,
        encryption_key=settings.gke_database_encryption_key,
        maintenance_window=settings.gke_maintenance_window,
        maintenance_exclusions=settings.gke_maintenance_exclusions,
        binary_authorization=settings.gke_binary_authorization,
        logging=settings.gke_logging_components,
        monitoring=settings.gke_monitoring_components,
        labels=settings.gke_labels,
        deletion_protection=settings.deletion_protection,
        gateway_api=settings.gateway_api,
        trace_writer=PodAccount(COLLECTOR_NAMESPACE, COLLECTOR) if tracing.google_project else None,
        admin=settings.cluster_admin,
    )


def base_chart_values(settings: Settings) -> Values:
    """Return the values of Istio's base chart."""
    return base_values(revision=unnamed(settings.revisions.main), extra=settings.base_values)


def control_planes(settings: Settings, tracing: TracingPlan) -> list[ControlPlane]:
    """Return the control planes, which trace as `tracing` says, each as its version does it."""
    return [
        _control_plane(settings, replace(tracing, version=version), revision)
        for revision, version in settings.control_planes.items()
    ]


def _control_plane(settings: Settings, tracing: TracingPlan, revision: str) -> ControlPlane:
    return ControlPlane(
        chart_source(settings, tracing.version),
        istiod_chart_values(settings, tracing, revision),
        revision,
        istiod_chart_objects(settings, tracing, revision),
    )


def chart_source(settings: Settings, version: Version) -> ChartSource:
    """Return where the charts of a version come from."""
    return ChartSource(settings.istio_charts.of(version), str(version))


def istiod_chart_values(settings: Settings, tracing: TracingPlan, revision: str) -> Values:
    """Return the values of the istiod chart of a revision, whose version is that of `tracing`."""
    return istiod_values(
        version=str(tracing.version),
        hub=settings.istio_hub,
        revision=unnamed(revision),
        replicas=settings.istiod_replicas,
        pod_network=settings.pod_network,
        tracing=tracing_values(tracing),
        extra=settings.istiod_values,
    )


def istiod_chart_objects(settings: Settings, tracing: TracingPlan, revision: str) -> list[OwnedObject]:
    """Return what the istiod chart of a revision must make, so that the mesh traces as `tracing` says."""
    return IstiodFacts(
        version=str(tracing.version),
        hub=settings.istio_hub,
        revision=unnamed(revision),
        cni=settings.pod_network is PodNetwork.ISTIO_CNI,
        tracing=tracing_values(tracing),
    ).objects


def cni_chart_objects(settings: Settings) -> list[OwnedObject]:
    """Return what the cni chart must make."""
    return cni_objects(str(settings.istio_version), settings.istio_hub)


def cni_chart_values(settings: Settings) -> Values:
    """Return the values of the cni chart."""
    return cni_values(
        version=str(settings.istio_version),
        hub=settings.istio_hub,
        gke=settings.cluster_kind is ClusterKind.GKE,
        kubernetes=settings.kubernetes_version,
        extra=settings.cni_values,
    )


def certificate_source(settings: Settings) -> CertificateSource | None:
    """Return where the gateway's certificate comes from; `None` without one."""
    key = pulumi_secret(settings.gateway_certificate_key)
    if settings.gateway_certificate_file and key:
        return GivenCertificate(settings.gateway_certificate_file.pem, key)
    if settings.gateway_certificate_secret:
        return CertificateSecret(settings.gateway_certificate_secret)
    issuer = settings.gateway_certificate_issuer
    return CertificateIssuer(issuer.kind, issuer.name) if issuer else None


def certificate_ends(settings: Settings) -> dict[str, datetime]:
    """Return what each certificate that the stack is given is for -> when the first of its file ends its life.

    What a cert-manager issues or renews, and Istio's own, is renewed without anybody and not among them.
    """
    gateway, backend, mirror = settings.gateway_certificate_file, settings.backend_target, settings.mirror_target
    given = {
        "backend CA": backend.ca_certificate,
        "backend client": backend.client_certificate,
        "mirror CA": mirror.ca_certificate if mirror else None,
        "mirror client": mirror.client_certificate if mirror else None,
        "gateway": gateway.pem if gateway else None,
    }
    return {name: first_end(pem) for name, pem in given.items() if pem}


def credentials(token: SecretStr | None, headers: Mapping[str, SecretStr], key: SecretStr | None) -> Credentials:
    """Return what a backend is shown, as secrets of Pulumi's."""
    secret_headers = {name: pulumi.Output.secret(value.get_secret_value()) for name, value in headers.items()}
    return Credentials(pulumi_secret(token), secret_headers, pulumi_secret(key))


def pulumi_secret(value: SecretStr | None) -> pulumi.Output[str] | None:
    """Return a secret of the settings as one of Pulumi's."""
    return pulumi.Output.secret(value.get_secret_value()) if value else None


def tracing_plan(settings: Settings) -> TracingPlan:
    """Return how the environment traces."""
    return TracingPlan(
        version=settings.istio_version,
        mode=settings.tracing_mode,
        backend=settings.backend_target,
        mirror=settings.mirror_target,
        token=settings.access_token,
        sampling_percentage=settings.sampling_percentage,
        overrides=settings.sampling_overrides,
        custom_tags=settings.custom_tags,
        tail_sampling=settings.tail_sampling,
    )
