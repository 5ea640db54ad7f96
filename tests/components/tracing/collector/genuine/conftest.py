"""The genuine Collector, for all tests that start it."""

import pytest

from tests.components.tracing.collector.genuine.genuine import Genuine


@pytest.fixture(scope="session")
def genuine() -> Genuine:
    return Genuine.obtain()
