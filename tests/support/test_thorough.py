"""What `make test` leaves out is what hardly differs from the rest, or is past."""

import pytest

from local.toolchain.programs import ISTIO_TOOLS, NEWEST_ISTIO
from tests.support.thorough import THOROUGH, mark_past_releases, one_of_each_kind


def test_the_first_case_of_each_kind_is_always_tested() -> None:
    parameters = one_of_each_kind({"wolf": "dog", "cat": "cat", "fox": "dog"}, kind=lambda family: family)

    assert [(each.id, bool(each.marks)) for each in parameters] == [("wolf", False), ("cat", False), ("fox", True)]


@pytest.mark.parametrize("release", ISTIO_TOOLS)
def test_past_releases_have_the_mark(release: str, request: pytest.FixtureRequest) -> None:
    assert (request.node.get_closest_marker(THOROUGH.name) is not None) is (release != NEWEST_ISTIO)


def test_what_has_no_release_has_no_mark(request: pytest.FixtureRequest) -> None:
    mark_past_releases([request.node])

    assert THOROUGH.name not in {mark.name for mark in request.node.iter_markers()}
