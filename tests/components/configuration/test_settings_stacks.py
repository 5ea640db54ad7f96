"""The committed stacks are right, given an access token and the files that the sandbox makes."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.constants.choices import ClusterKind
from components.versions.support import concerns
from tests.components.configuration.settings_support import TOKEN, authority, charts, kubeconfig, read

STACKS = sorted((Path(__file__).parents[3] / "stacks").glob("Pulumi.*.yaml"))
ON_GKE = [file for file in STACKS if "clusterKind: existing" not in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("file", STACKS, ids=[file.stem for file in STACKS])
def test_committed_stack_is_right(file: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    raw = {key.removeprefix("traced-mesh:"): as_pulumi_does(value) for key, value in config.items()}
    make_files(raw, tmp_path)

    settings = read({**raw, "accessToken": TOKEN}, tmp_path, stack=file.stem.removeprefix("Pulumi."))

    assert settings.cluster_name


@pytest.mark.parametrize("file", ON_GKE, ids=[file.stem for file in ON_GKE])
def test_istio_of_a_gke_stack_is_supported_on_the_version_of_its_channel(file: Path, tmp_path: Path) -> None:
    config = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]
    raw = {key.removeprefix("traced-mesh:"): as_pulumi_does(value) for key, value in config.items()}
    make_files(raw, tmp_path)

    settings = read({**raw, "accessToken": TOKEN}, tmp_path)

    assert settings.cluster_kind is ClusterKind.GKE
    assert settings.kubernetes_version is not None
    assert concerns(settings.istio_version, settings.kubernetes_version, date(2026, 11, 1)) == []


def test_there_are_stacks_of_both_kinds_of_clusters() -> None:
    assert ON_GKE
    assert len(ON_GKE) < len(STACKS)


def as_pulumi_does(value: Any) -> str:
    """Return the text by which Pulumi hands over a value of a stack's file."""
    return value if isinstance(value, str) else json.dumps(value)


def make_files(raw: Mapping[str, str], project: Path) -> None:
    for key, content in {"kubeconfig": kubeconfig(), "backendCaFile": authority().pem}.items():
        if raw.get(key, "").startswith(".sandbox/"):
            (project / raw[key]).parent.mkdir(parents=True, exist_ok=True)
            (project / raw[key]).write_text(content)
    if raw.get("istioCharts", "").startswith(".sandbox/"):
        charts(project / raw["istioCharts"], base=raw["istioVersion"], istiod=raw["istioVersion"])
