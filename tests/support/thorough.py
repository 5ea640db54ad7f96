"""Which tests `make test` leaves to `make test-all`: those of past Istio releases, and what hardly differs."""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import pytest
from _pytest.mark import ParameterSet

from local.toolchain.programs import NEWEST_ISTIO

Case = TypeVar("Case")

#: The mark of those tests, which pyproject.toml declares.
THOROUGH: Final = pytest.mark.thorough


def one_of_each_kind(cases: Mapping[str, Case], kind: Callable[[Case], str]) -> list[ParameterSet]:
    """Return the names of cases as parameters, all but the first of each kind with the mark."""
    seen: set[str] = set()
    parameters: list[ParameterSet] = []
    for name, case in cases.items():
        parameters.append(pytest.param(name, id=name, marks=[THOROUGH] if kind(case) in seen else []))
        seen.add(kind(case))
    return parameters


def mark_past_releases(items: list[pytest.Item]) -> None:
    """Give the mark to every test that has a release of Istio for its parameter, and not the newest."""
    for item in items:
        parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if parameters.get("release", NEWEST_ISTIO) != NEWEST_ISTIO:
            item.add_marker(THOROUGH)
