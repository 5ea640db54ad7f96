"""The stages, in the order of the chain that a span goes along."""

from typing import Final

from verify.stage import Stage
from verify.stages.access_token import AccessTokenStage
from verify.stages.ca_certificate import CaCertificateStage
from verify.stages.cluster import ClusterStage
from verify.stages.collector import CollectorStage
from verify.stages.control_plane import ControlPlaneStage
from verify.stages.gateway import GatewayStage
from verify.stages.mutual_tls import MutualTlsStage
from verify.stages.namespaces import NamespacesStage
from verify.stages.sidecars import SidecarsStage
from verify.stages.smoke_traffic import SmokeTrafficStage
from verify.stages.spans import SpansStage

STAGES: Final[tuple[Stage, ...]] = (
    ClusterStage(),
    ControlPlaneStage(),
    NamespacesStage(),
    SidecarsStage(),
    CaCertificateStage(),
    AccessTokenStage(),
    CollectorStage(),
    GatewayStage(),
    SmokeTrafficStage(),
    SpansStage(),
    MutualTlsStage(),
)
