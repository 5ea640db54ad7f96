"""The committed stacks are right, given an access token and the files that the sandbox makes."""

from datetime import date
from pathlib import Path

import pytest

from components.constants.choices import ClusterKind
from components.versions.support import concerns
from tests.support.stacks import stack_config, stack_names, stack_settings

ON_GKE = [stack for stack in stack_names() if stack_config(stack).get("clusterKind") != "existing"]


@pytest.mark.parametrize("stack", stack_names())
def test_committed_stack_is_right(stack: str, tmp_path: Path) -> None:
    assert stack_settings(stack, tmp_path).cluster_name


@pytest.mark.parametrize("stack", ON_GKE)
def test_istio_of_a_gke_stack_is_supported_on_the_version_of_its_channel(stack: str, tmp_path: Path) -> None:
    settings = stack_settings(stack, tmp_path)

    assert settings.cluster_kind is ClusterKind.GKE
    assert settings.kubernetes_version is not None
    assert concerns(settings.istio_version, settings.kubernetes_version, date(2026, 11, 1)) == []


def test_there_are_stacks_of_both_kinds_of_clusters() -> None:
    assert ON_GKE
    assert len(ON_GKE) < len(stack_names())
