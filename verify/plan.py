"""The stages, in the order of the chain that a span goes along."""

from typing import Final

from verify.stages import (
    access_token,
    additions,
    applications,
    ca_certificate,
    cluster,
    collector,
    control_plane,
    gateway,
    jaeger,
    mutual_tls,
    namespaces,
    pod_network,
    sidecars,
    smoke_traffic,
    spans,
)

STAGES: Final = (
    cluster.STAGE,
    control_plane.STAGE,
    pod_network.STAGE,
    namespaces.STAGE,
    additions.STAGE,
    sidecars.STAGE,
    ca_certificate.STAGE,
    access_token.STAGE,
    jaeger.STAGE,
    collector.STAGE,
    gateway.STAGE,
    smoke_traffic.STAGE,
    spans.STAGE,
    applications.STAGE,
    mutual_tls.STAGE,
)
