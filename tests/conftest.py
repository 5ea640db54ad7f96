"""What all kinds of tests share."""

from pathlib import Path

import pytest
from hypothesis import settings
from xdist.remote import Producer

from tests.components.configuration.settings_support import fill
from tests.side_by_side import CommonFixtures, begins
from tests.support.istio import Istio
from tests.support.thorough import mark_past_releases

settings.register_profile("untimed", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def istio() -> Istio:
    """The release of Istio that the sandbox runs."""
    return Istio.obtain()


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the tests' configurations name; tests only read them."""
    folder = tmp_path_factory.mktemp("project")
    fill(folder)
    return folder


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> CommonFixtures:
    """Distribute tests to processes by their fixtures."""
    return CommonFixtures(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of past releases, and let what takes long begin first; tests of a file stay in their order."""
    mark_past_releases(items)
    items.sort(key=lambda item: begins(item.nodeid))
