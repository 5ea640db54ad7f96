"""What all kinds of tests share: fixtures, and which tests run one after the other."""

from pathlib import Path

import pytest

from tests.support.istio import Istio


@pytest.fixture(scope="session")
def istio() -> Istio:
    """The release of Istio that the sandbox runs."""
    return Istio.obtain()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests with common fixtures in one process, so that each fixture is made once.

    Those are the tests of a file, or of a folder with fixtures of its own; a file may name another group itself.
    """
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(file: Path) -> str:
    return file.parent.name if (file.parent / "conftest.py").exists() else file.name
