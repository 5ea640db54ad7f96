"""Fixtures that all kinds of tests share."""

import pytest

from tests.support.istio import Istio


@pytest.fixture(scope="session")
def istio() -> Istio:
    """The release of Istio that the sandbox runs."""
    return Istio.obtain()
