"""Pulumi's engine judges the environment by the policy pack, and stops at what breaks it."""

import yaml

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Running

#: An image that may be another one tomorrow, which no environment may run.
UNPINNED = "docker.io/istio/pilot:latest"
MESSAGE = f"Container 'discovery' runs {UNPINNED}, which may be another one tomorrow."


def with_unpinned_istiod(running: Running) -> Running:
    """Return the environment with an image of istiod that breaks a rule."""
    config = yaml.safe_load(running.pulumi.stack_file.path.read_text(encoding="utf-8"))["config"]
    return running.configured(istiodValues={**config["traced-mesh:istiodValues"], "pilot": {"image": UNPINNED}})


def istiod_image(running: Running) -> str:
    """Return the image that istiod's Deployment in the cluster has."""
    deployments = (each for each in running.everything() if each["collection"].endswith("/deployments"))
    (istiod,) = (each for each in deployments if each["metadata"]["name"] == "istiod")
    return istiod["spec"]["template"]["spec"]["containers"][0]["image"]


def test_the_first_up_passes_the_policy_pack(first_up: FirstUp) -> None:
    assert "✅ traced-mesh@" in first_up.outcome.text


def test_what_breaks_a_rule_is_not_made_even_without_a_preview(running: Running) -> None:
    before = istiod_image(running)

    outcome = with_unpinned_istiod(running).call("up", "--yes", "--skip-preview")

    assert outcome.exit_code != 0
    assert "[mandatory] [severity: medium]  image-pinned" in outcome.text
    assert MESSAGE in outcome.text
    assert "Fix: name the image's version." in outcome.text
    assert istiod_image(running) == before != UNPINNED


def test_a_preview_fails_for_single_resources_and_for_resources_together(running: Running) -> None:
    outcome = with_unpinned_istiod(running.configured(environment="prod", gatewayReplicas=2)).call("preview")

    assert outcome.exit_code != 0
    assert MESSAGE in outcome.text
    assert "mounted-secret-exists" not in outcome.text
    assert "Traceback" not in outcome.text
    assert "disruption-budget  (kubernetes:apps/v1:Deployment: tracing-collector-deployment)" in outcome.text
    assert "disruption-budget  (kubernetes:apps/v1:Deployment: gateway-deployment)" not in outcome.text
