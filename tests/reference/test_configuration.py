"""The reference of the configuration is generated, complete, and taken by Pulumi's engine as intended."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.configuration.machinery.parsing import keys
from components.configuration.settings import Settings
from reference import configuration as reference

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A project with the committed reference."""
    (tmp_path / "docs").mkdir()
    for path in (reference.PROJECT_FILE, reference.PAGE, reference.TRACING_PAGE, reference.POLICY_PAGE):
        (tmp_path / path).write_text((PROJECT / path).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_committed_reference_is_up_to_date() -> None:
    assert reference.main(["--check"], PROJECT) == 0


def test_drift_is_found_and_mended(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_file = copy / reference.PROJECT_FILE
    project_file.write_text(project_file.read_text().replace("default: 3\n", "default: 4\n"))

    found = reference.main(["--check"], copy)
    said = capsys.readouterr().out
    reference.main([], copy)

    assert (found, said) == (1, "Pulumi.yaml is out of date\nmend: make generate\n")
    assert reference.main(["--check"], copy) == 0


def test_check_writes_nothing(copy: Path) -> None:
    (copy / reference.PAGE).write_text("old")

    reference.main(["--check"], copy)

    assert (copy / reference.PAGE).read_text() == "old"


def test_rest_of_the_project_file_is_kept(copy: Path) -> None:
    project_file = copy / reference.PROJECT_FILE
    project_file.write_text(project_file.read_text().replace("description: A cluster", "description: Our cluster", 1))

    reference.main([], copy)

    assert "description: Our cluster" in project_file.read_text()


def test_project_file_without_markers_is_explained(copy: Path) -> None:
    (copy / reference.PROJECT_FILE).write_text("name: traced-mesh\n")

    with pytest.raises(SystemExit, match=r"Pulumi\.yaml has no lines '# <configuration>'"):
        reference.main([], copy)


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
    assert secrets == ["backendClientKey", "backendHeaders", "accessToken", "gatewayCertificateKey"]
    assert [key for key in secrets if "type" in declarations[key]] == []


def test_schema_and_settings_have_the_same_keys_and_defaults() -> None:
    defaults = {key: declaration["default"] for key, declaration in schema().items()}

    assert defaults == {key: known.default for key, known in keys(Settings).items()}


def schema() -> dict[str, dict[str, Any]]:
    return yaml.safe_load((PROJECT / reference.PROJECT_FILE).read_text(encoding="utf-8"))["config"]
