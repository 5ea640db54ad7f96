"""Fixtures that all kinds of tests share."""

import pytest

from tests.support.istio import Istio


@pytest.fixture(scope="session")
def istio() -> Istio:
    """Istio 1.27.0, the release that the sandbox runs."""
    return Istio.obtain("1.27.0")
