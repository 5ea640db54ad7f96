"""The policy pack finds secrets of the configuration wherever they turn up, and tells encrypted from plain ones."""

import base64
import json

import pytest

from components.constants.choices import EnvironmentKind
from policy.leaks import Secret, leaks, readable, secret_texts
from policy.resource import Leak
from policy.stack import Stack

TOKEN = "token-of-the-tests"


def found(data: object, *secrets: str) -> list[Leak]:
    """Return the leaks of secrets in data."""
    return list(leaks(data, secret_texts(secrets or (TOKEN,))))


def test_a_secret_in_the_middle_of_a_text_is_found_with_its_place() -> None:
    data = {"spec": {"containers": [{"env": [{"value": "a"}, {"value": f"Bearer {TOKEN}"}]}]}}

    assert found(data) == [Leak("spec.containers[0].env[1].value", encrypted=False)]


def test_a_secret_that_pulumi_encrypts_counts_as_encrypted() -> None:
    assert found({"data": Secret({"token": TOKEN})}) == [Leak("data.token", encrypted=True)]


def test_a_secret_in_base64_is_found() -> None:
    assert found({"data": {"token": base64.b64encode(TOKEN.encode()).decode()}}) == [
        Leak("data.token", encrypted=False)
    ]


def test_secrets_inside_an_object_of_the_configuration_are_found() -> None:
    assert found({"a": "the-tenants-secret"}, json.dumps({"x-tenant": "the-tenants-secret"})) == [Leak("a", False)]


@pytest.mark.parametrize("text", ["", "dev", "true", "123"])
def test_a_short_text_is_no_secret_to_look_for(text: str) -> None:
    assert secret_texts([text]) == frozenset()


def test_marks_of_secrets_are_taken_off_for_rules() -> None:
    assert readable({"a": [Secret({"b": Secret(1)})]}) == {"a": [{"b": 1}]}


def test_only_secret_keys_of_a_configuration_are_looked_for() -> None:
    config = {"traced-mesh:accessToken": TOKEN, "traced-mesh:backendAddress": "otlp.example.com:4317"}

    stack = Stack.configured("traced-mesh", config, ["traced-mesh:accessToken"])

    assert TOKEN in stack.searched
    assert "otlp.example.com:4317" not in stack.searched


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        ({}, EnvironmentKind.DEV),
        ({"traced-mesh:environment": "staging"}, EnvironmentKind.STAGING),
        ({"traced-mesh:environment": "production"}, EnvironmentKind.PROD),
    ],
)
def test_an_unknown_kind_of_environment_is_judged_most_strictly(config: dict[str, str], kind: EnvironmentKind) -> None:
    assert Stack.configured("traced-mesh", config, []).kind is kind
