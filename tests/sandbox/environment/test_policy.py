"""Pulumi's engine judges the environment by the policy pack, and stops at what breaks it."""

import yaml

from tests.sandbox.environment.conftest import FirstUp
from tests.sandbox.environment.running import Running

#: A folder of the node, which no Pod may see.
VOLUME = {"name": "node", "hostPath": {"path": "/var/run"}}
MESSAGE = "Volume 'node' is the node's folder /var/run."


def with_istiod_on_the_node(running: Running) -> Running:
    """Return the environment with a volume of istiod that breaks a rule."""
    config = yaml.safe_load(running.pulumi.stack_file.path.read_text(encoding="utf-8"))["config"]
    return running.configured(istiodValues={**config["traced-mesh:istiodValues"], "pilot": {"volumes": [VOLUME]}})


def istiod_volumes(running: Running) -> list[str]:
    """Return the names of the volumes that istiod's Deployment in the cluster has."""
    deployments = (each for each in running.everything() if each["collection"].endswith("/deployments"))
    (istiod,) = (each for each in deployments if each["metadata"]["name"] == "istiod")
    return [each["name"] for each in istiod["spec"]["template"]["spec"]["volumes"]]


def test_the_first_up_passes_the_policy_pack(first_up: FirstUp) -> None:
    assert "✅ traced-mesh@" in first_up.outcome.text


def test_what_breaks_a_rule_is_not_made_even_without_a_preview(running: Running) -> None:
    before = istiod_volumes(running)

    outcome = with_istiod_on_the_node(running).call("up", "--yes", "--skip-preview")

    assert outcome.exit_code != 0
    assert "[mandatory] [severity: critical]  pod-off-the-host" in outcome.text
    assert MESSAGE in outcome.text
    assert "Fix: remove hostNetwork, hostPID, hostIPC and hostPath volumes." in outcome.text
    assert istiod_volumes(running) == before
    assert VOLUME["name"] not in before


def test_a_preview_fails_for_single_resources_and_for_resources_together(running: Running) -> None:
    outcome = with_istiod_on_the_node(running.configured(environment="prod", gatewayReplicas=2)).call("preview")

    assert outcome.exit_code != 0
    assert MESSAGE in outcome.text
    assert "mounted-secret-exists" not in outcome.text
    assert "Traceback" not in outcome.text
    assert "disruption-budget  (kubernetes:apps/v1:Deployment: tracing-collector-deployment)" in outcome.text
    assert "disruption-budget  (kubernetes:apps/v1:Deployment: gateway-deployment)" not in outcome.text
