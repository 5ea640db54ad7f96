"""The stages, in the order of the chain that a span goes along."""

from typing import Final

from verify.outcomes import Stage
from verify.stages.cluster import ClusterStage
from verify.stages.control_plane import ControlPlaneStage
from verify.stages.namespaces import NamespacesStage

STAGES: Final[tuple[Stage, ...]] = (
    ClusterStage(),
    ControlPlaneStage(),
    NamespacesStage(),
)
