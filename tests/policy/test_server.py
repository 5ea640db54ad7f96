"""The policy pack answers Pulumi's engine in Pulumi's own protocol."""

from typing import Any, Final

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel

from components.constants.choices import EnvironmentKind
from policy.rules import RULES
from policy.server import Analyzer

TOKEN: Final = "token-of-the-tests"
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"


def analyzer(kind: str = "prod") -> Analyzer:
    """Return an analyzer that the engine has told about a stack."""
    made = Analyzer(RULES)
    config = {"traced-mesh:environment": kind, "traced-mesh:accessToken": TOKEN}
    made.ConfigureStack(
        proto.AnalyzerStackConfigureRequest(
            project="traced-mesh", config=config, config_secret_keys=["traced-mesh:accessToken"]
        ),
        None,
    )
    return made


def analyzed(made: Analyzer, type_token: str, properties: dict[str, Any], protect: bool = False) -> dict[str, Any]:
    """Return rule's name -> diagnostic of what an analyzer says to a resource."""
    request = proto.AnalyzeRequest(
        type=type_token,
        name="tested",
        urn="urn:tested",
        properties=struct(properties),
        options=proto.AnalyzerResourceOptions(protect=protect),
    )
    return {each.policyName: each for each in made.Analyze(request, None).diagnostics}


def struct(properties: dict[str, Any]) -> Any:
    """Return properties as they travel."""
    made: Any = getattr(struct_pb2, "Struct")()  # noqa: B009 - protobuf's own messages carry no types
    made.update(properties)
    return made


def privileged(value: Any) -> dict[str, Any]:
    """Return the properties of a Pod with one container."""
    return {"spec": {"containers": [{"name": "web", "image": "web:1", "securityContext": {"privileged": value}}]}}


def test_a_breach_is_reported_with_its_resource_its_level_and_how_to_mend_it() -> None:
    said = analyzed(analyzer(), "kubernetes:core/v1:Pod", privileged(True))["pod-unprivileged"]

    assert said.urn == "urn:tested"
    assert said.enforcementLevel == proto.MANDATORY
    assert said.severity == proto.POLICY_SEVERITY_CRITICAL
    assert "Container 'web' is privileged" in said.message
    assert "Fix: remove securityContext.privileged" in said.message


def test_what_a_preview_does_not_know_is_not_judged() -> None:
    assert "pod-unprivileged" not in analyzed(analyzer(), "kubernetes:core/v1:Pod", privileged(UNKNOWN))


def test_a_small_environment_is_not_held_to_what_only_others_need() -> None:
    assert "pod-resources" in analyzed(analyzer("staging"), "kubernetes:core/v1:Pod", privileged(False))
    assert "pod-resources" not in analyzed(analyzer("dev"), "kubernetes:core/v1:Pod", privileged(False))


def test_a_secret_in_plain_text_is_found_in_any_resource_and_an_encrypted_one_is_not() -> None:
    encrypted = {SIGNATURE: SECRET, "value": TOKEN}

    assert "secret-encrypted" in analyzed(analyzer("dev"), "any:module:Thing", {"note": f"it is {TOKEN}"})
    assert "secret-encrypted" not in analyzed(analyzer("dev"), "any:module:Thing", {"note": encrypted})
    assert "secret-in-secrets-only" in analyzed(analyzer(), "kubernetes:core/v1:ConfigMap", {"data": {"a": encrypted}})


def test_no_answer_repeats_a_secret() -> None:
    found = analyzed(analyzer(), "kubernetes:core/v1:ConfigMap", {"data": {"token": TOKEN}})

    assert found
    assert all(TOKEN not in each.message for each in found.values())


def test_protection_is_read_from_the_resource_options() -> None:
    namespace = {"metadata": {"name": "istio-system"}}

    assert "namespace-protected" in analyzed(analyzer(), "kubernetes:core/v1:Namespace", namespace, protect=False)
    assert "namespace-protected" not in analyzed(analyzer(), "kubernetes:core/v1:Namespace", namespace, protect=True)


def test_a_configuration_of_the_pack_changes_a_level() -> None:
    made = analyzer()
    changed = {"pod-unprivileged": proto.PolicyConfig(enforcementLevel=proto.ADVISORY)}
    made.Configure(proto.ConfigureAnalyzerRequest(policyConfig=changed), None)

    assert (
        analyzed(made, "kubernetes:core/v1:Pod", privileged(True))["pod-unprivileged"].enforcementLevel
        == proto.ADVISORY
    )


def test_resources_are_judged_together_at_the_end() -> None:
    deployment = {
        "metadata": {"name": "otel-collector", "namespace": "observability"},
        "spec": {"template": {"spec": {"volumes": [{"name": "ca", "secret": {"secretName": "lightstep.cacert"}}]}}},
    }
    secret = {"metadata": {"name": "lightstep.cacert", "namespace": "observability"}}
    with_secret = [("Deployment", deployment), ("Secret", secret)]

    assert "mounted-secret-exists" in together(with_secret[:1])
    assert "mounted-secret-exists" not in together(with_secret)


def together(resources: list[tuple[str, dict[str, Any]]]) -> set[str]:
    """Return the names of the rules that resources break together."""
    messages = [
        proto.AnalyzerResource(type=f"kubernetes:any/v1:{kind}", name=kind, urn=kind, properties=struct(properties))
        for kind, properties in resources
    ]
    answer = analyzer().AnalyzeStack(proto.AnalyzeStackRequest(resources=messages), None)
    return {each.policyName for each in answer.diagnostics}


@pytest.mark.parametrize("kind", ["dev", "staging", "prod"])
def test_the_engine_is_told_every_rule_with_its_level_in_this_environment(kind: str) -> None:
    info = analyzer(kind).GetAnalyzerInfo(None, None)
    levels = {each.name: each.enforcementLevel for each in info.policies}

    assert set(levels) == {rule.name for rule in RULES}
    off = {rule.name for rule in RULES if rule.levels[EnvironmentKind(kind)] is EnforcementLevel.DISABLED}
    assert {name for name, level in levels.items() if level == proto.DISABLED} == off
