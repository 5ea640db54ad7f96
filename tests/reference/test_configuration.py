"""The reference of the configuration is generated, complete, and taken by Pulumi's engine as intended."""

from typing import Any

import yaml

from components.configuration.machinery.parsing import keys
from components.configuration.settings import Settings
from local.paths import PROJECT
from reference import configuration as reference


def test_every_key_stands_on_the_page() -> None:
    page = reference.page()

    assert [key for key in keys(Settings) if page.count(f"\n| `{key}` | ") != 1] == []


def test_schema_lets_every_mistake_reach_the_program() -> None:
    # Without a default the engine demands a value; with another type, or with `secret` beside a type, it stops at the
    # first mistake with a message of its own.
    declarations = schema()

    assert {key for key, declaration in declarations.items() if "default" not in declaration} == set()
    assert {declaration.get("type", "string") for declaration in declarations.values()} == {"string"}
    secrets = [key for key, declaration in declarations.items() if declaration.get("secret")]
    of_mirror = ["mirrorClientKey", "mirrorHeaders", "mirrorAccessToken"]
    assert secrets == ["backendClientKey", "backendHeaders", "accessToken", *of_mirror, "gatewayCertificateKey"]
    assert [key for key in secrets if "type" in declarations[key]] == []


def test_schema_and_settings_have_the_same_keys_and_defaults() -> None:
    defaults = {key: declaration["default"] for key, declaration in schema().items()}

    assert defaults == {key: known.default for key, known in keys(Settings).items()}


def schema() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
