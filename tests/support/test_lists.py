"""What keeps a test from passing on nothing."""

import pytest

from tests.support.lists import by_name, non_empty


def test_a_list_with_something_in_it_is_returned_as_it_is() -> None:
    pods = ["one"]

    assert non_empty(pods, "Pods") is pods


def test_an_empty_list_fails_with_its_name() -> None:
    with pytest.raises(AssertionError, match="there are no Pods"):
        non_empty([], "Pods")


def test_names_become_keys() -> None:
    assert by_name([("one", 1), ("two", 2)]) == {"one": 1, "two": 2}


def test_a_name_that_stands_twice_fails_with_it() -> None:
    with pytest.raises(AssertionError, match=r"more than once: \['one'\]"):
        by_name([("one", 1), ("two", 2), ("one", 3)])
