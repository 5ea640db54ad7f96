"""What `pulumi destroy` meets first."""

from pathlib import Path

import pytest

from tests.unit.test_environment import environment

GUARD = "environment-deletion-guard"


def test_it_waits_for_every_resource(project: Path) -> None:
    made = environment(project)

    behind = made.waits_for(GUARD)

    custom = {each.name for each in made.resources if not each.type.startswith("traced-mesh:")}
    assert custom - behind == {GUARD}


@pytest.mark.parametrize("protection", ["true", "false"])
def test_it_is_protected_with_the_cluster(project: Path, protection: str) -> None:
    made = environment(project, {"gkeDeletionProtection": protection})

    assert made.named(GUARD).protected is (protection == "true")
