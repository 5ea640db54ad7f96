"""What `pulumi destroy` meets first."""

from pathlib import Path

import pytest

from tests.components.configuration.settings_support import RIGHT, read
from tests.components.environment.test_environment import GUARD
from tests.support.mocks import Recording
from tests.support.stacks import record_environment

#: Components, which are nothing in themselves, and providers, which whatever uses them waits for.
OTHERS = ("traced-mesh:", "pulumi:providers:")


def environment(project: Path, **changes: str) -> Recording:
    return record_environment(read({**RIGHT, **changes}, project))


def test_it_waits_for_every_resource(project: Path) -> None:
    made = environment(project)

    behind = made.waits_for(GUARD)

    custom = {each.name for each in made.resources if not each.type.startswith(OTHERS)}
    assert custom - behind == {GUARD}


@pytest.mark.parametrize("protection", ["true", "false"])
def test_it_is_protected_with_the_cluster(project: Path, protection: str) -> None:
    made = environment(project, deletionProtection=protection)

    assert made.named(GUARD).protected is (protection == "true")
