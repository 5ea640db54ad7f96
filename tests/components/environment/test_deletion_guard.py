"""What `pulumi destroy` meets first."""

from pathlib import Path

from tests.components.configuration.settings_support import RIGHT, read
from tests.components.environment.test_environment import GUARD
from tests.support.stacks import record_environment

#: Components, which are nothing in themselves, and providers, which whatever uses them waits for.
OTHERS = ("traced-mesh:", "pulumi:providers:")


def test_it_waits_for_every_resource(project: Path) -> None:
    made = record_environment(read(RIGHT, project))

    behind = made.waits_for(GUARD)

    custom = {each.name for each in made.resources if not each.type.startswith(OTHERS)}
    assert custom - behind == {GUARD}
