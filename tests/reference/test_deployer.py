"""The ClusterRole of whoever runs Pulumi covers every kind that any setting brings in, and is no cluster-admin."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from local.paths import PROJECT
from reference.deployer import BY_A_SETTING, kinds, plural
from tests.components.configuration.settings_support import EXISTING, SATELLITES, read
from tests.support.stacks import record_environment

#: Settings that bring in kinds which no stack of the project has.
SETTINGS: Final[dict[str, dict[str, str]]] = {
    "gateway by the Gateway API": {**SATELLITES, "gatewayApi": "true"},
    "certificate of an issuer": {
        **SATELLITES,
        "gatewayHosts": '["www.example.com"]',
        "gatewayCertificateIssuer": '{"kind":"ClusterIssuer","name":"ca"}',
    },
    "satellites as provider": {**SATELLITES, "istioVersion": "1.26.8", "tracingMode": "lightstep-provider"},
    "Jaeger with a volume": {"jaegerVolumeGb": "20"},
}


@pytest.fixture(scope="module")
def rules() -> list[dict[str, Any]]:
    return yaml.safe_load((PROJECT / "deploy/kubernetes/deployer.yaml").read_text(encoding="utf-8"))["rules"]


def rights(rules: list[dict[str, Any]]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for rule in rules:
        for group in rule["apiGroups"]:
            for resource in rule["resources"]:
                found.setdefault((group, resource), set()).update(rule["verbs"])
    return found


@pytest.mark.parametrize("settings", SETTINGS)
def test_every_kind_of_these_settings_may_be_made_and_removed(
    settings: str, rules: list[dict[str, Any]], project: Path
) -> None:
    given = {**EXISTING, **SETTINGS[settings]}
    if settings == "Jaeger with a volume":  # the backend is the default one then, which takes no token
        del given["accessToken"], given["backend"]
    made = set(kinds(record_environment(read(given, project, kubernetes="1.35"))))
    allowed = rights(rules)

    lacking = [
        (group, kind)
        for group, kind in made
        if not {"create", "get", "patch"} <= allowed.get((group, plural(kind)), set())
    ]

    assert made & set(BY_A_SETTING)
    assert lacking == []


def test_nothing_is_allowed_for_everything(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert "*" not in rule["apiGroups"]
        assert rule["verbs"] != ["*"] or rule["resources"] == ["ingresses/status"]
        if "*" in rule["resources"]:
            assert set(rule["verbs"]) == {"get", "list", "watch"}


def test_rights_that_would_lead_to_any_other_are_not_among_them(rules: list[dict[str, Any]]) -> None:
    verbs = {verb for rule in rules for verb in rule["verbs"]}
    allowed = rights(rules)

    assert verbs.isdisjoint({"bind", "escalate", "impersonate"})
    assert "create" not in allowed["", "pods"]
    assert ("", "pods/exec") not in allowed


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("NetworkPolicy", "networkpolicies"),
        ("Gateway", "gateways"),
        ("Ingress", "ingresses"),
        ("Telemetry", "telemetries"),
    ],
)
def test_resource_of_a_kind(kind: str, resource: str) -> None:
    assert plural(kind) == resource
