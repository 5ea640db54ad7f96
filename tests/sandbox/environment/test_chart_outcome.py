"""Values of a team by which Istio's charts would undo what the program promises end the command, with the reason."""

from typing import Any

import pytest
import yaml

from tests.sandbox.environment.running import Running


def with_istiod_values(running: Running, **values: Any) -> Running:
    """Return the environment with more values of the istiod chart."""
    config = yaml.safe_load(running.pulumi.stack_file.path.read_text(encoding="utf-8"))["config"]
    return running.configured(istiodValues={**config["traced-mesh:istiodValues"], **values})


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"meshConfig": {"rootNamespace": "elsewhere"}},
            'ConfigMap istio would have "elsewhere" at rootNamespace, not "istio-system": the resources for the whole',
        ),
        (
            {"pilot": {"configMap": False}},
            "it would make no ConfigMap istio: it is the mesh configuration",
        ),
    ],
)
def test_preview_says_what_would_be_undone(running: Running, values: dict[str, Any], problem: str) -> None:
    outcome = with_istiod_values(running, **values).call("preview")

    assert outcome.exit_code != 0
    assert "error: traced-mesh:istiodValues\n" in outcome.text
    assert f"problem: with these values of chart istiod, {problem}" in outcome.text
    assert "or all of it: pulumi config rm traced-mesh:istiodValues" in outcome.text
    assert "Traceback" not in outcome.text


def test_update_without_a_preview_leaves_the_object_as_it_is(running: Running) -> None:
    outcome = with_istiod_values(running, meshConfig={"rootNamespace": "elsewhere"}).call(
        "up", "--yes", "--skip-preview"
    )

    assert outcome.exit_code != 0
    assert 'would have "elsewhere" at rootNamespace' in outcome.text
    meshes = (each for each in running.everything() if each["collection"].endswith("/configmaps"))
    (mesh,) = (each for each in meshes if each["metadata"]["name"] == "istio")
    assert yaml.safe_load(mesh["data"]["mesh"])["rootNamespace"] == "istio-system"
    assert ("update", "istiod:istio-system/istio") not in running.up().changed
