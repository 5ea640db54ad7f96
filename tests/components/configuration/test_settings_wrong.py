"""Every wrong configuration of the tables beside this file gives exactly the message that stands there."""

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
import yaml
from packaging.version import Version

from components.configuration.machinery.cluster_facts import OwnIstio
from components.model.gateway_api import InstalledCrds
from tests.components.configuration.settings_support import (
    EXISTING,
    IN_CLUSTER,
    NO_CRDS,
    OTLP,
    RIGHT,
    SATELLITES,
    SECRETS,
    message,
)

TABLES = sorted((Path(__file__).parent / "wrong_settings").glob("*.yaml"))
BASES = {
    "gke": RIGHT,
    "existing": EXISTING,
    "satellites": {**RIGHT, **SATELLITES},
    "otlp": OTLP,
    "in-cluster": IN_CLUSTER,
}

CASES = {
    f"{table.stem}: {case['name']}": case
    for table in TABLES
    for case in yaml.safe_load(table.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_wrong_configuration_is_explained(case: dict[str, Any], project: Path) -> None:
    given = message(configuration(case, project), project, **options(case))

    count = sum(line.startswith("traced-mesh:") for line in case["message"].splitlines())
    errors = "1 configuration error" if count == 1 else f"{count} configuration errors"
    assert given == f"Stack 'dev' has {errors}; nothing was created.\n\n{indent(case['message'], '  ')}"


def configuration(case: dict[str, Any], project: Path) -> dict[str, str]:
    """Return the configuration of a case; `files` are read as `pulumi config set KEY < FILE` does."""
    contents = {key: (project / name).read_text().rstrip("\n") for key, name in case.get("files", {}).items()}
    return {**BASES[case.get("base", "gke")], **case["config"], **contents}


def options(case: dict[str, Any]) -> dict[str, Any]:
    crds = case.get("crds", {})
    found = InstalledCrds(Version(crds["version"]), ours=crds["ours"]) if crds else NO_CRDS
    return {
        "secret_keys": frozenset(case.get("secret_keys", SECRETS)),
        "kubernetes": case.get("kubernetes"),
        "others": case.get("others", ()),
        "own": [OwnIstio(**each) for each in case.get("own", ())],
        "found": found,
        "api_groups": case.get("api_groups"),
    }


def test_every_case_of_the_tables_is_asked() -> None:
    written = [line for table in TABLES for line in table.read_text(encoding="utf-8").splitlines()]

    assert len(CASES) == sum(line.startswith("- name: ") for line in written) >= 409


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
def test_what_the_tables_change_is_right_before(base: dict[str, str], project: Path) -> None:
    with pytest.raises(AssertionError, match="nothing was found wrong"):
        message(base, project)
